import type { Duration } from "./duration.ts";
import type { Priority } from "./priority.ts";
import type { RetryPolicy } from "./retry-policy.ts";
import type { VersioningIntent } from "./versioning.ts";

/** What cancelling the scope of an activity does. */
export const ActivityCancellationType = {
  /** Asks the activity to stop and reports it cancelled at once. */
  TRY_CANCEL: "TRY_CANCEL",
  /** Asks the activity to stop and waits until it has ended. */
  WAIT_CANCELLATION_COMPLETED: "WAIT_CANCELLATION_COMPLETED",
  /** Does not tell the activity and reports it cancelled at once. */
  ABANDON: "ABANDON",
} as const;
/** What cancelling the scope of an activity does. */
export type ActivityCancellationType =
  (typeof ActivityCancellationType)[keyof typeof ActivityCancellationType];

/** How an activity is run. One of `startToCloseTimeout` and `scheduleToCloseTimeout` is required. */
export interface ActivityOptions {
  /** Default: the activity's sequence number in its run. */
  activityId?: string | undefined;
  /** Default: the workflow's task queue. */
  taskQueue?: string | undefined;
  /** Longest time between heartbeats. Default: none expected. */
  heartbeatTimeout?: Duration | undefined;
  /** Default: retried without limit, from 1 second, doubling. */
  retry?: RetryPolicy | undefined;
  /** Longest time for one attempt. */
  startToCloseTimeout?: Duration | undefined;
  /** Longest time in the task queue; not retried. */
  scheduleToStartTimeout?: Duration | undefined;
  /** Longest time in all, retries included. */
  scheduleToCloseTimeout?: Duration | undefined;
  /** Default `TRY_CANCEL`. */
  cancellationType?: ActivityCancellationType | undefined;
  /** Whether the same worker may start it without asking the task queue. Default `true`. */
  allowEagerDispatch?: boolean | undefined;
  versioningIntent?: VersioningIntent | undefined;
  /** One line for people; shown by the UI. */
  summary?: string | undefined;
  priority?: Priority | undefined;
}

/** How a local activity is run. One of `startToCloseTimeout` and `scheduleToCloseTimeout` is required. */
export interface LocalActivityOptions {
  /** Default: retried without limit, from 1 second, doubling. */
  retry?: RetryPolicy | undefined;
  /** Longest time for one attempt. */
  startToCloseTimeout?: Duration | undefined;
  /** Longest time until it starts. */
  scheduleToStartTimeout?: Duration | undefined;
  /** Longest time in all, retries included. */
  scheduleToCloseTimeout?: Duration | undefined;
  /** Waits between attempts that are longer than this use a timer. Default 1 minute. */
  localRetryThreshold?: Duration | undefined;
  /** Default `TRY_CANCEL`. */
  cancellationType?: ActivityCancellationType | undefined;
  /** One line for people; shown by the UI. */
  summary?: string | undefined;
}
