import { readFileSync } from "node:fs";
import type { JsonValue } from "../../src/codec-runtime/json.ts";
import { historyFromJson } from "../../src/gen/codec/temporal/api/history/v1/message.json.ts";
import type {
  HistoryEvent,
  WorkflowExecutionStartedEventAttributes,
  WorkflowTaskCompletedEventAttributes,
} from "../../src/gen/codec/temporal/api/history/v1/message.ts";

const folder = new URL("../histories/", import.meta.url);

/** A history of the official SDK. */
export interface Recorded {
  readonly subject: string;
  readonly workflowType: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly started: WorkflowExecutionStartedEventAttributes;
  readonly events: readonly HistoryEvent[];
}

/** One attempt at a workflow task, as a history shows it. */
export interface RecordedTask {
  readonly scheduledId: number;
  readonly startedId: number;
  /** Start event of the last task before it that was completed; 0 when there is none. */
  readonly previousStartedId: number;
  readonly attempt: number;
  /** What became of it; undefined when it was not completed. */
  readonly completed: WorkflowTaskCompletedEventAttributes | undefined;
  /** The events that the server wrote for the commands of its answer. */
  readonly commandEvents: readonly HistoryEvent[];
}

interface IndexEntry {
  readonly file: string;
  readonly workflowType: string;
  readonly workflowId: string;
  readonly events: number;
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, folder), "utf8"));
}

// Written by test/interop/record-histories.mjs.
const index = readJson("index.json") as { readonly histories: { readonly [subject: string]: IndexEntry } };

/** All recorded histories, by subject. */
export const subjects: readonly string[] = Object.keys(index.histories);

/** Reads one history. */
export function recorded(subject: string): Recorded {
  const entry = index.histories[subject];
  if (entry === undefined) throw new RangeError(`no history has the subject '${subject}'`);
  const { events } = historyFromJson(readJson(entry.file) as JsonValue);
  if (events.length !== entry.events) throw new Error(`${entry.file} has ${events.length} events`);
  return asRecorded(events, { subject, workflowId: entry.workflowId });
}

/** A history made of the given events. */
export function asRecorded(
  events: readonly HistoryEvent[],
  names: { readonly subject: string; readonly workflowId: string },
): Recorded {
  const first = events[0]?.attributes;
  if (first?.case !== "workflowExecutionStartedEventAttributes")
    throw new Error("not the start of a history");
  const started = first.value;
  return {
    ...names,
    workflowType: started.workflowType?.name ?? "",
    runId: started.originalExecutionRunId,
    started,
    events,
  };
}

/** The workflow tasks of a history that were started, in order. */
export function workflowTasks(events: readonly HistoryEvent[]): readonly RecordedTask[] {
  const tasks: RecordedTask[] = [];
  let previousStartedId = 0;
  let attempt = 1;
  for (const [index, event] of events.entries()) {
    const { attributes } = event;
    if (attributes.case === "workflowTaskScheduledEventAttributes") attempt = attributes.value.attempt;
    if (attributes.case !== "workflowTaskStartedEventAttributes") continue;
    const startedId = Number(event.eventId);
    const next = events[index + 1];
    const completed =
      next?.attributes.case === "workflowTaskCompletedEventAttributes" ? next.attributes.value : undefined;
    tasks.push({
      scheduledId: Number(attributes.value.scheduledEventId),
      startedId,
      previousStartedId,
      attempt,
      completed,
      commandEvents: completed === undefined ? [] : eventsOfTask(events, next!.eventId),
    });
    if (completed !== undefined) previousStartedId = startedId;
  }
  return tasks;
}

/** They follow the completed task at once, one for each command. */
function eventsOfTask(events: readonly HistoryEvent[], completedId: bigint): HistoryEvent[] {
  const after = events.slice(events.findIndex(({ eventId }) => eventId === completedId) + 1);
  const end = after.findIndex(({ attributes: { case: name, value } }) => {
    // Events of updates do not name the task.
    if (name === "workflowExecutionUpdateAcceptedEventAttributes") return false;
    if (name === "workflowExecutionUpdateCompletedEventAttributes") return false;
    return (
      value === undefined ||
      !("workflowTaskCompletedEventId" in value) ||
      value.workflowTaskCompletedEventId !== completedId
    );
  });
  return end < 0 ? after : after.slice(0, end);
}

/** Events with ids from `first` to `last`, both included. */
export function eventsBetween(events: readonly HistoryEvent[], first: number, last: number): HistoryEvent[] {
  return events.filter(({ eventId }) => eventId >= first && eventId <= last);
}
