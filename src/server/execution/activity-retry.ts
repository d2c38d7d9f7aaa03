import type { Init } from "../../codec-runtime/init.ts";
import { RetryState } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { Failure } from "../../gen/codec/temporal/api/failure/v1/message.ts";
import { MAX_RETRIED_FAILURE_BYTES } from "../limits.ts";
import { decideRetry } from "../retry/retry-decision.ts";
import { limitedFailure } from "../retry/truncated-failure.ts";
import { durationMs } from "../wire-time.ts";
import type { ActivityRecord } from "./run-state.ts";
import type { Transaction } from "./transaction.ts";

/** Lets an activity whose attempt failed back off for the next one, if one follows. IN_PROGRESS: it does. */
export function retryActivity(
  tx: Transaction,
  activity: ActivityRecord,
  failure: Init<Failure> | undefined,
): RetryState {
  if (activity.cancelRequestedId !== undefined) return RetryState.CANCEL_REQUESTED;
  const { scheduled, firstScheduledMs, attempt } = activity;
  const totalMs = durationMs(scheduled.scheduleToCloseTimeout) ?? 0;
  const { state, delayMs } = decideRetry({
    policy: scheduled.retryPolicy,
    attempt,
    failure,
    nowMs: tx.nowMs,
    expirationMs: totalMs > 0 ? firstScheduledMs + totalMs : undefined,
  });
  if (state !== RetryState.IN_PROGRESS) return state;
  // Only a failure can ask for no delay; that is how the real server takes it of an activity, and no workflow.
  if (delayMs === 0) return RetryState.TIMEOUT;
  const waitMs = Math.max(0, delayMs);
  tx.state.activities.set(activity.scheduledId, {
    ...activity,
    attempt: attempt + 1,
    scheduledMs: tx.nowMs + waitMs,
    backingOff: true,
    retryIntervalMs: waitMs,
    startedMs: undefined,
    requestId: "",
    identity: "",
    lastFailure: limitedFailure(failure, {
      limitBytes: MAX_RETRIED_FAILURE_BYTES,
      cutBytes: MAX_RETRIED_FAILURE_BYTES,
      nonRetryable: false,
    }),
  });
  return state;
}
