import type { Init } from "../codec-runtime/init.ts";
import type { MethodCodec } from "../codec-runtime/method.ts";
import type { Payload } from "../common/payload.ts";
import { WorkerVersioningMode } from "../gen/codec/temporal/api/enums/v1/deployment.ts";
import { TaskQueueKind, TaskQueueType } from "../gen/codec/temporal/api/enums/v1/task_queue.ts";
import {
  describeNamespace,
  getWorkflowExecutionHistory,
  pollActivityTaskQueue,
  pollWorkflowTaskQueue,
  recordActivityTaskHeartbeat,
  respondActivityTaskCanceled,
  respondActivityTaskCompleted,
  respondActivityTaskFailed,
  respondQueryTaskCompleted,
  respondWorkflowTaskCompleted,
  respondWorkflowTaskFailed,
  shutdownWorker,
} from "../gen/codec/temporal/api/workflowservice/v1/service.ts";
import type { RpcAnswer } from "../platform/rpc-port.ts";
import type { RawCallOptions } from "../transport/connection.ts";
import type { WorkerDeploymentOptions } from "./options.ts";
import { type HeartbeatAnswer, isClosed, type NamespaceFacts, type WorkerService } from "./service.ts";

/** The part of a connection that a worker uses. */
export interface WorkerRpc {
  unary(path: string, bytes: Uint8Array, options: RawCallOptions): Promise<RpcAnswer>;
}

/** What every request of a worker says about it. */
export interface WorkerIdentity {
  readonly namespace: string;
  readonly taskQueue: string;
  /** Absent when workflows are not cached. */
  readonly stickyQueue: string | undefined;
  readonly identity: string;
  readonly buildId: string;
  readonly workerInstanceKey: string;
  readonly deployment: WorkerDeploymentOptions | undefined;
  /** The server knows build ids; older ones take them as `binaryChecksum`. */
  readonly buildIdBasedVersioning: boolean;
  readonly maxTaskQueueActivitiesPerSecond: number | undefined;
}

const POLL_TIMEOUT_MS = 70_000;
const CALL_TIMEOUT_MS = 30_000;

/** The worker's calls over a connection. `rpc` is asked at every call, so that the connection can be replaced. */
export class RpcWorkerService implements WorkerService {
  readonly #rpc: () => WorkerRpc;
  readonly #facts: WorkerIdentity;
  /** Every answer about an activity says this. */
  readonly #answerFacts: ReturnType<typeof answerFactsOf>;
  /** Requests that are the same each time, encoded when first needed. */
  readonly #polls = new Map<"sticky" | "normal" | "activity", Uint8Array>();

  constructor(rpc: () => WorkerRpc, facts: WorkerIdentity) {
    this.#rpc = rpc;
    this.#facts = facts;
    this.#answerFacts = answerFactsOf(facts);
  }

  pollWorkflowTask(queue: "sticky" | "normal", signal: AbortSignal): Promise<Uint8Array> {
    return this.#poll(pollWorkflowTaskQueue.path, this.#pollRequest(queue), signal);
  }

  pollActivityTask(signal: AbortSignal): Promise<Uint8Array> {
    return this.#poll(pollActivityTaskQueue.path, this.#pollRequest("activity"), signal);
  }

  async respondWorkflowTask(
    kind: "completed" | "failed" | "query",
    request: Uint8Array,
  ): Promise<Uint8Array> {
    const { path } =
      kind === "completed"
        ? respondWorkflowTaskCompleted
        : kind === "failed"
          ? respondWorkflowTaskFailed
          : respondQueryTaskCompleted;
    return (await this.#send(path, request)).bytes;
  }

  async failWorkflowTask(
    taskToken: Uint8Array,
    cause: number,
    failure: Parameters<WorkerService["failWorkflowTask"]>[2],
  ): Promise<void> {
    const { namespace, identity } = this.#facts;
    await this.#call(respondWorkflowTaskFailed, {
      taskToken,
      cause,
      failure,
      namespace,
      identity,
      deploymentOptions: deploymentOptionsOf(this.#facts),
    });
  }

