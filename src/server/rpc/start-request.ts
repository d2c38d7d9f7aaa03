import type { Init } from "../../codec-runtime/init.ts";
import type { Duration } from "../../gen/codec/google/protobuf/duration.ts";
import { ContinueAsNewInitiator } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { StartWorkflowExecutionRequest } from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { priorityFault, tooLong } from "../commands/activity-attributes.ts";
import { cronFault } from "../cron/cron-backoff.ts";
import { cronWaitMs } from "../execution/cron-wait.ts";
import type { Engine } from "../execution/engine.ts";
import { checkPolicies } from "../execution/id-policies.ts";
import { presentAttributes, presentMemo } from "../execution/null-payload.ts";
import { type EventValue, timestamp } from "../history/event.ts";
import {
  DEFAULT_TASK_TIMEOUT_MS,
  MAX_BLOB_BYTES,
  MAX_ID_BYTES,
  MAX_MEMO_BYTES,
  MAX_TASK_TIMEOUT_MS,
} from "../limits.ts";
import { fullRetryPolicy, retryPolicyFault } from "../retry/retry-policy.ts";
import { utf8Bytes } from "../visibility/byte-text.ts";
import { durationFault, durationMs, MAX_DURATION_MS, toDuration } from "../wire-time.ts";
import { invalidArgument } from "./failures.ts";
import { checkLaterOptions, refuseCallbacks } from "./later-options.ts";
import { checkLinks } from "./link-checks.ts";
import { payloadsBytes } from "./payload-bytes.ts";
import { checkRequestId, requireTaskQueue } from "./request-checks.ts";

/** Checks a start as the real server does, in its order, and fills in what is left open. */
export function checkStartRequest(
  engine: Engine,
  request: StartWorkflowExecutionRequest,
): StartWorkflowExecutionRequest {
  checkWorkflowId(request.workflowId);
  const retryPolicy = request.retryPolicy && fullRetryPolicy(request.retryPolicy);
  refuse(retryPolicy && retryPolicyFault(retryPolicy));
  checkDelay(request);
  checkNames(request);
  refuse(cronFault(request.cronSchedule, engine.parts.nowMs()));
  checkTimeouts(request);
  checkRequestId(request.requestId);
  refuse(priorityFault(request.priority));
  checkPolicies(request);
  const fields = request.searchAttributes?.indexedFields ?? {};
  const searchAttributes = presentAttributes(engine.parts.searchAttributes.check(request.namespace, fields));
  refuseCallbacks(request.completionCallbacks);
  checkLinks(request.links);
  checkLaterOptions(request);
  if (payloadsBytes(request.input) > MAX_BLOB_BYTES) throw invalidArgument("Blob data size exceeds limit.");
  if (payloadsBytes({ payloads: Object.values(request.memo?.fields ?? {}) }) > MAX_MEMO_BYTES) {
    throw invalidArgument("Memo size exceeds limit.");
  }
  return {
    ...request,
    // These are made of what was decoded from this request, and of values of the same kinds.
    retryPolicy: retryPolicy as StartWorkflowExecutionRequest["retryPolicy"],
    memo: presentMemo(request.memo) as StartWorkflowExecutionRequest["memo"],
    searchAttributes: searchAttributes as StartWorkflowExecutionRequest["searchAttributes"],
    requestId: request.requestId || crypto.randomUUID(),
    ...normalTimeouts(request),
  };
}

/** The checks of a start that comes with a signal, also when nothing is started: the same ones in another order. */
export function checkSignalledStart(
  engine: Engine,
  request: StartWorkflowExecutionRequest,
  checkPolicy: () => void,
): void {
  refuse(cronFault(request.cronSchedule, engine.parts.nowMs()));
  checkTimeouts(request);
  checkDelay(request);
  checkPolicy();
  checkStartRequest(engine, request);
}

function checkTimeouts(request: StartWorkflowExecutionRequest): void {
  checkTimeout(request.workflowExecutionTimeout, "WorkflowExecutionTimeout");
  checkTimeout(request.workflowRunTimeout, "WorkflowRunTimeout");
  checkTimeout(request.workflowTaskTimeout, "WorkflowTaskTimeout");
}

function refuse(fault: string | undefined): void {
  if (fault) throw invalidArgument(fault);
}

function checkWorkflowId(workflowId: string): void {
  if (workflowId === "") throw invalidArgument("WorkflowId is not set on request.");
  if (tooLong(workflowId)) {
    const length = `${utf8Bytes(workflowId)}/${MAX_ID_BYTES}`;
    throw invalidArgument(`WorkflowId exceeds maximum allowed length (${length})`);
  }
}

