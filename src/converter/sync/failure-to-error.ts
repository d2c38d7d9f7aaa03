import { ActivityFailure } from "../../common/activity-failure.ts";
import { ApplicationFailure, applicationFailureCategoryNames } from "../../common/application-failure.ts";
import { CancelledFailure } from "../../common/cancelled-failure.ts";
import { ChildWorkflowFailure } from "../../common/child-workflow-failure.ts";
import { optionalTsToMs } from "../../common/duration.ts";
import { type ProtoFailure, TemporalFailure } from "../../common/failure.ts";
import { nexusHandlerErrorOf } from "../../common/nexus-handler-error.ts";
import { NexusOperationFailure } from "../../common/nexus-operation-failure.ts";
import type { Payload } from "../../common/payload.ts";
import { retryStateNames } from "../../common/retry-state.ts";
import { ServerFailure } from "../../common/server-failure.ts";
import { TerminatedFailure } from "../../common/terminated-failure.ts";
import { TimeoutFailure, timeoutTypeNames } from "../../common/timeout-failure.ts";
import { arrayFromPayloads, fromPayloadsAtIndex, type PayloadConverter } from "./payload-converter.ts";
import type { SerializationContext } from "./serialization-context.ts";

interface Parts {
  readonly cause: Error | undefined;
  readonly payloadConverter: PayloadConverter;
  readonly context: SerializationContext | undefined;
}

/** By `NexusHandlerErrorRetryBehavior` number. */
const nexusRetryBehaviors: readonly (boolean | undefined)[] = [undefined, true, false];

/** A payload list inside a failure; a decoded one always has whole payloads. */
type PayloadList = { readonly payloads?: readonly unknown[] | undefined } | undefined;

const listOf = (list: PayloadList): readonly Payload[] | undefined =>
  list?.payloads as readonly Payload[] | undefined;

/** The error that a failure stands for, without its stack. */
export function errorOf(failure: ProtoFailure, parts: Parts): Error {
  const { cause, payloadConverter: converter, context } = parts;
  const message = failure.message ?? undefined;
  const info = failure.failureInfo;
  const all = (list: PayloadList): unknown[] => arrayFromPayloads(converter, listOf(list), context);
  switch (info?.case) {
    case "applicationFailureInfo": {
      const { type, nonRetryable, details, nextRetryDelay, category } = info.value;
      return new ApplicationFailure(
        message,
        type,
        nonRetryable === true,
        all(details),
        cause,
        optionalTsToMs(nextRetryDelay),
        applicationFailureCategoryNames.decode(category),
      );
    }
    case "serverFailureInfo":
      return new ServerFailure(message, info.value.nonRetryable === true, cause);
    case "timeoutFailureInfo": {
      const last = fromPayloadsAtIndex(converter, 0, listOf(info.value.lastHeartbeatDetails), context);
      // Under the official SDK the cause of a timeout is in `failure` alone. Workflow code decides by what it sees, so what it
      // sees must be the same here.
      return new TimeoutFailure(message, last, timeoutTypeNames.decode(info.value.timeoutType));
    }
    case "terminatedFailureInfo":
      return new TerminatedFailure(message, cause);
    case "canceledFailureInfo":
      return new CancelledFailure(message, all(info.value.details), cause);
    case "resetWorkflowFailureInfo":
      return new ApplicationFailure(
        message,
        "ResetWorkflow",
        false,
        all(info.value.lastHeartbeatDetails),
        cause,
      );
    default:
      return operationErrorOf(failure, cause);
  }
}

function operationErrorOf(failure: ProtoFailure, cause: Error | undefined): Error {
  const message = failure.message ?? undefined;
  const info = failure.failureInfo;
  switch (info?.case) {
    case "childWorkflowExecutionFailureInfo": {
      const { namespace, workflowType, workflowExecution, retryState } = info.value;
      return new ChildWorkflowFailure(
        namespace,
        { workflowId: workflowExecution?.workflowId, runId: workflowExecution?.runId },
        workflowType?.name ?? "",
        retryStateNames.decode(retryState),
        cause,
      );
    }
    case "activityFailureInfo": {
      const { activityType, activityId, retryState, identity } = info.value;
      return new ActivityFailure(
        message,
        activityType?.name ?? "",
        activityId,
        retryStateNames.decode(retryState),
        identity,
        cause,
      );
    }
    case "nexusHandlerFailureInfo": {
      const { type = "", retryBehavior } = info.value;
      return nexusHandlerErrorOf(type, message, {
        cause,
        retryableOverride: nexusRetryBehaviors[retryBehavior ?? 0],
        // What came over the wire goes back unchanged.
        originalFailure: {
          message: message ?? "",
          metadata: { type: "temporal.api.failure.v1.Failure" },
          details: { ...failure },
        },
      });
    }
    case "nexusOperationExecutionFailureInfo": {
      const { scheduledEventId, endpoint, service, operation, operationToken } = info.value;
      return new NexusOperationFailure(
        message,
        scheduledEventId === undefined ? undefined : Number(scheduledEventId),
        endpoint ?? "",
        service ?? "",
        operation ?? "",
        operationToken,
        cause,
      );
    }
    default:
      return new TemporalFailure(message, cause);
  }
}
