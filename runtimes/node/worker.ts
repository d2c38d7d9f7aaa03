import type { WorkerPlatform } from "../../src/platform/worker-platform.ts";
import { threadSource } from "../node-api/thread-source.ts";
import { workerHost } from "../node-api/worker-host.ts";
import { startWorkerThread } from "../node-api/worker-threads.ts";

/** What a task leaves is garbage, what a run keeps lives long: a large young generation only fills memory. */
const resourceLimits = { maxYoungGenerationSizeMb: 12 };

/** Workers on Node: workflow threads are `node:worker_threads`. */
export const workerPlatform: WorkerPlatform = {
  ...workerHost,
  name: "node",
  startThread: async (init, handlers) =>
    startWorkerThread({ source: await threadSource("node"), options: { resourceLimits } }, init, handlers),
};
