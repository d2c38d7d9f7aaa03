import { WorkflowExecutionStatus as Status } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import { eventName, eventValue, type StoredEvent } from "../history/event.ts";
import { durationMs, timestampMs } from "../wire-time.ts";
import { applyEvent, id } from "./apply.ts";
import type { Run } from "./run.ts";
import { type RunFields, RunState } from "./run-state.ts";
import { firstFields } from "./start-run.ts";

/**
 * Makes the state of a run anew from its events, those that wait in the buffer included. What no event tells (attempts,
 * heartbeats, stickiness, task queues) is as in a run that has just begun.
 *
 * @throws {Error} when the events are not those of a run
 */
export function rebuild(events: readonly StoredEvent[], buffer: readonly StoredEvent[]): RunState {
  const [first] = events;
  const started = first && eventValue(first, "workflowExecutionStarted");
  if (!first || !started) throw new Error("a history has to begin with WorkflowExecutionStarted");
  const backoffMs = durationMs(started.firstWorkflowTaskBackoff) ?? 0;
  const state = new RunState(firstFields(started, timestampMs(first.eventTime), backoffMs));
  state.begin();
  for (const event of events) applyEvent(state, event);
  for (const event of buffer) applyEvent(state, event);
  state.fields.nextEventId = events.length + 1;
  state.commit();
  return state;
}

/** Where the state of a run is not what its history tells, in words; empty: nowhere. */
export function rebuildFaults(run: Run): readonly string[] {
  const { fields, state } = run;
  const events = run.history.slice(1);
  const rebuilt = rebuild(events, fields.buffer);
  const faults: string[] = [];
  const compare = (what: string, fromHistory: unknown, live: unknown): void => {
    if (!same(fromHistory, live))
      faults.push(`${what}: history tells ${text(fromHistory)}, not ${text(live)}`);
  };
  for (const name of ALWAYS) compare(name, rebuilt.fields[name], fields[name]);
  // A run that closes drops what waited in its buffer: what that had changed is not told any more.
  if (fields.status !== Status.RUNNING && fields.status !== Status.PAUSED) return faults;
  for (const name of WHILE_OPEN) compare(name, rebuilt.fields[name], fields[name]);
  compare("activities", activities(rebuilt), activities(state));
  for (const list of LISTS) {
    compare(list, Object.fromEntries(rebuilt[list].entries()), Object.fromEntries(state[list].entries()));
  }
  compare("workflow task", toldTask(events), liveTask(fields));
  return faults;
}

const ALWAYS = [
  "status",
  "nextEventId",
  "started",
  "originalStartMs",
  "closeMs",
  "lastStartedId",
  "lastTaskCompletedId",
  "versioning",
  "buildIds",
  "binaryChecksums",
] as const satisfies readonly (keyof RunFields)[];

const WHILE_OPEN = [
  "memo",
  "searchAttributes",
  "cancelRequested",
  "signalCount",
  "resetPoints",
  "versioningOverride",
] as const satisfies readonly (keyof RunFields)[];

const LISTS = ["activityIds", "timers", "children", "externals", "updates"] as const;

function activities(state: RunState): unknown {
  return [...state.activities.values()].map(
    ({ scheduled, scheduledId, firstScheduledMs, cancelRequestedId }) => ({
      scheduled,
      scheduledId,
      firstScheduledMs,
      cancelRequestedId,
    }),
  );
}

interface TaskIds {
  readonly scheduledId: number;
  readonly startedId: number;
}

/** The workflow task that is pending by the history. */
function toldTask(events: readonly StoredEvent[]): TaskIds | undefined {
  let task: TaskIds | undefined;
  for (const event of events) {
    switch (eventName(event)) {
      case "workflowTaskScheduled":
        task = { scheduledId: event.eventId, startedId: 0 };
        break;
      case "workflowTaskStarted": {
        const scheduledId = id(eventValue(event, "workflowTaskStarted")?.scheduledEventId);
        task = { scheduledId, startedId: event.eventId };
        break;
      }
      case "workflowTaskCompleted":
      case "workflowTaskFailed":
      case "workflowTaskTimedOut":
        task = undefined;
        break;
    }
  }
  return task;
}

/** The pending workflow task, if its events belong into the history. */
function liveTask({ task }: RunFields): TaskIds | undefined {
  if (task?.kind !== "normal") return undefined;
  return { scheduledId: task.scheduledId, startedId: task.startedId };
}

/** Times went over the wire's nanoseconds on one side. */
const ROUNDING_MS = 0.001;

/** Whether two values say the same: one of them may have been over the wire, where numbers grow large and defaults are left out. */
function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other) || (isDefault(one) && isDefault(other))) return true;
  if (isNumber(one) && isNumber(other)) return Math.abs(Number(one) - Number(other)) < ROUNDING_MS;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  for (const key of keys) {
    // Both are plain records, lists or bytes, which have all they say under their own keys.
    const [left, right] = [one, other].map((each) => (each as Readonly<Record<string, unknown>>)[key]);
    if (!same(left, right)) return false;
  }
  return true;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function isDefault(value: unknown): boolean {
  if (value === undefined || value === "" || value === false) return true;
  if (isNumber(value)) return Number(value) === 0;
  return (Array.isArray(value) || value instanceof Uint8Array) && value.length === 0;
}

function text(value: unknown): string {
  const shown = JSON.stringify(value, (_key, each: unknown) =>
    typeof each === "bigint" ? String(each) : each,
  );
  return (shown ?? "nothing").slice(0, 1_000);
}
