/** Activities: results, retries, failures, timeouts, cancellation. */
const from = (source, list) => list.map((scenario) => ({ source, ...scenario }));

export const activityScenarios = [
  ...from("activities.ts", [
    { subject: "activity-one", workflow: "oneActivity", args: ["Temporal"] },
    { subject: "activity-without-result", workflow: "activityWithoutResult" },
    { subject: "activity-chain", workflow: "activityChain", args: [5] },
    { subject: "activity-parallel", workflow: "parallelActivities", args: [["a", "b", "c", "d"]] },
    { subject: "activity-fastest", workflow: "fastestActivity" },
    { subject: "activity-batches-of-30", workflow: "batchedActivities", args: [30, 6] },
    { subject: "activity-undefined-through", workflow: "echoThroughActivity", args: [undefined] },
    { subject: "activity-bytes-through", workflow: "echoThroughActivity", args: [Uint8Array.of(1, 2, 3)] },
    { subject: "payload-100-kb", workflow: "largePayload", args: [100_000] },
    { subject: "activity-retried", workflow: "retriedActivity", args: [3] },
    { subject: "activity-failure-caught", workflow: "activityFailureCaught" },
    { subject: "activity-failure-not-caught", workflow: "activityFailureNotCaught" },
    { subject: "activity-failure-with-cause", workflow: "activityFailureWithCause" },
    { subject: "activity-retries-exhausted", workflow: "activityRetriesExhausted" },
    { subject: "activity-error-type-not-retried", workflow: "activityErrorTypeNotRetried" },
  ]),
  ...from("activity-timeouts.ts", [
    { subject: "activity-start-to-close-timeout", workflow: "activityStartToCloseTimeout" },
    { subject: "activity-schedule-to-close-timeout", workflow: "activityScheduleToCloseTimeout" },
    { subject: "activity-schedule-to-start-timeout", workflow: "activityScheduleToStartTimeout" },
    { subject: "activity-heartbeat-timeout", workflow: "activityHeartbeatTimeout" },
    { subject: "activity-heartbeat-details", workflow: "activityHeartbeatDetails" },
  ]),
  ...from("activity-cancellation.ts", [
    { subject: "activity-try-cancel", workflow: "activityTryCancel" },
    { subject: "activity-try-cancel-then-more", workflow: "activityTryCancelThenMore" },
    { subject: "activity-wait-cancellation-completed", workflow: "activityWaitCancellationCompleted" },
    { subject: "activity-wait-cancellation-returns", workflow: "activityWaitCancellationReturns" },
    { subject: "activity-wait-cancellation-fails", workflow: "activityWaitCancellationFails" },
    { subject: "activity-abandon", workflow: "activityAbandon" },
    { subject: "activity-cancelled-before-sent", workflow: "activityCancelledBeforeSent" },
    { subject: "activity-in-cancelled-scope", workflow: "activityInCancelledScope" },
  ]),
];
