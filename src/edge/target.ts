import { checkOptionalArray, checkOptionalText, checkText } from "../client/check-options.ts";
import type { WorkflowExecution } from "../client/workflow-execution.ts";
import { ValueError } from "../common/errors.ts";
import { isRecord, showValue } from "../common/type-guards.ts";

/** Which workflow: without a run id, the newest run. What `startWorkflow` gives is one. */
export interface WorkflowTarget {
  readonly workflowId: string;
  readonly runId?: string | undefined;
}

/** @throws {ValueError} when it names no workflow */
export function checkedExecution(target: WorkflowTarget): WorkflowExecution {
  if (!isRecord(target)) {
    throw new ValueError(
      `The workflow is ${showValue(target)}; it must be { workflowId } or { workflowId, runId }`,
    );
  }
  const { workflowId, runId } = target;
  checkText(workflowId, "workflowId");
  checkOptionalText(runId, "runId");
  return { workflowId, runId };
}

/** @throws {ValueError} when there is no name, or the arguments are no list */
export function checkedMessage(
  message: { readonly name: string } | string,
  args: readonly unknown[] | undefined,
  what: string,
): { readonly name: string; readonly args: readonly unknown[] } {
  const name = typeof message === "string" ? message : message?.name;
  checkText(name, what);
  checkOptionalArray(args, "args");
  return { name, args: args ?? [] };
}
