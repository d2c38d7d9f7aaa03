import type { WorkerPlatform } from "../../src/platform/worker-platform.ts";
import { workerHost } from "../node-api/worker-host.ts";
import { startWorkerThread } from "../node-api/worker-threads.ts";
import { threadFile } from "./thread-file.ts";

/** What a task leaves is garbage, what a run keeps lives long: a large young generation only fills memory. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 12 };

/** Workers on Node: workflow threads are `node:worker_threads`. */
export const workerPlatform: WorkerPlatform = {
  ...workerHost,
  name: "node",
  startThread: async (init, handlers) =>
    startWorkerThread({ file: await threadFile(), resourceLimits: RESOURCE_LIMITS }, init, handlers),
};
