import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { WorkerPlatform } from "../../src/platform/worker-platform.ts";
import { isSource, packageRoot } from "../node-api/package-files.ts";
import { workerHost } from "../node-api/worker-host.ts";
import { startWorkerThread } from "../node-api/worker-threads.ts";

/** Bun runs TypeScript in threads as well. */
function threadFile(): URL {
  if (isSource()) return new URL("./workflow-thread.ts", import.meta.url);
  return pathToFileURL(join(packageRoot(), "dist", "runtimes", "bun", "workflow-thread.js"));
}

/** Workers on Bun: workflow threads are `node:worker_threads`. */
export const workerPlatform: WorkerPlatform = {
  ...workerHost,
  name: "bun",
  startThread: (init, handlers) => startWorkerThread({ file: threadFile() }, init, handlers),
};
