/** What `#platform/worker` gives; see `selected.ts`. */
import type { WorkerPlatform } from "./worker-platform.ts";

/** The worker port of the runtime that this program runs on. */
export declare const workerPlatform: WorkerPlatform;
