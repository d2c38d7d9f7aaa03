import type { Init } from "../../codec-runtime/init.ts";
import { RetryState, TimeoutType } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { Failure } from "../../gen/codec/temporal/api/failure/v1/message.ts";
import { TIMEOUT_NAMES } from "../retry/retry-decision.ts";
import { addActivity, writeStarted } from "./activities.ts";
import { retryActivity } from "./activity-retry.ts";
import { activityDeadlines } from "./activity-times.ts";
import type { Engine } from "./engine.ts";
import type { ActivityRecord } from "./run-state.ts";
import type { Transaction } from "./transaction.ts";

/** An activity's back-off has ended or one of its timeouts struck. */
export function activityDue(engine: Engine, tx: Transaction, scheduledId: number): void {
  const activity = tx.state.activities.get(scheduledId);
  if (!activity) return;
  const [first] = activityDeadlines(activity)
    .filter(({ atMs }) => atMs <= tx.nowMs)
    .sort((one, other) => one.atMs - other.atMs);
  if (first) {
    timeOut(tx, activity, first.type);
  } else if (activity.backingOff && activity.scheduledMs <= tx.nowMs) {
    tx.state.activities.set(scheduledId, { ...activity, backingOff: false });
    addActivity(engine, tx, scheduledId);
  }
}

function timeOut(tx: Transaction, activity: ActivityRecord, type: TimeoutType): void {
  const message = `activity ${TIMEOUT_NAMES.get(type)} timeout`;
  const retryState = retryActivity(tx, activity, timeoutFailure(message, type));
  if (retryState === RetryState.IN_PROGRESS) return;
  const { scheduledId, heartbeatDetails, lastFailure, startedMs } = activity;
  // What there was no more time for is the whole: that attempts ran out of time is its cause at most.
  const outOfTime = retryState === RetryState.TIMEOUT && type !== TimeoutType.SCHEDULE_TO_START;
  const failure = outOfTime
    ? timeoutFailure(NO_TIME_LEFT, TimeoutType.SCHEDULE_TO_CLOSE, heartbeatDetails)
    : timeoutFailure(message, type, heartbeatDetails);
  const startedEventId = startedMs === undefined ? 0 : writeStarted(tx, activity);
  tx.add("activityTaskTimedOut", {
    failure: { ...failure, cause: lastFailure },
    scheduledEventId: scheduledId,
    startedEventId,
    retryState,
  });
  tx.taskNeeded = true;
}

const NO_TIME_LEFT =
  "Not enough time to schedule next retry before activity ScheduleToClose timeout, giving up retrying";

function timeoutFailure(
  message: string,
  timeoutType: TimeoutType,
  lastHeartbeatDetails?: ActivityRecord["heartbeatDetails"],
): Init<Failure> {
  const value = { timeoutType, lastHeartbeatDetails };
  return { message, source: "Server", failureInfo: { case: "timeoutFailureInfo", value } };
}
