import type { Init } from "../codec-runtime/init.ts";
import type { FailureData } from "../core/activation.ts";
import type { Effect, TaskAnswer } from "../core/effect.ts";
import type { Command } from "../gen/codec/temporal/api/command/v1/message.ts";
import type { WorkerDeploymentOptions } from "../gen/codec/temporal/api/deployment/v1/message.ts";
import { WorkerVersioningMode } from "../gen/codec/temporal/api/enums/v1/deployment.ts";
import { TaskQueueKind } from "../gen/codec/temporal/api/enums/v1/task_queue.ts";
import type {
  RespondQueryTaskCompletedRequest,
  RespondWorkflowTaskCompletedRequest,
  RespondWorkflowTaskFailedRequest,
} from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { WorkerFacts } from "./protocol.ts";

type QueryAnswer = Extract<Effect, { kind: "respondQuery" }>["answer"];

/** What is the same for all answers of a worker, added to what core decided. */
export function completedRequest(
  answer: TaskAnswer,
  facts: WorkerFacts,
): Init<RespondWorkflowTaskCompletedRequest> {
  const { deployment } = facts;
  const versioned = deployment?.useWorkerVersioning === true;
  return {
    // Not behind the answer: V8 takes microseconds for each field that follows a spread which begins a literal.
    identity: facts.identity,
    ...answer,
    namespace: facts.namespace,
    stickyAttributes: stickyAttributes(facts),
    returnNewWorkflowTask: facts.sticky !== undefined,
    // The main thread adds its figure where there is one; the message is always there, as with other SDKs.
    meteringMetadata: {},
    capabilities: { discardSpeculativeWorkflowTaskWithEvents: true },
    versioningBehavior: answer.versioningBehavior || (versioned ? deployment.defaultVersioningBehavior : 0),
    deploymentOptions: deploymentOptions(facts),
    workerInstanceKey: facts.workerInstanceKey,
    // Older servers know the build by its checksum.
    ...(facts.capabilities.buildIdBasedVersioning
      ? { workerVersionStamp: { buildId: facts.buildId, useVersioning: false } }
      : { binaryChecksum: facts.buildId }),
  };
}

export function failedRequest(
  failed: { readonly taskToken: Uint8Array; readonly cause: number; readonly failure: FailureData },
  facts: WorkerFacts,
): Init<RespondWorkflowTaskFailedRequest> {
  return {
    taskToken: failed.taskToken,
    cause: failed.cause,
    failure: failed.failure,
    identity: facts.identity,
    namespace: facts.namespace,
    deploymentOptions: deploymentOptions(facts),
    ...(facts.capabilities.buildIdBasedVersioning
      ? { workerVersion: { buildId: facts.buildId, useVersioning: false } }
      : { binaryChecksum: facts.buildId }),
  };
}

export function queryRequest(
  answer: QueryAnswer,
  facts: WorkerFacts,
): Init<RespondQueryTaskCompletedRequest> {
  return { namespace: facts.namespace, ...answer };
}

/**
 * Lets at most `slots` activities of the answer start eagerly: those that want to, in order, on the worker's own task queue.
 * Changes the commands in place and returns how many there are.
 */
export function limitEagerActivities(
  commands: readonly Init<Command>[] | undefined,
  slots: number,
  taskQueue: string,
): number {
  let used = 0;
  for (const { attributes } of commands ?? []) {
    if (attributes?.case !== "scheduleActivityTaskCommandAttributes") continue;
    const { value } = attributes;
    if (value.requestEagerExecution !== true) continue;
    if (used < slots && value.taskQueue?.name === taskQueue) used++;
    // The commands were made by core for this answer alone.
    else (value as { requestEagerExecution: boolean }).requestEagerExecution = false;
  }
  return used;
}

function stickyAttributes({
  sticky,
  taskQueue,
}: WorkerFacts): Init<RespondWorkflowTaskCompletedRequest>["stickyAttributes"] {
  if (sticky === undefined) return undefined;
  const ms = sticky.scheduleToStartTimeoutMs;
  return {
    workerTaskQueue: { name: sticky.queue, kind: TaskQueueKind.STICKY, normalName: taskQueue },
    scheduleToStartTimeout: { seconds: Math.floor(ms / 1000), nanos: Math.round((ms % 1000) * 1e6) },
  };
}

function deploymentOptions({ deployment }: WorkerFacts): Init<WorkerDeploymentOptions> | undefined {
  if (deployment === undefined) return undefined;
  return {
    deploymentName: deployment.deploymentName,
    buildId: deployment.buildId,
    workerVersioningMode: deployment.useWorkerVersioning
      ? WorkerVersioningMode.VERSIONED
      : WorkerVersioningMode.UNVERSIONED,
  };
}
