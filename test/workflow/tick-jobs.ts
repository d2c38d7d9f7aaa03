import type { FailureData, Job } from "../../src/core/activation.ts";
import { payload } from "./vm-harness.ts";

/** What jobs on other workflows have in the recorded table. */
export interface RecordedWorkflowFields {
  readonly seq: number;
  readonly succeeded?: { readonly runId: string };
  readonly failed?: { readonly workflowId: string; readonly workflowType: string };
  readonly failure?: object;
  readonly result?: { readonly completed?: object; readonly failed?: { readonly failure: object } };
  readonly operationToken?: string;
  readonly startedSync?: boolean;
}

/** The job for a recorded one on a child or another workflow; undefined for any other. */
export function workflowJob(
  kind: string,
  { seq, succeeded, failed, failure, result, operationToken, startedSync }: RecordedWorkflowFields,
  toFailure: (recorded: object) => FailureData,
): Job | undefined {
  switch (kind) {
    case "resolveChildWorkflowExecutionStart":
      return {
        kind: "resolveChildWorkflowStart",
        seq,
        resolution: succeeded
          ? { kind: "started", runId: succeeded.runId }
          : { kind: "alreadyStarted", workflowId: failed!.workflowId, workflowType: failed!.workflowType },
      };
    case "resolveChildWorkflowExecution":
      return {
        kind: "resolveChildWorkflow",
        seq,
        resolution: result?.completed
          ? { kind: "completed", result: payload("done") }
          : { kind: "failed", failure: toFailure(result!.failed!.failure) },
      };
    case "resolveNexusOperationStart":
      if (startedSync) return { kind, seq, resolution: { kind: "startedSync" } };
      return {
        kind,
        seq,
        resolution:
          operationToken === undefined
            ? { kind: "failed", failure: toFailure(failed!) }
            : { kind: "started", token: operationToken },
      };
    case "resolveNexusOperation":
      return {
        kind,
        seq,
        resolution: result?.completed
          ? { kind: "completed", result: payload("done") }
          : { kind: "failed", failure: toFailure(result!.failed!) },
      };
    case "resolveSignalExternalWorkflow":
      return { kind: "resolveSignalExternal", seq, failure: failure && toFailure(failure) };
    case "resolveRequestCancelExternalWorkflow":
      return { kind: "resolveCancelExternal", seq, failure: failure && toFailure(failure) };
    default:
      return undefined;
  }
}
