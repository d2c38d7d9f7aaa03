import { RetryState, TimeoutType } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import { activityDue } from "./activity-due.ts";
import type { Due } from "./alarms.ts";
import { runDueMs } from "./alarms.ts";
import { forceCloseTask } from "./close.ts";
import { type Engine, isRunFull } from "./engine.ts";
import { planNextRun } from "./next-run.ts";
import type { Run } from "./run.ts";
import type { Transaction } from "./transaction.ts";
import { timeOutTask } from "./workflow-task.ts";

/** Does what has become due. The state may have moved on since the alarm was set: each looks first. */
export function onDue(engine: Engine, run: Run, due: Due): void {
  try {
    engine.transact(run, (tx) => {
      if (!tx.running) return;
      switch (due.kind) {
        case "timer":
          fireTimer(tx, due.timerId);
          break;
        case "activity":
          activityDue(engine, tx, due.scheduledId);
          break;
        case "task":
          taskDue(tx, due);
          break;
        case "first-task":
          tx.fields.backingOff = false;
          tx.taskNeeded = true;
          break;
        case "run-timeout":
          timeOutRun(engine, tx);
      }
    });
  } catch (error) {
    if (!isRunFull(error)) throw error;
  }
}

function fireTimer(tx: Transaction, timerId: string): void {
  const timer = tx.state.timers.get(timerId);
  if (!timer || timer.fireMs > tx.nowMs) return;
  tx.add("timerFired", { timerId, startedEventId: timer.startedId });
  tx.taskNeeded = true;
}

function taskDue(tx: Transaction, due: Due & { readonly kind: "task" }): void {
  const { task } = tx.fields;
  if (task?.stamp !== due.stamp || (task.startedId !== 0) !== due.started) return;
  timeOutTask(tx, due.started ? TimeoutType.START_TO_CLOSE : TimeoutType.SCHEDULE_TO_START);
  tx.taskNeeded = true;
}

function timeOutRun(engine: Engine, tx: Transaction): void {
  const dueMs = runDueMs(tx.fields);
  if (dueMs === undefined || dueMs > tx.nowMs) return;
  forceCloseTask(tx);
  const next = planNextRun(engine, tx, { kind: "timed-out" });
  tx.add("workflowExecutionTimedOut", {
    retryState: next.retryState ?? RetryState.TIMEOUT,
    newExecutionRunId: next.runId,
  });
}
