import { ActivityFailure } from "../../common/activity-failure.ts";
import { ApplicationFailure, applicationFailureCategoryNames } from "../../common/application-failure.ts";
import { CancelledFailure } from "../../common/cancelled-failure.ts";
import { ChildWorkflowFailure } from "../../common/child-workflow-failure.ts";
import { msOptionalToTs } from "../../common/duration.ts";
import { FAILURE_SOURCE, type ProtoFailure, TemporalFailure } from "../../common/failure.ts";
import { NexusHandlerError } from "../../common/nexus-handler-error.ts";
import { NexusOperationFailure } from "../../common/nexus-operation-failure.ts";
import type { Payload } from "../../common/payload.ts";
import { retryStateNames } from "../../common/retry-state.ts";
import { ServerFailure } from "../../common/server-failure.ts";
import { TerminatedFailure } from "../../common/terminated-failure.ts";
import { TimeoutFailure, timeoutTypeNames } from "../../common/timeout-failure.ts";
import { isError } from "../../common/type-guards.ts";
import { type PayloadConverter, toPayloadsWithContext } from "./payload-converter.ts";
import type { SerializationContext } from "./serialization-context.ts";
import { cutoffStackTrace } from "./stack-cutoff.ts";

type Info = Pick<ProtoFailure, "failureInfo">;

const ADVICE =
  " [A non-Error value was thrown from your code. We recommend throwing Error objects so that we can provide a stack trace]";

/** Message, stack, source and cause: what all failures have. */
export function failureBase(
  error: unknown,
  causeOf: (cause: unknown) => ProtoFailure | undefined,
): ProtoFailure {
  if (error instanceof TemporalFailure || isError(error)) {
    return {
      message: String(error.message ?? ""),
      stackTrace: cutoffStackTrace(error.stack),
      source: FAILURE_SOURCE,
      cause: causeOf(error.cause),
    };
  }
  return { message: describeThrown(error) + ADVICE, source: FAILURE_SOURCE };
}

function describeThrown(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** What the class of a failure adds. An error that is no `TemporalFailure` adds nothing. */
export function failureInfoOf(
  error: unknown,
  converter: PayloadConverter,
  context: SerializationContext | undefined,
): Info {
  if (error instanceof NexusHandlerError) {
    const { type, retryableOverride } = error;
    const retryBehavior = retryableOverride === undefined ? 0 : retryableOverride ? 1 : 2;
    return { failureInfo: { case: "nexusHandlerFailureInfo", value: { type, retryBehavior } } };
  }
  if (!(error instanceof TemporalFailure)) return {};
  const payloads = (values: readonly unknown[] | null | undefined): { payloads: Payload[] } | undefined => {
    const converted = toPayloadsWithContext(converter, context, values ?? []);
    return converted && { payloads: converted };
  };
  if (error instanceof ApplicationFailure) {
    const value = {
      type: error.type ?? undefined,
      nonRetryable: error.nonRetryable ?? undefined,
      details: payloads(error.details),
      nextRetryDelay: msOptionalToTs(error.nextRetryDelay, "nextRetryDelay"),
      category: applicationFailureCategoryNames.encode(error.category),
    };
    return { failureInfo: { case: "applicationFailureInfo", value } };
  }
  if (error instanceof CancelledFailure) {
    return { failureInfo: { case: "canceledFailureInfo", value: { details: payloads(error.details) } } };
  }
  if (error instanceof TimeoutFailure) {
    const value = {
      timeoutType: timeoutTypeNames.encode(error.timeoutType),
      lastHeartbeatDetails: error.lastHeartbeatDetails ? payloads([error.lastHeartbeatDetails]) : undefined,
    };
    return { failureInfo: { case: "timeoutFailureInfo", value } };
  }
  if (error instanceof TerminatedFailure) {
    return { failureInfo: { case: "terminatedFailureInfo", value: {} } };
  }
  if (error instanceof ServerFailure) {
    return { failureInfo: { case: "serverFailureInfo", value: { nonRetryable: error.nonRetryable } } };
  }
  return operationInfoOf(error);
}

function operationInfoOf(error: TemporalFailure): Info {
  if (error instanceof ActivityFailure) {
    const value = {
      activityType: { name: error.activityType },
      activityId: error.activityId,
      retryState: retryStateNames.encode(error.retryState),
      identity: error.identity,
    };
    return { failureInfo: { case: "activityFailureInfo", value } };
  }
  if (error instanceof ChildWorkflowFailure) {
    const value = {
      namespace: error.namespace,
      workflowExecution: error.execution,
      workflowType: { name: error.workflowType },
      retryState: retryStateNames.encode(error.retryState),
    };
    return { failureInfo: { case: "childWorkflowExecutionFailureInfo", value } };
  }
  if (error instanceof NexusOperationFailure) {
    const { scheduledEventId, endpoint, service, operation, operationToken } = error;
    const value = { scheduledEventId, endpoint, service, operation, operationToken };
    return { failureInfo: { case: "nexusOperationExecutionFailureInfo", value } };
  }
  return {};
}