function checkNames(request: StartWorkflowExecutionRequest): void {
  if (!request.workflowType?.name) throw invalidArgument("WorkflowType is not set on request.");
  if (tooLong(request.workflowType.name)) throw invalidArgument("WorkflowType length exceeds limit.");
  requireTaskQueue(request.taskQueue);
}

function checkDelay({ cronSchedule, workflowStartDelay }: StartWorkflowExecutionRequest): void {
  if (cronSchedule !== "" && workflowStartDelay !== undefined) {
    throw invalidArgument("CronSchedule and WorkflowStartDelay may not be used together.");
  }
  checkTimeout(workflowStartDelay, "WorkflowStartDelay");
}

function checkTimeout(duration: Duration | undefined, name: string): void {
  const fault = durationFault(duration);
  if (fault) throw invalidArgument(`An invalid ${name}Seconds is set on request. cause: ${fault}`);
}

/** No run outlives the execution, no task outlives the run. 0 is none. */
export function normalTimeouts(request: {
  readonly workflowExecutionTimeout?: Init<Duration> | undefined;
  readonly workflowRunTimeout?: Init<Duration> | undefined;
  readonly workflowTaskTimeout?: Init<Duration> | undefined;
}): {
  workflowExecutionTimeout: Duration | undefined;
  workflowRunTimeout: Duration | undefined;
  workflowTaskTimeout: Duration;
} {
  const executionMs = Math.min(durationMs(request.workflowExecutionTimeout) ?? 0, MAX_DURATION_MS);
  const wantedRunMs = Math.min(durationMs(request.workflowRunTimeout) ?? 0, MAX_DURATION_MS);
  const runMs =
    wantedRunMs === 0 || executionMs === 0 ? wantedRunMs || executionMs : Math.min(wantedRunMs, executionMs);
  const wantedTaskMs = durationMs(request.workflowTaskTimeout) || DEFAULT_TASK_TIMEOUT_MS;
  const taskMs = Math.min(wantedTaskMs, MAX_TASK_TIMEOUT_MS, runMs || MAX_TASK_TIMEOUT_MS);
  return {
    workflowExecutionTimeout:
      executionMs > 0 ? wire(executionMs) : request.workflowExecutionTimeout && wire(0),
    workflowRunTimeout: runMs > 0 ? wire(runMs) : request.workflowRunTimeout && wire(0),
    workflowTaskTimeout: wire(taskMs),
  };
}

function wire(ms: number): Duration {
  const { seconds, nanos } = toDuration(ms);
  return { seconds: BigInt(seconds ?? 0), nanos: nanos ?? 0 };
}

/** The first event of a run that a client starts. */
export function startedValue(
  request: StartWorkflowExecutionRequest,
  given: {
    readonly runId: string;
    readonly eager: boolean;
    readonly nowMs: number;
    readonly backoffMs: number;
  },
): EventValue<"workflowExecutionStarted"> {
  const executionMs = durationMs(request.workflowExecutionTimeout) ?? 0;
  const { runId, backoffMs, nowMs } = given;
  return {
    workflowType: request.workflowType,
    taskQueue: { name: request.taskQueue?.name, kind: 1 },
    input: request.input,
    workflowExecutionTimeout: request.workflowExecutionTimeout,
    workflowRunTimeout: request.workflowRunTimeout,
    workflowTaskTimeout: request.workflowTaskTimeout,
    continuedFailure: request.continuedFailure,
    lastCompletionResult: request.lastCompletionResult,
    originalExecutionRunId: runId,
    firstExecutionRunId: runId,
    identity: request.identity,
    retryPolicy: request.retryPolicy,
    attempt: 1,
    workflowExecutionExpirationTime: executionMs > 0 ? timestamp(nowMs + executionMs) : undefined,
    cronSchedule: request.cronSchedule,
    firstWorkflowTaskBackoff: toDuration(backoffMs),
    memo: request.memo,
    searchAttributes: request.searchAttributes,
    header: request.header,
    initiator: request.cronSchedule === "" ? undefined : ContinueAsNewInitiator.CRON_SCHEDULE,
    workflowId: request.workflowId,
    versioningOverride: request.versioningOverride,
    priority: request.priority,
    eagerExecutionAccepted: given.eager,
  };
}

/** How long the first workflow task waits: the start delay, or until the cron schedule first fires. */
export function firstBackoffMs(
  request: Pick<StartWorkflowExecutionRequest, "workflowStartDelay" | "cronSchedule">,
  nowMs: number,
): number {
  const delayMs = durationMs(request.workflowStartDelay) ?? 0;
  return delayMs || (cronWaitMs(request.cronSchedule, { executionMs: nowMs, nowMs }) ?? 0);
}
