import { WorkflowExecutionStatus as Status } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import { SPECULATIVE_SCHEDULE_TO_START_MS } from "../limits.ts";
import { durationMs, timestampMs } from "../wire-time.ts";
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

/** Sets, moves and takes back the alarms of a run after a change. */
export function syncAlarms(
  run: Run,
  changed: { readonly timers: readonly string[]; readonly activities: readonly number[] },
  fire: (due: Due) => void,
): void {
  const { fields, timers, activities } = run.state;
  if (fields.status !== Status.RUNNING && fields.status !== Status.PAUSED) {
    for (const alarm of run.alarms.values()) alarm.cancel();
    run.alarms.clear();
    return;
  }
  const set = (key: string, atMs: number | undefined, due: Due): void => {
    run.alarms.get(key)?.cancel();
    run.alarms.delete(key);
    if (atMs === undefined) return;
    const alarm = run.timeline.at(atMs, () => {
      if (run.alarms.get(key) === alarm) run.alarms.delete(key);
      fire(due);
    });
    run.alarms.set(key, alarm);
  };
  for (const timerId of changed.timers) {
    set(`timer ${timerId}`, timers.get(timerId)?.fireMs, { kind: "timer", timerId });
  }
  for (const scheduledId of changed.activities) {
    const activity = activities.get(scheduledId);
    set(`activity ${scheduledId}`, activity && activityDueMs(activity), { kind: "activity", scheduledId });
  }
  syncRunAlarms(run, fields, set);
}

function syncRunAlarms(
  run: Run,
  fields: RunFields,
  set: (key: string, atMs: number | undefined, due: Due) => void,
): void {
  // Of what becomes due at one moment the end of the run comes first.
  if (!run.alarms.has("run-timeout")) set("run-timeout", runDueMs(fields), { kind: "run-timeout" });
  const { task } = fields;
  const taskKey = task && `task ${task.stamp} ${task.startedId} ${task.kind}`;
  for (const key of run.alarms.keys()) {
    if (key.startsWith("task ") && key !== taskKey) set(key, undefined, { kind: "run-timeout" });
  }
  if (task && taskKey && !run.alarms.has(taskKey)) {
    set(taskKey, taskDueMs(task, fields), { kind: "task", stamp: task.stamp, started: task.startedId !== 0 });
  }
  if (fields.backingOff !== run.alarms.has("first-task")) {
    set("first-task", fields.backingOff ? fields.executionMs : undefined, { kind: "first-task" });
  }
}

function taskDueMs(task: WorkflowTask, fields: RunFields): number | undefined {
  if (task.startedId !== 0) return task.startedMs + task.timeoutMs;
  if (task.queue.sticky && fields.sticky) return task.scheduledMs + fields.sticky.scheduleToStartMs;
  return task.kind === "speculative" ? task.scheduledMs + SPECULATIVE_SCHEDULE_TO_START_MS : undefined;
}

/** When the run times out; undefined: never. */
export function runDueMs(fields: RunFields): number | undefined {
  const { started, startMs, executionMs } = fields;
  const runTimeoutMs = durationMs(started.workflowRunTimeout) ?? 0;
  const expiration = started.workflowExecutionExpirationTime;
  const backoffMs = executionMs - startMs;
  const byRun = runTimeoutMs > 0 ? startMs + backoffMs + runTimeoutMs : Number.POSITIVE_INFINITY;
  const byExecution = expiration ? timestampMs(expiration) : Number.POSITIVE_INFINITY;
  const dueMs = Math.min(byRun, byExecution);
  return Number.isFinite(dueMs) && dueMs > 0 ? dueMs : undefined;
}
