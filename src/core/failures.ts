import type { Init } from "../codec-runtime/init.ts";
import { RetryState } from "../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { Failure } from "../gen/codec/temporal/api/failure/v1/message.ts";
import type { FailureData } from "./activation.ts";
import type { AttributesOf } from "./history/event-kinds.ts";

/** The names of an activity that go into its failures. */
export interface ActivityNames {
  readonly activityId: string;
  readonly activityType: string;
  /** 0 while it is not in history. */
  readonly scheduledEventId: number;
}

interface ActivityEnd {
  readonly message: string;
  readonly cause: Init<Failure> | undefined;
  readonly startedEventId: bigint | number;
  readonly identity: string;
  readonly retryState: number;
}

function activityFailure(names: ActivityNames, end: ActivityEnd): FailureData {
  return {
    message: end.message,
    cause: end.cause,
    failureInfo: {
      case: "activityFailureInfo",
      value: {
        activityId: names.activityId,
        activityType: { name: names.activityType },
        scheduledEventId: names.scheduledEventId,
        startedEventId: end.startedEventId,
        identity: end.identity,
        retryState: end.retryState,
      },
    },
  };
}

export function activityFailed(names: ActivityNames, event: AttributesOf<"activityTaskFailed">): FailureData {
  return activityFailure(names, {
    ...ends(event),
    message: "Activity task failed",
    identity: event.identity,
  });
}

export function activityTimedOut(
  names: ActivityNames,
  event: AttributesOf<"activityTaskTimedOut">,
): FailureData {
  return activityFailure(names, { ...ends(event), message: "Activity task timed out", identity: "" });
}

/**
 * The event is absent when the workflow does not wait for the activity to agree. The official core then fills in no event ids, and
 * leaves the message of the cause empty in either case; both go into histories of workflows that fail of it.
 */
export function activityCancelled(
  names: ActivityNames,
  event?: AttributesOf<"activityTaskCanceled">,
): FailureData {
  const scheduledEventId = event === undefined ? 0 : names.scheduledEventId;
  return activityFailure(
    { ...names, scheduledEventId },
    {
      message: "Activity cancelled",
      cause: {
        message: "",
        failureInfo: { case: "canceledFailureInfo", value: { details: event?.details } },
      },
      startedEventId: event?.startedEventId ?? 0,
      identity: event?.identity ?? "",
      retryState: RetryState.CANCEL_REQUESTED,
    },
  );
}

const localEnds = {
  timedOut: { message: "Local Activity timed out", info: "timeoutFailureInfo" },
  cancelled: { message: "Local Activity cancelled", info: "canceledFailureInfo" },
} as const;

/** The failure of a local activity that timed out or was cancelled; one that says so itself is its own. */
export function localActivityEnded(
  names: Omit<ActivityNames, "scheduledEventId">,
  kind: keyof typeof localEnds,
  cause: FailureData,
): FailureData {
  const { message, info } = localEnds[kind];
  if (cause.failureInfo?.case !== info) return cause;
  const retryState = RetryState.CANCEL_REQUESTED;
  const end = { message, cause, startedEventId: 0, identity: "", retryState };
  return activityFailure({ ...names, scheduledEventId: 0 }, end);
}

/** A cancellation that the activity itself had no part in. */
export function localCancellation(): FailureData {
  return { message: "Activity cancelled", failureInfo: { case: "canceledFailureInfo", value: {} } };
}

/** The failure of a workflow task (or of a workflow that is to fail with it). */
export function taskFailure(message: string, type = "", nonRetryable = false): FailureData {
  return { message, failureInfo: { case: "applicationFailureInfo", value: { type, nonRetryable } } };
}

function ends(event: AttributesOf<"activityTaskFailed"> | AttributesOf<"activityTaskTimedOut">): {
  cause: Failure | undefined;
  startedEventId: bigint;
  retryState: number;
} {
  return { cause: event.failure, startedEventId: event.startedEventId, retryState: event.retryState };
}
