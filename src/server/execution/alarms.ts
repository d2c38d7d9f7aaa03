import { WorkflowExecutionStatus as Status } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import { SPECULATIVE_SCHEDULE_TO_START_MS } from "../limits.ts";
import { durationMs } from "../wire-time.ts";
import { activityDueMs } from "./activity-times.ts";
import type { Run } from "./run.ts";
import type { RunFields, WorkflowTask } from "./run-state.ts";

/** What has become due. */
export type Due =
  | { readonly kind: "timer"; readonly timerId: string }
  | { readonly kind: "activity"; readonly scheduledId: number }
  | { readonly kind: "task"; readonly stamp: number; readonly started: boolean }
  | { readonly kind: "first-task" }
  | { readonly kind: "run-timeout" };

/** Who hears of what has become due. */
export type OnDue = (run: Run, due: Due) => void;

/** Sets, moves and takes back the alarms of a run after a change. */
export function syncAlarms(
  run: Run,
  changed: { readonly timers: readonly string[]; readonly activities: readonly number[] },
  onDue: OnDue,
): void {
  const { fields, timers, activities } = run.state;
  if (fields.status !== Status.RUNNING && fields.status !== Status.PAUSED) {
    for (const alarm of run.alarms.values()) alarm.cancel();
    run.alarms.clear();
    return;
  }
  for (const timerId of changed.timers) {
    set(run, { key: `timer ${timerId}`, kind: "timer", timerId }, timers.get(timerId)?.fireMs, onDue);
  }
  for (const scheduledId of changed.activities) {
    const activity = activities.get(scheduledId);
    const due = { key: `activity ${scheduledId}`, kind: "activity", scheduledId } as const;
    set(run, due, activity && activityDueMs(activity), onDue);
  }
  syncRunAlarms(run, fields, onDue);
}

type Keyed = Due & { readonly key: string };

/** Moves an alarm, or takes it back when there is nothing to come. */
function set(run: Run, due: Keyed, atMs: number | undefined, onDue: OnDue): void {
  const { key } = due;
  run.alarms.get(key)?.cancel();
  if (atMs === undefined) {
    run.alarms.delete(key);
    return;
  }
  const alarm = run.timeline.at(atMs, () => {
    if (run.alarms.get(key) === alarm) run.alarms.delete(key);
    onDue(run, due);
  });
  run.alarms.set(key, alarm);
}

const FIRST_TASK = { key: "first-task", kind: "first-task" } as const;
const RUN_TIMEOUT = { key: "run-timeout", kind: "run-timeout" } as const;

function syncRunAlarms(run: Run, fields: RunFields, onDue: OnDue): void {
  // Of what becomes due at one moment the end of the run comes first.
  if (!run.alarms.has(RUN_TIMEOUT.key)) set(run, RUN_TIMEOUT, runDueMs(fields), onDue);
  const { task } = fields;
  const taskKey = task && `task ${task.stamp} ${task.startedId} ${task.kind}`;
  for (const [key, alarm] of run.alarms.entries()) {
    if (!key.startsWith("task ") || key === taskKey) continue;
    alarm.cancel();
    run.alarms.delete(key);
  }
  if (task && taskKey && !run.alarms.has(taskKey)) {
    const due = { key: taskKey, kind: "task", stamp: task.stamp, started: task.startedId !== 0 } as const;
    set(run, due, taskDueMs(task, fields), onDue);
  }
  if (fields.backingOff !== run.alarms.has(FIRST_TASK.key)) {
    set(run, FIRST_TASK, fields.backingOff ? fields.executionMs : undefined, onDue);
  }
}

function taskDueMs(task: WorkflowTask, fields: RunFields): number | undefined {
  if (task.startedId !== 0) return task.startedMs + task.timeoutMs;
  if (task.queue.sticky && fields.sticky) return task.scheduledMs + fields.sticky.scheduleToStartMs;
  return task.kind === "speculative" ? task.scheduledMs + SPECULATIVE_SCHEDULE_TO_START_MS : undefined;
}

/** When the run times out; undefined: never. */
export function runDueMs(fields: RunFields): number | undefined {
  const { started, startMs, executionMs, expirationMs, lastResetMs } = fields;
  const runTimeoutMs = durationMs(started.workflowRunTimeout) ?? 0;
  // A reset gives the run its whole time anew, from then on: what it had waited at first does not count.
  const backoffMs = lastResetMs === undefined ? executionMs - startMs : 0;
  const byRun = runTimeoutMs > 0 ? startMs + backoffMs + runTimeoutMs : Number.POSITIVE_INFINITY;
  const dueMs = Math.min(byRun, expirationMs ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(dueMs) && dueMs > 0 ? dueMs : undefined;
}
