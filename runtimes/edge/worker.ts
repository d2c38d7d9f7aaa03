import type { WorkerPlatform } from "../../src/platform/worker-platform.ts";
import { notHere } from "./not-here.ts";

const INSTEAD = "run workers on Node, Bun or Deno";

/** Workers need threads, which edge runtimes lack; importing the subpath is no error. */
export const workerPlatform: WorkerPlatform = {
  name: "edge",
  startThread: async () => {
    throw notHere("a workflow thread", INSTEAD);
  },
  bundle: async () => {
    throw notHere("bundling workflows", INSTEAD);
  },
  readTextFile: async () => {
    throw notHere("reading files", INSTEAD);
  },
  onSignals: () => () => {},
  heapLimitBytes: () => undefined,
  parallelism: () => 1,
  setTimer: (callback, ms) => {
    const timer = setTimeout(callback, ms);
    return { clear: () => clearTimeout(timer) };
  },
};
