import type { Init } from "../../codec-runtime/init.ts";
import type { Payload } from "../../gen/codec/temporal/api/common/v1/message.ts";
import type { WorkflowExecutionInfo } from "../../gen/codec/temporal/api/workflow/v1/message.ts";
import { toDuration } from "../wire-time.ts";
import { encodeAttribute } from "./attribute-values.ts";
import { resolveColumn, type SlotNames } from "./query-columns.ts";
import { PREDEFINED_ATTRIBUTES } from "./search-attribute-types.ts";
import type { VisibilityRow } from "./visibility.ts";

/**
 * A run as lists show it. What the real server's visibility does not store (priority, versioning, the first run) is not in it, and
 * sizes are those of closed runs only.
 */
export function executionInfo(row: VisibilityRow, slots: SlotNames): Init<WorkflowExecutionInfo> {
  const closed = row.closeTimeMs !== undefined;
  return {
    execution: { workflowId: row.workflowId, runId: row.runId },
    type: { name: row.workflowType },
    startTime: toDuration(row.startTimeMs),
    executionTime: toDuration(row.executionTimeMs),
    closeTime: toDuration(row.closeTimeMs),
    executionDuration: closed ? toDuration(row.closeTimeMs - row.executionTimeMs) : undefined,
    status: row.status,
    historyLength: closed ? row.historyLength : 0,
    historySizeBytes: closed ? row.historySizeBytes : 0,
    stateTransitionCount: closed ? row.stateTransitionCount : 0,
    taskQueue: row.taskQueue,
    memo: row.memo ?? {},
    searchAttributes: { indexedFields: shownAttributes(row, slots) },
    parentExecution:
      row.parentWorkflowId === undefined
        ? undefined
        : { workflowId: row.parentWorkflowId, runId: row.parentRunId },
    rootExecution: { workflowId: row.rootWorkflowId, runId: row.rootRunId },
  };
}

function shownAttributes(row: VisibilityRow, slots: SlotNames): Record<string, Init<Payload>> {
  const custom = new Set(Object.values(slots));
  const shown: Record<string, Init<Payload>> = {};
  for (const [name, payload] of Object.entries(row.searchAttributes)) {
    const type = custom.has(name) ? resolveColumn(name, slots).type : PREDEFINED_ATTRIBUTES.get(name);
    // A search attribute that was removed is shown no more.
    const encoded = type === undefined ? undefined : encodeAttribute(payload, type);
    if (encoded) shown[name] = encoded;
  }
  return shown;
}
