import type { ThreadEntry } from "../node-api/thread-entry.ts";

/** The program of a workflow thread, from source: Deno runs TypeScript in threads as well, also from its registry. */
export function threadEntry(): Promise<ThreadEntry> {
  return Promise.resolve({ kind: "file", url: new URL("./workflow-thread.ts", import.meta.url) });
}
