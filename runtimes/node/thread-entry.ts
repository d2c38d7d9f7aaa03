import { fileURLToPath } from "node:url";
import { loadEsbuild } from "../node-api/esbuild.ts";
import { packageFile } from "../node-api/package-files.ts";
import type { ThreadEntry } from "../node-api/thread-entry.ts";

let built: Promise<ThreadEntry> | undefined;

/**
 * The program of a workflow thread, from source. Node can't start a thread from a `.ts` file, so it is built by esbuild, once per process
 * and without touching the disk.
 */
export function threadEntry(): Promise<ThreadEntry> {
  built ??= build();
  return built;
}

async function build(): Promise<ThreadEntry> {
  const esbuild = await loadEsbuild();
  const result = await esbuild.build({
    entryPoints: [fileURLToPath(packageFile("runtimes/node/workflow-thread.ts"))],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "es2022",
    logLevel: "silent",
  });
  return { kind: "code", code: result.outputFiles[0]!.text };
}
