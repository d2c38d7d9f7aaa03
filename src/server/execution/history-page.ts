import type { Init } from "../../codec-runtime/init.ts";
import { encodeHistory, type History } from "../../gen/codec/temporal/api/history/v1/message.ts";
import { makeEvent, type StoredEvent } from "../history/event.ts";
import { HISTORY_PAGE_BATCHES } from "../limits.ts";
import type { Run } from "./run.ts";
import type { WorkflowTask } from "./run-state.ts";
import { deferredEvents } from "./workflow-task.ts";

/**
 * Bytes after which a page ends: clients with gRPC's default limit of 4 MiB can read it, and one in the same process does not
 * hold its thread up for long by decoding it.
 */
const PAGE_BYTES = 512 * 1024;

/** One page of events, oldest first. */
export interface HistoryPage {
  /** The events, as the fields of a `History` message. */
  readonly encoded: Uint8Array;
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
  const { bytes, to, batches } = run.history.page(from, end, { batches: maxBatches, bytes: PAGE_BYTES });
  return { encoded: bytes, next: to < end || batches === maxBatches ? to : undefined };
}

/** A history on the wire: events that are encoded already, then others. */
export function wireHistory(encoded: Uint8Array, more: readonly StoredEvent[] = []): Init<History> {
  // Fields of the message as they are: an encoder writes what it finds here unchanged.
  if (more.length === 0) return { $unknown: encoded };
  const rest = encodeHistory({ events: more });
  const all = new Uint8Array(encoded.length + rest.length);
  all.set(encoded);
  all.set(rest, encoded.length);
  return { $unknown: all };
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
