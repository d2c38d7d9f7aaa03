import { RetryState } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { EventValue } from "../history/event.ts";
import { invalidArgument } from "../rpc/failures.ts";
import { writeStarted } from "./activities.ts";
import { retryActivity } from "./activity-retry.ts";
import type { ActivityRecord } from "./run-state.ts";
import type { Transaction } from "./transaction.ts";

/** Ends an activity with its result. One that no worker has counts as started by who completes it. */
export function completeActivity(
  tx: Transaction,
  activity: ActivityRecord,
  value: Pick<EventValue<"activityTaskCompleted">, "result" | "identity">,
): void {
  const identity = value.identity ?? "";
  const started = activity.startedMs === undefined ? { ...activity, identity } : activity;
  tx.add("activityTaskCompleted", {
    scheduledEventId: activity.scheduledId,
    startedEventId: writeStarted(tx, started),
    ...value,
  });
  tx.taskNeeded = true;
}

/** Ends an attempt as failed: another follows, or the activity has failed. */
export function failActivity(
  tx: Transaction,
  activity: ActivityRecord,
  value: Pick<EventValue<"activityTaskFailed">, "failure" | "identity">,
): void {
  const retryState = retryActivity(tx, { ...activity, lastAttemptCompleteMs: tx.nowMs }, value.failure);
  if (retryState === RetryState.IN_PROGRESS) return;
  tx.add("activityTaskFailed", {
    scheduledEventId: activity.scheduledId,
    startedEventId: writeStarted(tx, activity),
    retryState,
    ...value,
  });
  tx.taskNeeded = true;
}

/** Ends an activity as cancelled. @throws {ServiceFailure} INVALID_ARGUMENT when nobody asked it to stop */
export function cancelActivity(
  tx: Transaction,
  activity: ActivityRecord,
  value: Pick<EventValue<"activityTaskCanceled">, "details" | "identity">,
): void {
  if (activity.cancelRequestedId === undefined) {
    throw invalidArgument(
      "unable to mark activity as canceled without activity being request canceled first",
    );
  }
  tx.add("activityTaskCanceled", {
    latestCancelRequestedEventId: activity.cancelRequestedId,
    scheduledEventId: activity.scheduledId,
    startedEventId: writeStarted(tx, activity),
    ...value,
  });
  tx.taskNeeded = true;
}

/** Notes that an activity is alive, and how far it is. Gives the activity as it stands then. */
export function noteHeartbeat(
  tx: Transaction,
  activity: ActivityRecord,
  details: ActivityRecord["heartbeatDetails"],
): ActivityRecord {
  const noted: ActivityRecord = { ...activity, lastHeartbeatMs: tx.nowMs, heartbeatDetails: details };
  tx.state.activities.set(activity.scheduledId, noted);
  return noted;
}
