import { maybeCurrentRun, requireRun } from "./runtime/current.ts";
import { currentUpdate, type UpdateInfo } from "./runtime/current-update.ts";
import type { WorkflowInfo } from "./workflow-info.ts";

/**
 * Facts on the running workflow.
 *
 * @throws {IllegalStateError} outside of a workflow
 * @example
 * ```ts
 * if (workflowInfo().continueAsNewSuggested) await continueAsNew(state);
 * ```
 */
export function workflowInfo(): WorkflowInfo {
  return requireRun("Workflow.workflowInfo(...) may only be used from a Workflow Execution.").info;
}

/**
 * The update whose handler or validator is running, also in what it started; undefined elsewhere.
 *
 * @throws {IllegalStateError} outside of a workflow
 * @example
 * ```ts
 * if (seen.has(currentUpdateInfo()?.id)) return;
 * ```
 */
export function currentUpdateInfo(): UpdateInfo | undefined {
  requireRun("Workflow.currentUpdateInfo(...) may only be used from a Workflow Execution.");
  return currentUpdate.getStore();
}

/**
 * Whether the caller is workflow code.
 *
 * @example
 * ```ts
 * const start = inWorkflowContext() ? workflowInfo().startTime : new Date();
 * ```
 */
export function inWorkflowContext(): boolean {
  return maybeCurrentRun() !== undefined;
}

/**
 * The text that {@link setCurrentDetails} set; empty before.
 *
 * @throws {IllegalStateError} outside of a workflow
 * @example
 * ```ts
 * setCurrentDetails(`${getCurrentDetails()}\nshipped`);
 * ```
 */
export function getCurrentDetails(): string {
  return requireRun("getCurrentDetails() may only be used from a Workflow Execution.").currentDetails;
}

/**
 * Sets a text for people, Markdown, that the web UI shows with the workflow. It is not written to history: the UI asks
 * the worker.
 *
 * @throws {IllegalStateError} outside of a workflow
 * @example
 * ```ts
 * setCurrentDetails("waiting for **two** approvals");
 * ```
 */
export function setCurrentDetails(details: string): void {
  requireRun("setCurrentDetails() may only be used from a Workflow Execution.").currentDetails = details;
}
