import type { Init } from "../../codec-runtime/init.ts";
import type { Payloads } from "../../gen/codec/temporal/api/common/v1/message.ts";
import type { Failure } from "../../gen/codec/temporal/api/failure/v1/message.ts";
import type {
  RecordActivityTaskHeartbeatResponse,
  RespondActivityTaskFailedResponse,
} from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { WorkflowServiceHandlers } from "../../gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import { cancelActivity, completeActivity, failActivity, noteHeartbeat } from "../execution/activity-end.ts";
import type { Engine } from "../execution/engine.ts";
import { CUT_FAILURE_BYTES, MAX_BLOB_BYTES } from "../limits.ts";
import { limitedFailure, serverFailure } from "../retry/truncated-failure.ts";
import { type ActivityTarget, targetOfId, targetOfToken } from "./activity-target.ts";
import type { HandlersOf } from "./call.ts";
import { invalidArgument } from "./failures.ts";
import { payloadsBytes } from "./payload-bytes.ts";
import { checkIdentity } from "./request-checks.ts";

/** How activities are answered: by the token of the task, or by the ids of workflow and activity. */
export function activityAnswerRpcs(engine: Engine): HandlersOf<WorkflowServiceHandlers> {
  return {
    respondActivityTaskCompleted: (request) => {
      checkIdentity(request.identity);
      return complete(engine, targetOfToken(engine, request), request);
    },
    respondActivityTaskFailed: (request) => {
      checkIdentity(request.identity);
      const target = targetOfToken(engine, request);
      // By id any failure is taken.
      if (request.failure && request.failure.failureInfo.case !== "applicationFailureInfo") {
        throw invalidArgument("Failure must have ApplicationFailureInfo.");
      }
      return fail(engine, target, request);
    },
    respondActivityTaskCanceled: (request) => {
      checkIdentity(request.identity);
      return cancel(engine, targetOfToken(engine, request), request);
    },
    recordActivityTaskHeartbeat: (request) => heartbeat(engine, targetOfToken(engine, request), request),
    respondActivityTaskCompletedById: (request) => {
      const target = targetOfId(engine, request);
      checkIdentity(request.identity);
      return complete(engine, target, request);
    },
    respondActivityTaskFailedById: (request) => {
      const target = targetOfId(engine, request);
      checkIdentity(request.identity);
      return fail(engine, target, request);
    },
    respondActivityTaskCanceledById: (request) => {
      const target = targetOfId(engine, request);
      checkIdentity(request.identity);
      return cancel(engine, target, request);
    },
    recordActivityTaskHeartbeatById: (request) => heartbeat(engine, targetOfId(engine, request), request),
  };
}

function complete(
  engine: Engine,
  { run, pick }: ActivityTarget,
  { result, identity }: { readonly result?: Payloads | undefined; readonly identity: string },
): Record<never, never> {
  const tooLarge = payloadsBytes(result) > MAX_BLOB_BYTES;
  engine.transact(run, (tx) => {
    if (tooLarge)
      failActivity(tx, pick(tx), { failure: tooLargeFailure("Complete result exceeds"), identity });
    else completeActivity(tx, pick(tx, { evenWaiting: true }), { result, identity });
  });
  return {};
}

function fail(
  engine: Engine,
  { run, pick }: ActivityTarget,
  request: {
    readonly failure?: Failure | undefined;
    readonly lastHeartbeatDetails?: Payloads | undefined;
    readonly identity: string;
  },
): Init<RespondActivityTaskFailedResponse> {
  const { identity, lastHeartbeatDetails } = request;
  const failures: Init<Failure>[] = [];
  const failure = limitedFailure(request.failure, {
    limitBytes: MAX_BLOB_BYTES,
    cutBytes: CUT_FAILURE_BYTES,
    nonRetryable: true,
  });
  if (failure && failure !== request.failure) failures.push(failure);
  const detailsTooLarge = payloadsBytes(lastHeartbeatDetails) > MAX_BLOB_BYTES;
  if (detailsTooLarge) failures.push(tooLargeFailure("Heartbeat details exceed"));
  engine.transact(run, (tx) => {
    const found = pick(tx);
    const keeps = lastHeartbeatDetails !== undefined && !detailsTooLarge;
    const activity = keeps ? noteHeartbeat(tx, found, lastHeartbeatDetails) : found;
    failActivity(tx, activity, { failure, identity });
  });
  return { failures };
}

function cancel(
  engine: Engine,
  { run, pick }: ActivityTarget,
  { details, identity }: { readonly details?: Payloads | undefined; readonly identity: string },
): Record<never, never> {
  const tooLarge = payloadsBytes(details) > MAX_BLOB_BYTES;
  engine.transact(run, (tx) => {
    if (tooLarge) failActivity(tx, pick(tx), { failure: tooLargeFailure("Cancel details exceed"), identity });
    else cancelActivity(tx, pick(tx), { details, identity });
  });
  return {};
}

function heartbeat(
  engine: Engine,
  { run, pick }: ActivityTarget,
  { details, identity }: { readonly details?: Payloads | undefined; readonly identity: string },
): Init<RecordActivityTaskHeartbeatResponse> {
  if (payloadsBytes(details) > MAX_BLOB_BYTES) {
    const failure = tooLargeFailure("Heartbeat details exceed");
    engine.transact(run, (tx) => failActivity(tx, pick(tx), { failure, identity }));
    return { cancelRequested: true };
  }
  const activity = engine.transact(run, (tx) => noteHeartbeat(tx, pick(tx), details));
  return { cancelRequested: activity.cancelRequestedId !== undefined };
}

function tooLargeFailure(what: string): Init<Failure> {
  return serverFailure(`${what} size limit.`, true);
}
