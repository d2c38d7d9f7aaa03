import type { Init } from "../../../src/codec-runtime/init.ts";
import type {
  Command,
  ScheduleActivityTaskCommandAttributes,
} from "../../../src/gen/codec/temporal/api/command/v1/message.ts";
import type { Failure } from "../../../src/gen/codec/temporal/api/failure/v1/message.ts";
import type { PollActivityTaskQueueResponse } from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { command, type Stage, seconds } from "./stage.ts";

type Attributes = Init<ScheduleActivityTaskCommandAttributes>;

/** A command that schedules activity `a`, ten seconds at most, tried twice, a quarter of a second apart. */
export function schedule(stage: Stage, attributes: Attributes = {}): Init<Command> {
  return command("scheduleActivityTask", {
    activityId: "a",
    activityType: { name: "act" },
    taskQueue: { name: stage.taskQueue },
    startToCloseTimeout: seconds(10),
    retryPolicy: { initialInterval: seconds(0.25), backoffCoefficient: 1, maximumAttempts: 2 },
    ...attributes,
  });
}

/** Starts the workflow and schedules activity `a`. */
export async function scheduled(stage: Stage, attributes: Attributes = {}): Promise<void> {
  await stage.start();
  await stage.decide(schedule(stage, attributes));
}

/** As {@link scheduled}, and a worker takes the activity. */
export async function taken(
  stage: Stage,
  attributes: Attributes = {},
): Promise<PollActivityTaskQueueResponse> {
  await scheduled(stage, attributes);
  return await stage.pollActivity();
}

/** Fields that every answer of a worker to `task` has. */
export function answerTo(
  stage: Stage,
  task: { readonly taskToken: Uint8Array },
): { readonly namespace: string; readonly taskToken: Uint8Array; readonly identity: string } {
  return { namespace: stage.namespace, taskToken: task.taskToken, identity: "activity-worker" };
}

/** Fields that name activity `a` of the default workflow. */
export function byId(stage: Stage): {
  readonly namespace: string;
  readonly workflowId: string;
  readonly activityId: string;
  readonly identity: string;
} {
  const { namespace, workflowId } = stage;
  return { namespace, workflowId, activityId: "a", identity: "by-id" };
}

/** An application failure. */
export function failed(
  message: string,
  info: {
    readonly type?: string;
    readonly nonRetryable?: boolean;
    readonly nextRetryDelay?: Init<Duration>;
  } = {},
): Init<Failure> {
  return { message, failureInfo: { case: "applicationFailureInfo", value: info } };
}

type Duration = NonNullable<Attributes["startToCloseTimeout"]>;
