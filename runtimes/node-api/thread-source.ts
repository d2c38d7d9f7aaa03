import { builtFile } from "./package-files.ts";
import type { ThreadEntry } from "./thread-entry.ts";
import type { ThreadSource } from "./worker-threads.ts";

/**
 * What a thread of `node:worker_threads` starts from: the file of the package where there is one, else what `#platform/thread` gives, as
 * text at worst: a `data:` URL would stand whole in errors.
 */
export async function threadSource(runtime: "node" | "bun"): Promise<ThreadSource> {
  const file = builtFile(`runtimes/${runtime}/workflow-thread.js`);
  if (file !== undefined) return { file };
  const { threadEntry } = await import("#platform/thread");
  const entry: ThreadEntry = await threadEntry();
  return entry.kind === "file" ? { file: entry.url } : { code: entry.code };
}