  async historyPage(workflowId: string, runId: string, nextPageToken: Uint8Array): Promise<Uint8Array> {
    const request = getWorkflowExecutionHistory.encode({
      namespace: this.#facts.namespace,
      execution: { workflowId, runId },
      nextPageToken,
    });
    return (await this.#send(getWorkflowExecutionHistory.path, request)).bytes;
  }

  async completeActivity(taskToken: Uint8Array, result: readonly Payload[] | undefined): Promise<void> {
    await this.#call(respondActivityTaskCompleted, {
      taskToken,
      result: result === undefined ? undefined : { payloads: result },
      ...this.#answerFacts,
    });
  }

  async failActivity(
    taskToken: Uint8Array,
    failure: Parameters<WorkerService["failActivity"]>[1],
  ): Promise<void> {
    await this.#call(respondActivityTaskFailed, { taskToken, failure, ...this.#answerFacts });
  }

  async cancelActivity(taskToken: Uint8Array, details: readonly Payload[]): Promise<void> {
    await this.#call(respondActivityTaskCanceled, {
      taskToken,
      details: details.length === 0 ? undefined : { payloads: details },
      ...this.#answerFacts,
    });
  }

  async heartbeatActivity(taskToken: Uint8Array, details: readonly Payload[]): Promise<HeartbeatAnswer> {
    const { namespace, identity } = this.#facts;
    return this.#call(recordActivityTaskHeartbeat, {
      taskToken,
      details: { payloads: details },
      namespace,
      identity,
    });
  }

  async describeNamespace(): Promise<NamespaceFacts> {
    const { namespaceInfo } = await this.#call(describeNamespace, { namespace: this.#facts.namespace });
    return {
      blobSizeLimit: Number(namespaceInfo?.limits?.blobSizeLimitError ?? 0),
      memoSizeLimit: Number(namespaceInfo?.limits?.memoSizeLimitError ?? 0),
      pollCompleteOnShutdown: namespaceInfo?.capabilities?.workerPollCompleteOnShutdown ?? false,
    };
  }

  async shutdownWorker(types: { readonly workflow: boolean; readonly activity: boolean }): Promise<void> {
    const { namespace, identity, stickyQueue = "", taskQueue, workerInstanceKey } = this.#facts;
    const request = shutdownWorker.encode({
      namespace,
      identity,
      stickyTaskQueue: stickyQueue,
      taskQueue,
      workerInstanceKey,
      reason: "graceful shutdown",
      taskQueueTypes: [
        ...(types.workflow ? [TaskQueueType.WORKFLOW] : []),
        ...(types.activity ? [TaskQueueType.ACTIVITY] : []),
      ],
    });
    await this.#send(shutdownWorker.path, request, { retry: false });
  }

  #pollRequest(kind: "sticky" | "normal" | "activity"): Uint8Array {
    let request = this.#polls.get(kind);
    if (request === undefined) {
      request = kind === "activity" ? activityPoll(this.#facts) : workflowPoll(this.#facts, kind);
      this.#polls.set(kind, request);
    }
    return request;
  }

  async #poll(path: string, request: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const rpc = this.#rpc();
    try {
      const answer = await this.#send(path, request, { timeoutMs: POLL_TIMEOUT_MS, retry: false, signal });
      return answer.bytes;
    } catch (error) {
      // The worker was given another connection, and the old one closed.
      if (isClosed(error) && this.#rpc() !== rpc) return this.#poll(path, request, signal);
      throw error;
    }
  }

  async #call<Request, Response>(
    method: MethodCodec<Request, Response>,
    request: Init<Request>,
  ): Promise<Response> {
    return method.decode((await this.#send(method.path, method.encode(request))).bytes);
  }

  #send(path: string, request: Uint8Array, options: RawCallOptions = {}): Promise<RpcAnswer> {
    return this.#rpc().unary(path, request, {
      timeoutMs: options.timeoutMs ?? CALL_TIMEOUT_MS,
      namespace: this.#facts.namespace,
      signal: options.signal,
      retry: options.retry,
    });
  }
}

function workflowPoll(facts: WorkerIdentity, queue: "sticky" | "normal"): Uint8Array {
  const { namespace, identity, taskQueue, stickyQueue = "", workerInstanceKey, buildId } = facts;
  return pollWorkflowTaskQueue.encode({
    namespace,
    identity,
    workerInstanceKey,
    taskQueue:
      queue === "sticky"
        ? { name: stickyQueue, kind: TaskQueueKind.STICKY, normalName: taskQueue }
        : { name: taskQueue, kind: TaskQueueKind.NORMAL },
    ...versionOf(facts),
    binaryChecksum: facts.buildIdBasedVersioning ? "" : buildId,
  });
}

function activityPoll(facts: WorkerIdentity): Uint8Array {
  const { namespace, identity, taskQueue, workerInstanceKey } = facts;
  const perSecond = facts.maxTaskQueueActivitiesPerSecond;
  return pollActivityTaskQueue.encode({
    namespace,
    identity,
    workerInstanceKey,
    taskQueue: { name: taskQueue, kind: TaskQueueKind.NORMAL },
    taskQueueMetadata: perSecond === undefined ? undefined : { maxTasksPerSecond: perSecond },
    ...versionOf(facts),
  });
}

function answerFactsOf(facts: WorkerIdentity) {
  const { namespace, identity, buildId, deployment } = facts;
  return {
    namespace,
    identity,
    workerVersion: deployment === undefined ? { buildId, useVersioning: false } : undefined,
    deploymentOptions: deploymentOptionsOf(facts),
  };
}

function versionOf(facts: WorkerIdentity) {
  const { buildId, deployment, buildIdBasedVersioning } = facts;
  return {
    deploymentOptions: deploymentOptionsOf(facts),
    workerVersionCapabilities:
      deployment === undefined && buildIdBasedVersioning ? { buildId, useVersioning: false } : undefined,
  };
}

function deploymentOptionsOf({ deployment }: WorkerIdentity) {
  if (deployment === undefined) return undefined;
  return {
    deploymentName: deployment.version.deploymentName,
    buildId: deployment.version.buildId,
    workerVersioningMode: deployment.useWorkerVersioning
      ? WorkerVersioningMode.VERSIONED
      : WorkerVersioningMode.UNVERSIONED,
  };
}
