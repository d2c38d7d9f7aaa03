import type { Init } from "../codec-runtime/init.ts";
import type { Payload, PayloadMap } from "../common/payload.ts";
import type { Command } from "../gen/codec/temporal/api/command/v1/message.ts";
import type { Header, Payloads, RetryPolicy } from "../gen/codec/temporal/api/common/v1/message.ts";
import { CommandType } from "../gen/codec/temporal/api/enums/v1/command_type.ts";
import type { FailureData } from "./activation.ts";
import type {
  ContinueAsNewCommand,
  RetryPolicyData,
  ScheduleActivity,
  UserMetadata,
  VersioningIntentName,
} from "./command.ts";
import type { InheritedStart } from "./machine.ts";
import { durationFromMs } from "./wire-time.ts";

type ApiCommand = Init<Command>;

/** A list as the wire has it: none at all when it is empty. */
export function payloads(list: readonly Payload[]): Init<Payloads> | undefined {
  return list.length === 0 ? undefined : { payloads: list };
}

export function isEmpty(map: PayloadMap | undefined): boolean {
  for (const _ in map) return false;
  return true;
}

/** Left out when it is empty. */
export function header(fields: PayloadMap): Init<Header> | undefined {
  return isEmpty(fields) ? undefined : { fields };
}

export function retryPolicy(policy: RetryPolicyData): Init<RetryPolicy> {
  return {
    initialInterval: durationFromMs(policy.initialIntervalMs),
    backoffCoefficient: policy.backoffCoefficient,
    maximumInterval: durationFromMs(policy.maximumIntervalMs),
    maximumAttempts: policy.maximumAttempts,
    nonRetryableErrorTypes: policy.nonRetryableErrorTypes,
  };
}

/** Left out when it says nothing. */
export function userMetadata(metadata: UserMetadata | undefined): ApiCommand["userMetadata"] {
  if (metadata?.summary === undefined && metadata?.details === undefined) return undefined;
  return { summary: metadata.summary, details: metadata.details };
}

/** Whether the command's task stays on the build that asks for it. */
export function staysOnBuild(intent: VersioningIntentName, taskQueue: string, ownTaskQueue: string): boolean {
  switch (intent) {
    case "COMPATIBLE":
      return true;
    case "DEFAULT":
      return false;
    case "UNSPECIFIED":
      return taskQueue === "" || taskQueue === ownTaskQueue;
  }
}

export function scheduleActivityCommand(c: ScheduleActivity, ownTaskQueue: string): ApiCommand {
  return {
    commandType: CommandType.SCHEDULE_ACTIVITY_TASK,
    userMetadata: userMetadata(c.userMetadata),
    attributes: {
      case: "scheduleActivityTaskCommandAttributes",
      value: {
        activityId: c.activityId,
        activityType: { name: c.activityType },
        taskQueue: { name: c.taskQueue },
        header: { fields: c.headers },
        input: payloads(c.args),
        scheduleToCloseTimeout: durationFromMs(c.scheduleToCloseTimeoutMs),
        scheduleToStartTimeout: durationFromMs(c.scheduleToStartTimeoutMs),
        startToCloseTimeout: durationFromMs(c.startToCloseTimeoutMs),
        heartbeatTimeout: durationFromMs(c.heartbeatTimeoutMs),
        retryPolicy: c.retryPolicy === undefined ? undefined : retryPolicy(c.retryPolicy),
        requestEagerExecution: c.allowEagerDispatch,
        useWorkflowBuildId: staysOnBuild(c.versioningIntent, c.taskQueue, ownTaskQueue),
        priority: c.priority,
      },
    },
  };
}

export function requestCancelActivityCommand(scheduledEventId: number): ApiCommand {
  return {
    commandType: CommandType.REQUEST_CANCEL_ACTIVITY_TASK,
    attributes: { case: "requestCancelActivityTaskCommandAttributes", value: { scheduledEventId } },
  };
}

export function startTimerCommand(
  timerId: string,
  startToFireMs: number,
  metadata: UserMetadata | undefined,
): ApiCommand {
  return {
    commandType: CommandType.START_TIMER,
    userMetadata: userMetadata(metadata),
    attributes: {
      case: "startTimerCommandAttributes",
      value: { timerId, startToFireTimeout: durationFromMs(startToFireMs) },
    },
  };
}

export function cancelTimerCommand(timerId: string): ApiCommand {
  return {
    commandType: CommandType.CANCEL_TIMER,
    attributes: { case: "cancelTimerCommandAttributes", value: { timerId } },
  };
}

export function upsertSearchAttributesCommand(indexedFields: PayloadMap): ApiCommand {
  return {
    commandType: CommandType.UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
    attributes: {
      case: "upsertWorkflowSearchAttributesCommandAttributes",
      value: { searchAttributes: { indexedFields } },
    },
  };
}

export function modifyWorkflowPropertiesCommand(fields: PayloadMap): ApiCommand {
  return {
    commandType: CommandType.MODIFY_WORKFLOW_PROPERTIES,
    attributes: {
      case: "modifyWorkflowPropertiesCommandAttributes",
      value: { upsertedMemo: { fields } },
    },
  };
}

export function completeWorkflowCommand(result: Payload | undefined): ApiCommand {
  return {
    commandType: CommandType.COMPLETE_WORKFLOW_EXECUTION,
    attributes: {
      case: "completeWorkflowExecutionCommandAttributes",
      value: { result: result === undefined ? undefined : { payloads: [result] } },
    },
  };
}

export function failWorkflowCommand(failure: FailureData): ApiCommand {
  return {
    commandType: CommandType.FAIL_WORKFLOW_EXECUTION,
    attributes: { case: "failWorkflowExecutionCommandAttributes", value: { failure } },
  };
}

export function cancelWorkflowCommand(): ApiCommand {
  return {
    commandType: CommandType.CANCEL_WORKFLOW_EXECUTION,
    attributes: { case: "cancelWorkflowExecutionCommandAttributes", value: {} },
  };
}

/** What continue-as-new does not say is inherited: memo, retry policy and search attributes, nothing else. */
export function continueAsNewCommand(
  c: ContinueAsNewCommand,
  inherited: InheritedStart,
  ownTaskQueue: string,
): ApiCommand {
  const memo = isEmpty(c.memo) ? inherited.memo?.fields : c.memo;
  const searchAttributes = c.searchAttributes ?? inherited.searchAttributes;
  return {
    commandType: CommandType.CONTINUE_AS_NEW_WORKFLOW_EXECUTION,
    attributes: {
      case: "continueAsNewWorkflowExecutionCommandAttributes",
      value: {
        workflowType: { name: c.workflowType },
        taskQueue: { name: c.taskQueue },
        input: payloads(c.args),
        workflowRunTimeout: durationFromMs(c.workflowRunTimeoutMs),
        workflowTaskTimeout: durationFromMs(c.workflowTaskTimeoutMs),
        backoffStartInterval: durationFromMs(c.backoffStartIntervalMs),
        retryPolicy: c.retryPolicy === undefined ? inherited.retryPolicy : retryPolicy(c.retryPolicy),
        header: header(c.headers),
        memo: isEmpty(memo) ? undefined : { fields: memo },
        searchAttributes: isEmpty(searchAttributes) ? undefined : { indexedFields: searchAttributes },
        inheritBuildId: staysOnBuild(c.versioningIntent, c.taskQueue, ownTaskQueue),
        initialVersioningBehavior: c.initialVersioningBehavior,
      },
    },
  };
}
