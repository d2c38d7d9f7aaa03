import type { Info } from "../../activity/info.ts";
import type { ActivityExecuteInput } from "../../activity/interceptors.ts";
import { activityTypeInfoOf } from "../../common/activity-definition.ts";
import { ApplicationFailure } from "../../common/application-failure.ts";
import { optionalTsToMs } from "../../common/duration.ts";
import type { Payload, PayloadMap } from "../../common/payload.ts";
import { decodePriority } from "../../common/priority.ts";
import { decompileRetryPolicy } from "../../common/retry-policy.ts";
import { errorMessage } from "../../common/type-guards.ts";
import type { TypeInfo } from "../../common/type-info.ts";
import type { PollActivityTaskQueueResponse } from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { toBase64 } from "../base64.ts";
import type { ActivityData, ActivityDataContext } from "./activity-data.ts";
import type { ActivityFunction } from "./execution.ts";

/** What is the same for all activities of a worker. */
export interface ActivityIntakeFacts {
  readonly namespace: string;
  readonly taskQueue: string;
  readonly activities: ReadonlyMap<string, ActivityFunction>;
  readonly data: ActivityData;
}

/** A task ready to run. */
export interface PreparedActivity {
  readonly fn: ActivityFunction;
  readonly input: ActivityExecuteInput;
  /** How its result is converted. */
  readonly outputType: TypeInfo | undefined;
}

/** What is called, with payloads as they came. */
export interface ActivityCall {
  readonly activityType: string;
  readonly args: readonly Payload[];
  readonly headers: PayloadMap;
}

/** The call that a task asks for. */
export function callOf(task: PollActivityTaskQueueResponse): ActivityCall {
  return {
    activityType: task.activityType?.name ?? "",
    args: task.input?.payloads ?? [],
    headers: task.header?.fields ?? {},
  };
}

/** Which activity the values of a task belong to. */
export function dataContextOf(task: PollActivityTaskQueueResponse, namespace: string): ActivityDataContext {
  return {
    namespace,
    activityId: task.activityId,
    workflowId: task.workflowExecution?.workflowId || undefined,
    isLocal: false,
  };
}

/** The facts of a task. */
export function activityInfoOf(
  task: PollActivityTaskQueueResponse,
  facts: ActivityIntakeFacts,
  heartbeatDetails: unknown,
): Info {
  const workflowId = task.workflowExecution?.workflowId;
  const inWorkflow = workflowId !== undefined && workflowId !== "";
  return {
    taskToken: task.taskToken,
    base64TaskToken: toBase64(task.taskToken),
    taskQueue: facts.taskQueue,
    activityId: task.activityId,
    activityType: task.activityType?.name ?? "",
    activityNamespace: facts.namespace,
    attempt: task.attempt,
    isLocal: false,
    workflowExecution: inWorkflow ? { workflowId, runId: task.workflowExecution?.runId ?? "" } : undefined,
    workflowNamespace: inWorkflow ? task.workflowNamespace : undefined,
    workflowType: inWorkflow ? task.workflowType?.name : undefined,
    scheduledTimestampMs: optionalTsToMs(task.scheduledTime) ?? 0,
    currentAttemptScheduledTimestampMs: optionalTsToMs(task.currentAttemptScheduledTime) ?? 0,
    scheduleToCloseTimeoutMs: optionalTsToMs(task.scheduleToCloseTimeout) ?? 0,
    startToCloseTimeoutMs: optionalTsToMs(task.startToCloseTimeout) ?? 0,
    heartbeatTimeoutMs: optionalTsToMs(task.heartbeatTimeout),
    heartbeatDetails,
    priority: decodePriority(task.priority),
    retryPolicy: decompileRetryPolicy(task.retryPolicy),
    namespace: task.workflowNamespace || facts.namespace,
    activityRunId: inWorkflow ? undefined : task.activityRunId,
    inWorkflow,
  };
}

/**
 * The details of the last heartbeat of an earlier attempt.
 *
 * @throws ApplicationFailure when they cannot be read
 */
export async function heartbeatDetailsOf(
  task: PollActivityTaskQueueResponse,
  data: ActivityData,
  of: ActivityDataContext,
): Promise<unknown> {
  const payloads = task.heartbeatDetails?.payloads ?? [];
  if (payloads.length === 0) return undefined;
  try {
    return (await data.fromPayloads(payloads.slice(0, 1), of))[0];
  } catch (error) {
    throw ApplicationFailure.fromError(error, {
      message: `Failed to parse heartbeat details for activity ${task.activityId}: ${errorMessage(error)}`,
    });
  }
}

/**
 * The function and the arguments of a task.
 *
 * @throws ApplicationFailure (`NotFoundError`, retryable) when no such activity is registered, or when the arguments
 * cannot be read
 */
export async function prepareActivity(
  task: ActivityCall,
  facts: ActivityIntakeFacts,
  of: ActivityDataContext,
): Promise<PreparedActivity> {
  const { activityType } = task;
  const fn = facts.activities.get(activityType) ?? facts.activities.get("default");
  if (fn === undefined) {
    throw ApplicationFailure.create({
      type: "NotFoundError",
      message: `Activity function ${activityType} is not registered on this Worker, available activities: ${JSON.stringify([...facts.activities.keys()])}`,
      nonRetryable: false,
    });
  }
  try {
    const typeInfo = activityTypeInfoOf(fn);
    const args = await facts.data.fromPayloads(task.args, of, typeInfo?.inputTypes);
    return { fn, input: { args, headers: { ...task.headers } }, outputType: typeInfo?.outputType };
  } catch (error) {
    throw ApplicationFailure.fromError(error, {
      message: `Failed to parse activity args for activity ${activityType}: ${errorMessage(error)}`,
      nonRetryable: false,
    });
  }
}
