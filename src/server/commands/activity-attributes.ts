import type { Init } from "../../codec-runtime/init.ts";
import type { Duration } from "../../gen/codec/google/protobuf/duration.ts";
import { WorkflowTaskFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { TaskQueueKind } from "../../gen/codec/temporal/api/enums/v1/task_queue.ts";
import type { Run } from "../execution/run.ts";
import type { EventValue } from "../history/event.ts";
import { MAX_BLOB_BYTES, MAX_ID_BYTES } from "../limits.ts";
import { fullRetryPolicy, retryPolicyFault } from "../retry/retry-policy.ts";
import { payloadsBytes } from "../rpc/payload-bytes.ts";
import { durationFault, durationMs, MAX_DURATION_MS, toDuration } from "../wire-time.ts";
import { CommandRefused, type CommandValues } from "./command.ts";

type Attributes = CommandValues["scheduleActivityTask"];

/** Checks an activity's attributes and fills in what they leave open, as the real server does. */
export function normalizeActivity(value: Attributes, run: Run): EventValue<"activityTaskScheduled"> {
  const activityId = value.activityId ?? "";
  const type = value.activityType?.name ?? "";
  checkQueue(value.taskQueue);
  if (activityId === "") throw refused("activityId is not set");
  if (type === "") throw refused("activityType is not set");
  const retryPolicy = fullRetryPolicy(value.retryPolicy);
  const fault = retryPolicyFault(retryPolicy);
  if (fault) throw refused(fault);
  if (tooLong(activityId)) throw refused(lengthFault("activityId", activityId));
  if (tooLong(type)) throw refused(lengthFault("activityType", type));
  checkPriority(value.priority);
  if (payloadsBytes(value.input) > MAX_BLOB_BYTES) {
    throw refused("ScheduleActivityTaskCommandAttributes.Input exceeds size limit.", { terminates: true });
  }
  return {
    activityId,
    activityType: value.activityType,
    taskQueue: { name: value.taskQueue?.name, kind: TaskQueueKind.NORMAL },
    header: value.header,
    input: value.input,
    ...normalizeTimeouts(value, runTimeoutMs(run), `ActivityId=${activityId} ActivityType=${type}`),
    retryPolicy,
    priority: value.priority,
    useWorkflowBuildId: value.useWorkflowBuildId ?? false,
  };
}

const RESERVED_PREFIX = "/_sys/";
const MAX_FAIRNESS_KEY_BYTES = 64;

function checkQueue(queue: Attributes["taskQueue"]): void {
  const fault = taskQueueFault(queue);
  if (fault) throw refused(fault);
}

/** What is wrong with a task queue that is named, in the real server's words; undefined: nothing. */
export function taskQueueFault(
  queue: { readonly name?: string | undefined } | undefined,
): string | undefined {
  if (queue === undefined) return "taskQueue is not set";
  const name = queue.name ?? "";
  if (name === "") return "missing task queue name";
  if (tooLong(name)) return "taskQueue length exceeds limit";
  if (name.startsWith(RESERVED_PREFIX)) {
    return `task queue name cannot start with reserved prefix ${RESERVED_PREFIX}`;
  }
  return undefined;
}

/** What is wrong with a task queue that workers poll or clients describe; undefined: nothing. */
export function polledQueueFault(
  queue:
    | { readonly name?: string | undefined; readonly kind?: number; readonly normalName?: string | undefined }
    | undefined,
): string | undefined {
  const fault = taskQueueFault(queue);
  if (fault !== undefined || !queue?.normalName || queue.kind === TaskQueueKind.STICKY) return fault;
  return `only sticky queues can have normal name. tq: ${queue.name}, normal name: ${queue.normalName}`;
}

function checkPriority(priority: Attributes["priority"]): void {
  const fault = priorityFault(priority);
  if (fault) throw refused(`invalid priorities: ${fault}`);
}

/** What is wrong with a priority, in the real server's words; undefined: nothing. */
export function priorityFault(priority: Attributes["priority"]): string | undefined {
  if ((priority?.priorityKey ?? 0) < 0) return "priority key can't be negative";
  if (encoder.encode(priority?.fairnessKey ?? "").length > MAX_FAIRNESS_KEY_BYTES) {
    return "fairness key length exceeds limit";
  }
  return (priority?.fairnessWeight ?? 0) < 0 ? "must be greater than zero" : undefined;
}

function lengthFault(name: string, text: string): string {
  return `${name} exceeds length limit. ${lengthAndLimit(text)}`;
}

/** How long a text is and might be, as messages say it. */
export function lengthAndLimit(text: string): string {
  return `Length=${encoder.encode(text).length} Limit=${MAX_ID_BYTES}`;
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
    const fault = durationFault(value[name]);
    if (fault) throw refused(`invalid ${label}: ${fault}`);
    return Math.min(durationMs(value[name]) ?? 0, MAX_DURATION_MS);
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
    throw refused(
      `a valid StartToCloseTimeout or ScheduleToCloseTimeout must be set on the activity. ${what}`,
    );
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

function runTimeoutMs(run: Run): number {
  return durationMs(run.fields.started.workflowRunTimeout) ?? 0;
}

function refused(message: string, options: { readonly terminates?: boolean } = {}): CommandRefused {
  return new CommandRefused(Cause.BAD_SCHEDULE_ACTIVITY_ATTRIBUTES, message, options);
}

const encoder = new TextEncoder();

/** Whether a name or id is longer than the server takes. */
export function tooLong(text: string): boolean {
  return (
    text.length > MAX_ID_BYTES ||
    (text.length * 3 > MAX_ID_BYTES && encoder.encode(text).length > MAX_ID_BYTES)
  );
}
