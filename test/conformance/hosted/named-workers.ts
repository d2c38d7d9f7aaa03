/** Options of workers that hold functions: a host names them instead of sending them. */
import { configuredWorker } from "../scenarios/configured.mjs";
import { dynamicWorker } from "../scenarios/dynamic.mjs";

export const namedWorkers: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  configuredWorker,
  dynamicWorker,
};
