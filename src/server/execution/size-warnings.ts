// What the real server's log warns of: it takes such sizes, and is slower for them. Nothing is measured unless somebody listens.
import { eventName, eventValue, type StoredEvent } from "../history/event.ts";
import {
  BLOB_WARNING_BYTES,
  HISTORY_WARNING_BYTES,
  HISTORY_WARNING_EVENTS,
  MEMO_WARNING_BYTES,
} from "../limits.ts";
import { payloadsBytes } from "../rpc/payload-bytes.ts";
import type { Run } from "./run.ts";
import type { RunFields } from "./run-state.ts";

/** Something of a workflow is larger than is good for a server. */
export interface SizeWarning {
  /** In the words of the real server. */
  readonly message: string;
  readonly namespace: string;
  readonly workflowId: string;
  readonly runId: string;
  /** Bytes, or the number of events. */
  readonly size: number;
  /** By what it came: `StartWorkflowExecution`, `ScheduleActivityTask`, …; none when the whole history is meant. */
  readonly operation?: string;
}

/** What a change of a run wrote. */
interface Written {
  readonly batches: readonly (readonly StoredEvent[])[];
  /** Of the history before it. */
  readonly sizeBytes: number;
  /** Activities that it changed. */
  readonly activities: readonly number[];
}

const BLOB = "Blob data size exceeds the warning limit.";

/** Where the real server calls what came in otherwise than its event. */
const OPERATIONS: Readonly<Record<string, string>> = {
  workflowExecutionStarted: "StartWorkflowExecution",
  workflowExecutionSignaled: "SignalWorkflowExecution",
  activityTaskScheduled: "ScheduleActivityTask",
  activityTaskCompleted: "RespondActivityTaskCompleted",
  activityTaskFailed: "RespondActivityTaskFailed",
  activityTaskCanceled: "RespondActivityTaskCanceled",
  workflowPropertiesModified: "ModifyWorkflowProperties",
};

/** Warns of what a committed change brought. */
export function warnOfSizes(
  run: Run,
  before: RunFields,
  { batches, sizeBytes, activities }: Written,
  warn: (warning: SizeWarning) => void,
): void {
  const { namespace, workflowId, runId, history, fields } = run;
  const tell = (message: string, size: number, operation?: string): void =>
    warn({ message, namespace, workflowId, runId, size, ...(operation !== undefined && { operation }) });
  const passes = (limit: number, old: number, now: number): boolean => old <= limit && now > limit;
  if (history.sizeBytes - sizeBytes > BLOB_WARNING_BYTES) {
    for (const event of batches.flat()) {
      const bytes = dataBytes(event.attributes.value);
      if (bytes > BLOB_WARNING_BYTES) tell(BLOB, bytes, operationOf(event));
    }
  }
  for (const event of batches.flat()) {
    const bytes = memoBytes(event);
    // Larger ones were told of above.
    if (bytes > MEMO_WARNING_BYTES && bytes <= BLOB_WARNING_BYTES) tell(BLOB, bytes, operationOf(event));
  }
  for (const id of activities) {
    const bytes = payloadsBytes(run.state.activities.get(id)?.heartbeatDetails);
    if (bytes > BLOB_WARNING_BYTES) tell(BLOB, bytes, "RecordActivityTaskHeartbeat");
  }
  if (passes(HISTORY_WARNING_BYTES, sizeBytes, history.sizeBytes))
    tell("history size exceeds warn limit.", history.sizeBytes);
  if (passes(HISTORY_WARNING_EVENTS, before.nextEventId - 1, fields.nextEventId - 1))
    tell("history count exceeds warn limit.", fields.nextEventId - 1);
}

function operationOf(event: StoredEvent): string {
  const name = eventName(event);
  return OPERATIONS[name] ?? name.charAt(0).toUpperCase() + name.slice(1);
}

function memoBytes(event: StoredEvent): number {
  const memo =
    eventValue(event, "workflowExecutionStarted")?.memo ??
    eventValue(event, "workflowPropertiesModified")?.upsertedMemo;
  return memo === undefined ? 0 : payloadsBytes({ payloads: Object.values(memo.fields ?? {}) });
}

/** The bytes of all payloads in a value. */
function dataBytes(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== "object" || value === null) return 0;
  let bytes = 0;
  for (const part of Object.values(value)) bytes += dataBytes(part);
  return bytes;
}
