import { IllegalStateError } from "../../common/errors.ts";
import { ReadOnlyContextError } from "../errors.ts";
import type { Run } from "./run.ts";

/**
 * The run that is inside the sandbox now (W4).
 *
 * C1. It is set by every entry of the host and stays set while the microtasks that follow run.
 * C2. It is undefined only before the first run and after a run was closed.
 */
let slot: Run | undefined;

/** Makes a run the current one; undefined when it was closed. */
export function setCurrentRun(run: Run | undefined): void {
  slot = run;
}

/** The current run, or undefined outside of workflow code. */
export function maybeCurrentRun(): Run | undefined {
  return slot;
}

/** The current run. Throws an IllegalStateError with `message` outside of workflow code. */
export function requireRun(message = "Workflow uninitialized"): Run {
  if (slot === undefined) throw new IllegalStateError(message);
  return slot;
}

/** As {@link requireRun} for the API function `name`; query handlers and update validators may not use it. */
export function requireWritableRun(name: string): Run {
  const run = requireRun(`Workflow.${name}(...) may only be used from a Workflow Execution`);
  assertWritable(run, `${name}()`);
  return run;
}

/** Throws a ReadOnlyContextError while the run may only be read. `action` is what was tried. */
export function assertWritable(run: Run, action: string): void {
  if (run.readOnly !== undefined) {
    throw new ReadOnlyContextError(
      `${action} cannot be used while ${run.readOnly}: query handlers and update validators may only read the state of the workflow`,
    );
  }
}
