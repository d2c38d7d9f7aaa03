// What the real server's log warns of: it takes such sizes, and is slower for them. Nothing is measured unless somebody listens.
import { eventName, eventValue, type StoredEvent } from "../history/event.ts";
import {
  BLOB_WARNING_BYTES,
  HISTORY_WARNING_BYTES,
  HISTORY_WARNING_EVENTS,
  MEMO_WARNING_BYTES,
  STATE_WARNING_BYTES,
} from "../limits.ts";
import { payloadsBytes } from "../rpc/payload-bytes.ts";
import type { Run } from "./run.ts";
import { heldBytes } from "./state-size.ts";
import type { ToldSizes } from "./told-sizes.ts";

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
  { batches, sizeBytes, activities }: Written,
  told: ToldSizes,
  warn: (warning: SizeWarning) => void,
): void {
  const { namespace, workflowId, runId, history } = run;
  const tell = (message: string, size: number, operation?: string): void =>
    warn({ message, namespace, workflowId, runId, size, ...(operation !== undefined && { operation }) });
  if (history.sizeBytes - sizeBytes > MEMO_WARNING_BYTES) {
    for (const event of batches.flat()) {
      for (const bytes of largeParts(event)) tell(BLOB, bytes, operationOf(event));
    }
  }
  for (const id of activities) {
    const details = run.state.activities.get(id)?.heartbeatDetails;
    const bytes = payloadsBytes(details);
    if (details !== undefined && bytes > BLOB_WARNING_BYTES && told.isNew(details)) {
      tell(BLOB, bytes, "RecordActivityTaskHeartbeat");
    }
  }
  for (const { what, size, limit } of totals(run)) {
    if (told.passes(run, what, size > limit)) tell(`${what} exceeds warn limit.`, size);
  }
}

/** What counts of a run as a whole. */
function totals(
  run: Run,
): readonly { readonly what: string; readonly size: number; readonly limit: number }[] {
  return [
    { what: "history size", size: run.history.sizeBytes, limit: HISTORY_WARNING_BYTES },
    { what: "history count", size: run.fields.nextEventId - 1, limit: HISTORY_WARNING_EVENTS },
    { what: "mutable state size", size: heldBytes(run.state), limit: STATE_WARNING_BYTES },
  ];
}

/** Sizes in an event that the real server warns of: its data, and the memo by itself. */
function largeParts(event: StoredEvent): readonly number[] {
  const bytes = dataBytes(event.attributes.value);
  const memo = memoBytes(event);
  return [
    ...(bytes > BLOB_WARNING_BYTES ? [bytes] : []),
    // Larger ones were told of with the data.
    ...(memo > MEMO_WARNING_BYTES && memo <= BLOB_WARNING_BYTES ? [memo] : []),
  ];
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
