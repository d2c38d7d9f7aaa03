import type { Payload, PayloadMap } from "../common/payload.ts";
import type { FailureData } from "./activation.ts";
import type { ActivityCancellation, RetryPolicyData, UserMetadata } from "./command.ts";

/** A time or a duration as markers hold it. Kept to the nanosecond, since it travels from marker to marker. */
export interface MarkerTime {
  readonly seconds: number;
  readonly nanos: number;
}

/** Workflow code calls a local activity: the worker itself runs it, within workflow tasks. */
export interface ScheduleLocalActivity {
  readonly kind: "scheduleLocalActivity";
  /** From the same counter as those of other activities. */
  readonly seq: number;
  readonly activityId: string;
  readonly activityType: string;
  readonly headers: PayloadMap;
  readonly args: readonly Payload[];
  /** More than 1 after a back-off by timer. */
  readonly attempt: number;
  /** When the first attempt was scheduled; absent for that one itself. */
  readonly originalScheduleTime?: MarkerTime | undefined;
  readonly scheduleToCloseTimeoutMs?: number | undefined;
  readonly scheduleToStartTimeoutMs?: number | undefined;
  readonly startToCloseTimeoutMs?: number | undefined;
  readonly retryPolicy?: RetryPolicyData | undefined;
  /** Longer back-offs are timers of the workflow. Default: 60,000. */
  readonly localRetryThresholdMs?: number | undefined;
  readonly cancellationType: ActivityCancellation;
  readonly userMetadata?: UserMetadata | undefined;
}

/** Workflow code cancels a local activity. */
export interface RequestCancelLocalActivity {
  readonly kind: "requestCancelLocalActivity";
  readonly seq: number;
}

/** How a local activity ended. `timedOut` and `cancelled` hold the bare failure, without the one that names the activity. */
export type LocalActivityEnd =
  | { readonly kind: "completed"; readonly result: Payload | undefined }
  | { readonly kind: "failed" | "timedOut" | "cancelled"; readonly failure: FailureData };

/** All that is known of the end, from the worker or from history. */
export interface LocalActivityOutcome {
  readonly end: LocalActivityEnd;
  readonly attempt: number;
  /** In workflow time; absent where the end costs none. */
  readonly completeTime: MarkerTime | undefined;
  /** Set when the next attempt waits for a timer of the workflow. */
  readonly backoff: MarkerTime | undefined;
  readonly originalScheduleTime: MarkerTime | undefined;
  /**
   * Workflow code was told in an activation of its own, where a replay, which knows the marker ahead, would tell it together
   * with what comes first in the task or with the marker before it. Where other commands lie between, this shows by itself,
   * but they may be taken back in the same task, so it is said all the same. The official SDK neither writes nor reads it: it
   * takes neighbours for one activation, and so cannot replay all that it has recorded.
   */
  readonly apart: boolean;
}

/** What the worker tells of a local activity that it ran. */
export interface LocalActivityResult {
  readonly seq: number;
  readonly end: LocalActivityEnd;
  readonly attempt: number;
  /** How long the last attempt took. */
  readonly runtimeMs: number;
  /** Set when the next attempt is left to a timer of the workflow. */
  readonly backoffMs?: number | undefined;
}

/** How a local activity ended, as the workflow is told. */
export type LocalActivityResolution =
  | { readonly kind: "completed"; readonly result?: Payload | undefined }
  | { readonly kind: "failed" | "cancelled"; readonly failure: FailureData }
  /** To be scheduled anew, under another seq, once this time is over. */
  | {
      readonly kind: "backoff";
      readonly attempt: number;
      readonly backoff: MarkerTime;
      readonly originalScheduleTime: MarkerTime | undefined;
    };

/** A local activity ended. */
export interface ResolveLocalActivity {
  readonly kind: "resolveLocalActivity";
  readonly seq: number;
  readonly resolution: LocalActivityResolution;
}
