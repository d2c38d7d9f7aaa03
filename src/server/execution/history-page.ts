import type { Init } from "../../codec-runtime/init.ts";
import type { HistoryEvent } from "../../gen/codec/temporal/api/history/v1/message.ts";
import { makeEvent, type StoredEvent } from "../history/event.ts";
import { HISTORY_PAGE_BATCHES } from "../limits.ts";
import type { Run } from "./run.ts";
import type { WorkflowTask } from "./run-state.ts";
import { deferredEvents } from "./workflow-task.ts";

/** Bytes after which a page ends, so that clients with gRPC's default limit of 4 MiB can read it. */
const PAGE_BYTES = 2 * 1024 * 1024;

/** One page of events, oldest first. */
export interface HistoryPage {
  readonly events: readonly Init<HistoryEvent>[];
  /** Id of the first event of the next page; undefined: this was the last. */
  readonly next: number | undefined;
}

/** Events from `from` up to `end` (not included): as many batches, whole ones, as fit a page. A full page has a next one. */
export function historyPage(
  run: Run,
  from: number,
  end: number,
  maxBatches: number = HISTORY_PAGE_BATCHES,
): HistoryPage {
  const { history } = run;
  let to = from;
  let bytes = 0;
  let batches = 0;
  while (to < end && batches < maxBatches) {
    const batchEnd = Math.min(history.batchEnd(to), end);
    bytes += bytesAbout(history.slice(to, batchEnd));
    if (to > from && bytes > PAGE_BYTES) break;
    to = batchEnd;
    batches += 1;
  }
  return { events: history.slice(from, to), next: to < end || batches === maxBatches ? to : undefined };
}

/** The events of the pending workflow task that are not in the history yet, as those see them who only read the history. */
export function transientEvents(run: Run): readonly StoredEvent[] {
  const { task } = run.fields;
  // Once something else has come in, the ids that its events were to have are taken.
  if (task === undefined || task.scheduledId !== run.fields.nextEventId) return [];
  return eventsOfTask(run, task, "client");
}

/**
 * The events of a workflow task that are not in the history when a worker takes it; it must see them as if they were, also
 * when they have come there since. Who only reads the history is not told which worker has the task.
 */
export function eventsOfTask(
  run: Run,
  task: WorkflowTask,
  reader: "worker" | "client" = "worker",
): readonly StoredEvent[] {
  if (task.kind === "normal") return [];
  const [scheduled, started] = deferredEvents(run, task);
  const { scheduledId, scheduledMs, startedId, startedMs } = task;
  const first = makeEvent("workflowTaskScheduled", scheduled, {
    eventId: scheduledId,
    taskId: 0,
    timeMs: scheduledMs,
  });
  if (startedId === 0) return [first];
  const { identity, ...others } = started;
  const value = reader === "worker" ? { identity, ...others } : others;
  return [
    first,
    makeEvent("workflowTaskStarted", value, { eventId: startedId, taskId: 0, timeMs: startedMs }),
  ];
}

function bytesAbout(events: readonly StoredEvent[]): number {
  let bytes = 0;
  for (const event of events) bytes += payloadBytes(event.attributes.value);
  return bytes;
}

/** Bytes of the byte fields of a message, which is what makes an event large. */
function payloadBytes(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== "object" || value === null) return 8;
  let bytes = 0;
  for (const each of Object.values(value)) bytes += payloadBytes(each);
  return bytes;
}
