import type { Init } from "../../codec-runtime/init.ts";
import type { Duration } from "../../gen/codec/google/protobuf/duration.ts";
import type { RetryPolicy } from "../../gen/codec/temporal/api/common/v1/message.ts";
import { WorkflowTaskFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import type { Run } from "../execution/run.ts";
import type { EventValue } from "../history/event.ts";
import { MAX_ID_BYTES } from "../limits.ts";
import { durationMs, MAX_DURATION_MS, toDuration } from "../wire-time.ts";
import { CommandRefused, type CommandValues } from "./command.ts";

type Attributes = CommandValues["scheduleActivityTask"];

/** Checks an activity's attributes and fills in what they leave open, as the real server does. */
export function normalizeActivity(value: Attributes, run: Run): EventValue<"activityTaskScheduled"> {
  const activityId = value.activityId ?? "";
  const type = value.activityType?.name ?? "";
  if (activityId === "") throw refused("ActivityId is not set on command.");
  if (type === "") throw refused("ActivityType is not set on command.");
  if (tooLong(activityId)) throw refused("ActivityID exceeds length limit.");
  if (tooLong(type)) throw refused("ActivityType exceeds length limit.");
  const taskQueue = value.taskQueue?.name ? value.taskQueue : run.fields.started.taskQueue;
  return {
    activityId,
    activityType: value.activityType,
    taskQueue: { name: taskQueue?.name, kind: 1 },
    header: value.header,
    input: value.input,
    ...normalizeTimeouts(value, runTimeoutMs(run), `ActivityId=${activityId} ActivityType=${type}`),
    retryPolicy: fullRetryPolicy(value.retryPolicy),
    priority: value.priority,
  };
}

interface Timeouts {
  readonly scheduleToCloseTimeout?: Init<Duration> | undefined;
  readonly scheduleToStartTimeout?: Init<Duration> | undefined;
  readonly startToCloseTimeout?: Init<Duration> | undefined;
  readonly heartbeatTimeout?: Init<Duration> | undefined;
}

/** What each timeout becomes when others are given: none outlives the whole, none is left open. */
function normalizeTimeouts(value: Timeouts, runMs: number, what: string): Timeouts {
  const read = (name: keyof Timeouts, label: string): number => {
    const ms = durationMs(value[name]) ?? 0;
    if (ms < 0) throw refused(`Invalid ${label}: negative duration. ${what}`);
    return Math.min(ms, MAX_DURATION_MS);
  };
  let scheduleToClose = read("scheduleToCloseTimeout", "ScheduleToCloseTimeout");
  let scheduleToStart = read("scheduleToStartTimeout", "ScheduleToStartTimeout");
  let startToClose = read("startToCloseTimeout", "StartToCloseTimeout");
  let heartbeat = read("heartbeatTimeout", "HeartbeatTimeout");
  if (scheduleToClose > 0) {
    scheduleToStart = scheduleToStart > 0 ? Math.min(scheduleToStart, scheduleToClose) : scheduleToClose;
    startToClose = startToClose > 0 ? Math.min(startToClose, scheduleToClose) : scheduleToClose;
  } else if (startToClose > 0) {
    scheduleToClose = runMs;
    if (scheduleToStart === 0) scheduleToStart = runMs;
  } else {
    throw refused(`A valid StartToClose or ScheduleToCloseTimeout is not set on command. ${what}`);
  }
  if (runMs > 0) {
    scheduleToClose = Math.min(scheduleToClose, runMs);
    scheduleToStart = Math.min(scheduleToStart, runMs);
    startToClose = Math.min(startToClose, runMs);
    heartbeat = Math.min(heartbeat, runMs);
  }
  heartbeat = Math.min(heartbeat, startToClose);
  return {
    scheduleToCloseTimeout: toDuration(scheduleToClose),
    scheduleToStartTimeout: toDuration(scheduleToStart),
    startToCloseTimeout: toDuration(startToClose),
    heartbeatTimeout: toDuration(heartbeat),
  };
}

/** Activities are always retried unless told otherwise: what is left open gets the server's defaults. */
function fullRetryPolicy(policy: Init<RetryPolicy> | undefined): Init<RetryPolicy> {
  const initialMs = durationMs(policy?.initialInterval) || 1_000;
  return {
    initialInterval: toDuration(initialMs),
    backoffCoefficient: policy?.backoffCoefficient || 2,
    maximumInterval: toDuration(durationMs(policy?.maximumInterval) || initialMs * 100),
    maximumAttempts: policy?.maximumAttempts ?? 0,
    nonRetryableErrorTypes: policy?.nonRetryableErrorTypes ?? [],
  };
}

function runTimeoutMs(run: Run): number {
  return durationMs(run.fields.started.workflowRunTimeout) ?? 0;
}

function refused(message: string): CommandRefused {
  return new CommandRefused(Cause.BAD_SCHEDULE_ACTIVITY_ATTRIBUTES, message);
}

const encoder = new TextEncoder();

/** Whether a name or id is longer than the server takes. */
export function tooLong(text: string): boolean {
  return (
    text.length > MAX_ID_BYTES ||
    (text.length * 3 > MAX_ID_BYTES && encoder.encode(text).length > MAX_ID_BYTES)
  );
}
