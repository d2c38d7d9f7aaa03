import { IllegalStateError } from "../common/errors.ts";
import { requireRun } from "./runtime/current.ts";
import { plainInfo } from "./runtime/info.ts";
import { pushCommand, type Run } from "./runtime/run.ts";

const OUTSIDE = "Workflow.patch(...) and Workflow.deprecatePatch may only be used from a Workflow Execution.";

/**
 * Whether a changed piece of code is to be run: true for runs that reach it from now on, and while replaying for those
 * that ran it so. Put the new code where it is true and keep the old code where it is false, so that runs from before
 * the change go on. The id stands for the change: the same id gives the same answer everywhere in a run.
 *
 * @throws {IllegalStateError} outside of a workflow, or before its function starts
 * @example
 * ```ts
 * if (patched("charge-before-shipping")) await charge(order);
 * await ship(order);
 * ```
 */
export function patched(patchId: string): boolean {
  return decide(requireRun(OUTSIDE), patchId, false);
}

/**
 * Says that all runs that are left ran the patched code, so that the old code is gone. Put it where `patched` was called;
 * once the runs that had `patched` are over as well, it can be removed in turn.
 *
 * @throws {IllegalStateError} outside of a workflow, or before its function starts
 * @example
 * ```ts
 * deprecatePatch("charge-before-shipping");
 * await charge(order);
 * await ship(order);
 * ```
 */
export function deprecatePatch(patchId: string): void {
  decide(requireRun(OUTSIDE), patchId, true);
}

function decide(run: Run, patchId: string, deprecated: boolean): boolean {
  if (run.definition.start === undefined) {
    throw new IllegalStateError("Patches cannot be used before Workflow starts");
  }
  const { known, decisions } = run.patches;
  const decided = decisions.get(patchId);
  if (decided !== undefined) return decided;
  const isKnown = known.has(patchId);
  // Not remembered: a run in the cache may reach this place again when it is no longer replaying.
  if (!isKnown && run.info.unsafe.isReplaying) return false;
  // A query changes nothing, so what it is told is not remembered either.
  if (run.readOnly) return isKnown;
  const use = isKnown || deprecated || mayActivate(run, patchId);
  decisions.set(patchId, use);
  if (use) pushCommand(run, { kind: "setPatchMarker", patchId, deprecated });
  return use;
}

/** Asks the worker's `patchActivationCallback`. */
function mayActivate(run: Run, patchId: string): boolean {
  if (run.facts.asksBeforePatching !== true) return true;
  const answer = run.host.activatePatch(run.runId, patchId, plainInfo(run.info));
  if (typeof answer === "boolean") return answer;
  throw new Error(answer.error);
}
