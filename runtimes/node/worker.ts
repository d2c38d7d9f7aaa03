import type { WorkerPlatform } from "../../src/platform/worker-platform.ts";
import { workerHost } from "../node-api/worker-host.ts";
import { startWorkerThread } from "../node-api/worker-threads.ts";
import { threadFile } from "./thread-file.ts";

/** Workers on Node: workflow threads are `node:worker_threads`. */
export const workerPlatform: WorkerPlatform = {
  ...workerHost,
  name: "node",
  startThread: async (init, handlers) => startWorkerThread(await threadFile(), init, handlers),
};
