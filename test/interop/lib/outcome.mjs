/** Reads from a history how its run ended, with values as plain JSON. */
import { defaultPayloadConverter } from "@temporalio/common";

/** A payload as `{ encoding, value }`; bytes as base64, so that the index stays readable. */
export function readPayload(payload) {
  const encoding = Buffer.from(payload.metadata?.encoding ?? []).toString();
  if (encoding === "binary/plain")
    return { encoding, base64: Buffer.from(payload.data ?? []).toString("base64") };
  if (encoding === "binary/null") return { encoding };
  return { encoding, value: defaultPayloadConverter.fromPayload(payload) };
}

function readFailure(failure) {
  if (!failure) return undefined;
  const { message, applicationFailureInfo: application, activityFailureInfo: activity } = failure;
  const read = { message };
  if (application) {
    read.kind = "ApplicationFailure";
    if (application.type) read.type = application.type;
    if (application.nonRetryable) read.nonRetryable = true;
    if (application.details?.payloads?.length) read.details = application.details.payloads.map(readPayload);
  } else if (activity) read.kind = "ActivityFailure";
  else if (failure.timeoutFailureInfo) read.kind = "TimeoutFailure";
  else if (failure.canceledFailureInfo) read.kind = "CancelledFailure";
  if (failure.cause) read.cause = readFailure(failure.cause);
  return read;
}

/** Shortens long texts: the history has them whole. */
function shorten(outcome) {
  return JSON.parse(
    JSON.stringify(outcome, (_key, value) =>
      typeof value === "string" && value.length > 200
        ? { text: value.slice(0, 8), length: value.length }
        : value,
    ),
  );
}

function outcomeOfEvent(event) {
  const done = event.workflowExecutionCompletedEventAttributes;
  if (done)
    return {
      status: "completed",
      result: done.result?.payloads?.map(readPayload) ?? [],
      next: done.newExecutionRunId,
    };
  const failed = event.workflowExecutionFailedEventAttributes;
  if (failed)
    return { status: "failed", failure: readFailure(failed.failure), next: failed.newExecutionRunId };
  const canceled = event.workflowExecutionCanceledEventAttributes;
  if (canceled) return { status: "canceled" };
  const timedOut = event.workflowExecutionTimedOutEventAttributes;
  if (timedOut) return { status: "timedOut" };
  const terminated = event.workflowExecutionTerminatedEventAttributes;
  if (terminated) return { status: "terminated" };
  const continued = event.workflowExecutionContinuedAsNewEventAttributes;
  if (continued)
    return {
      status: "continuedAsNew",
      input: continued.input?.payloads?.map(readPayload) ?? [],
      next: continued.newExecutionRunId,
    };
  return { status: "open" };
}

/** How the run of this history ended, or `{ status: "open" }`. */
export function outcomeOf(history) {
  const { next, ...outcome } = outcomeOfEvent(history.events.at(-1));
  return shorten(next ? { ...outcome, nextRunId: next } : outcome);
}
