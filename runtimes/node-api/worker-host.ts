import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { clearTimeout, setTimeout } from "node:timers";
import { fileURLToPath } from "node:url";
import v8 from "node:v8";
import type { WorkerPlatform } from "../../src/platform/worker-platform.ts";
import { bundleWorkflows } from "./bundler.ts";

/** What Node, Bun and Deno do alike for a worker. */
export const workerHost: Omit<WorkerPlatform, "name" | "startThread"> = {
  bundle: (options) => bundleWorkflows(options),
  readTextFile: (path) => readFile(path.startsWith("file:") ? fileURLToPath(path) : path, "utf8"),
  onSignals: (signals, callback) => {
    const listeners = signals.map((signal) => [signal, () => callback(signal)] as const);
    for (const [signal, listener] of listeners) process.on(signal, listener);
    return () => {
      for (const [signal, listener] of listeners) process.off(signal, listener);
    };
  },
  heapLimitBytes: () => {
    const limit = v8.getHeapStatistics().heap_size_limit;
    return Number.isFinite(limit) && limit > 0 ? limit : undefined;
  },
  parallelism: () => Math.max(1, availableParallelism()),
  setTimer: (callback, ms, options = {}) => {
    const timer = setTimeout(callback, ms);
    if (options.unref === true) timer.unref();
    return { clear: () => clearTimeout(timer) };
  },
};
