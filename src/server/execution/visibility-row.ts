import type { VisibilityRow } from "../visibility/visibility.ts";
import { shownAttributes } from "./builds.ts";
import type { Run } from "./run.ts";

/** What lists and counts know of a run. */
export function visibilityRow(run: Run): VisibilityRow {
  const { fields } = run;
  const { started } = fields;
  const parent = started.parentWorkflowExecution;
  const root = started.rootWorkflowExecution;
  return {
    namespace: run.namespace,
    workflowId: run.workflowId,
    runId: run.runId,
    workflowType: started.workflowType?.name ?? "",
    taskQueue: started.taskQueue?.name ?? "",
    status: fields.status,
    startTimeMs: fields.startMs,
    executionTimeMs: fields.executionMs,
    closeTimeMs: fields.closeMs,
    historyLength: run.history.length,
    historySizeBytes: run.history.sizeBytes,
    stateTransitionCount: fields.stateTransitionCount,
    memo: Object.keys(fields.memo).length === 0 ? undefined : { fields: fields.memo },
    searchAttributes: shownAttributes(fields),
    parentWorkflowId: parent?.workflowId,
    parentRunId: parent?.runId,
    rootWorkflowId: root?.workflowId ?? run.workflowId,
    rootRunId: root?.runId ?? run.runId,
  };
}
