import type { WorkerPlatform } from "../../src/platform/worker-platform.ts";
import { threadSource } from "../node-api/thread-source.ts";
import { workerHost } from "../node-api/worker-host.ts";
import { startWorkerThread } from "../node-api/worker-threads.ts";

/** Workers on Bun: workflow threads are `node:worker_threads`. */
export const workerPlatform: WorkerPlatform = {
  ...workerHost,
  name: "bun",
  startThread: async (init, handlers) =>
    startWorkerThread({ source: await threadSource("bun") }, init, handlers),
};
