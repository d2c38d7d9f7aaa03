import type { Init } from "../../../src/codec-runtime/init.ts";
import type { Payload } from "../../../src/gen/codec/temporal/api/common/v1/message.ts";
import type { WorkflowExecutionInfo } from "../../../src/gen/codec/temporal/api/workflow/v1/message.ts";
import type { VisibilityRow } from "../../../src/server/visibility/visibility.ts";
import { timestampMs } from "../../../src/server/wire-time.ts";

/** A row of visibility as JSON: payloads by the text of their data. */
export type RowRecord = Omit<VisibilityRow, "memo" | "searchAttributes" | "extra"> & {
  readonly memo: Readonly<Record<string, string>>;
  readonly searchAttributes: Readonly<Record<string, string>>;
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What the real server's list shows of a run, as a row. */
export function recordRow(namespace: string, info: WorkflowExecutionInfo): RowRecord {
  return {
    namespace,
    workflowId: info.execution?.workflowId ?? "",
    runId: info.execution?.runId ?? "",
    workflowType: info.type?.name ?? "",
    taskQueue: info.taskQueue,
    status: info.status,
    startTimeMs: Math.floor(timestampMs(info.startTime ?? {})),
    executionTimeMs: Math.floor(timestampMs(info.executionTime ?? {})),
    closeTimeMs: info.closeTime && Math.floor(timestampMs(info.closeTime)),
    historyLength: Number(info.historyLength),
    historySizeBytes: Number(info.historySizeBytes),
    stateTransitionCount: Number(info.stateTransitionCount),
    memo: texts(info.memo?.fields ?? {}),
    searchAttributes: texts(info.searchAttributes?.indexedFields ?? {}),
    parentWorkflowId: info.parentExecution?.workflowId,
    parentRunId: info.parentExecution?.runId,
    rootWorkflowId: info.rootExecution?.workflowId ?? "",
    rootRunId: info.rootExecution?.runId ?? "",
  };
}

/** The row of a record. */
export function rowOf(record: RowRecord): VisibilityRow {
  const { memo, searchAttributes, closeTimeMs, parentWorkflowId, parentRunId, ...rest } = record;
  return {
    ...rest,
    closeTimeMs,
    parentWorkflowId,
    parentRunId,
    memo: { fields: payloads(memo) },
    searchAttributes: payloads(searchAttributes),
  };
}

function texts(fields: Readonly<Record<string, Payload>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, { data }]) => [name, decoder.decode(data)]));
}

function payloads(fields: Readonly<Record<string, string>>): Record<string, Init<Payload>> {
  const encoding = encoder.encode("json/plain");
  return Object.fromEntries(
    Object.entries(fields).map(([name, text]) => [
      name,
      { metadata: { encoding }, data: encoder.encode(text) },
    ]),
  );
}
