import type { Init } from "../../src/codec-runtime/init.ts";
import type {
  DescribeNamespaceResponse,
  PollActivityTaskQueueResponse,
  PollWorkflowTaskQueueResponse,
  RecordActivityTaskHeartbeatResponse,
  RespondWorkflowTaskCompletedResponse,
} from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import {
  encodeDescribeNamespaceResponse,
  encodePollActivityTaskQueueResponse,
  encodePollWorkflowTaskQueueResponse,
  encodeRecordActivityTaskHeartbeatResponse,
  encodeRespondWorkflowTaskCompletedResponse,
} from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { WorkflowServiceHandlers } from "../../src/gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import { GrpcStatus, type RpcAnswer, RpcError, type RpcPort } from "../../src/platform/rpc-port.ts";
import type { WorkerRpc } from "../../src/worker/rpc-service.ts";
import { RpcWorkerService } from "../../src/worker/rpc-service.ts";

/** A call that a worker made. */
export interface SeenCall {
  readonly method: string;
  readonly request: { readonly [field: string]: unknown };
}

type Poll = { readonly resolve: (bytes: Uint8Array) => void; readonly queue: string };

/** A Temporal frontend with scripted answers, on the worker's bytes port. */
export class FakeServer implements WorkerRpc, RpcPort {
  closed = false;
  readonly calls: SeenCall[] = [];
  readonly polls: { workflow: Poll[]; activity: Poll[] } = { workflow: [], activity: [] };
  /** Errors to answer with, by method; taken one for each call. */
  readonly errors = new Map<string, unknown[]>();
  heartbeatAnswer: Init<RecordActivityTaskHeartbeatResponse> = {};
  completedAnswers: Init<RespondWorkflowTaskCompletedResponse>[] = [];
  namespace: Init<DescribeNamespaceResponse> = {};
  /** Held calls, by method: each waits until its function is called. */
  readonly held = new Map<string, (() => void)[]>();

  async unary(
    path: string,
    bytes: Uint8Array,
    { signal }: { readonly signal?: AbortSignal | undefined },
  ): Promise<RpcAnswer> {
    const method = path.slice(path.lastIndexOf("/") + 1);
    const codec = Object.values(WorkflowServiceHandlers).find((handler) => handler.path === path);
    if (codec === undefined) throw new Error(`no such method ${path}`);
    this.calls.push({ method, request: codec.decode(bytes) as unknown as SeenCall["request"] });
    const error = this.errors.get(method)?.shift();
    if (error !== undefined) throw error;
    const held = this.held.get(method);
    if (held !== undefined) await new Promise<void>((resolve) => held.push(resolve));
    return { bytes: await this.#answer(method, signal), headers: {}, trailers: {} };
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  /** The calls of one method. */
  seen(method: string): SeenCall["request"][] {
    return this.calls.filter((call) => call.method === method).map((call) => call.request);
  }

  /** Answers the oldest poll for activities. */
  giveActivity(task: Init<PollActivityTaskQueueResponse>): void {
    give(this.polls.activity, encodePollActivityTaskQueueResponse(task));
  }

  /** Answers the oldest poll for workflow tasks. */
  giveWorkflowTask(task: Init<PollWorkflowTaskQueueResponse>): void {
    give(this.polls.workflow, encodePollWorkflowTaskQueueResponse(task));
  }

  /** Ends all polls without a task, as a server does that knows of a shutdown. */
  endPolls(): void {
    for (const poll of [...this.polls.workflow.splice(0), ...this.polls.activity.splice(0)]) {
      poll.resolve(new Uint8Array(0));
    }
  }

  #answer(method: string, signal: AbortSignal | undefined): Promise<Uint8Array> | Uint8Array {
    switch (method) {
      case "PollWorkflowTaskQueue":
        return this.#poll(this.polls.workflow, signal);
      case "PollActivityTaskQueue":
        return this.#poll(this.polls.activity, signal);
      case "RecordActivityTaskHeartbeat":
        return encodeRecordActivityTaskHeartbeatResponse(this.heartbeatAnswer);
      case "RespondWorkflowTaskCompleted":
        return encodeRespondWorkflowTaskCompletedResponse(this.completedAnswers.shift() ?? {});
      case "DescribeNamespace":
        return encodeDescribeNamespaceResponse(this.namespace);
      default:
        return new Uint8Array(0);
    }
  }

  #poll(polls: Poll[], signal: AbortSignal | undefined): Promise<Uint8Array> {
    const request = this.calls.at(-1)?.request as { taskQueue?: { name?: string } };
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        const at = polls.indexOf(poll);
        if (at >= 0) polls.splice(at, 1);
        reject(rpcError(GrpcStatus.CANCELLED, "cut"));
      };
      const poll = {
        queue: request.taskQueue?.name ?? "",
        resolve: (bytes: Uint8Array) => {
          signal?.removeEventListener("abort", abort);
          resolve(bytes);
        },
      };
      if (signal?.aborted) abort();
      else {
        signal?.addEventListener("abort", abort, { once: true });
        polls.push(poll);
      }
    });
  }
}

function give(polls: Poll[], bytes: Uint8Array): void {
  const poll = polls.shift();
  if (poll === undefined) throw new Error("nobody polls");
  poll.resolve(bytes);
}

/** An error as the transport throws it. */
export function rpcError(
  status: (typeof GrpcStatus)[keyof typeof GrpcStatus],
  details = "scripted",
): RpcError {
  return new RpcError({ status, details });
}

/** The worker's service over a fake server. */
export function serviceOf(server: WorkerRpc): RpcWorkerService {
  return new RpcWorkerService(() => server, {
    namespace: "ns",
    taskQueue: "queue",
    stickyQueue: "sticky",
    identity: "me",
    buildId: "build",
    workerInstanceKey: "key",
    deployment: undefined,
    buildIdBasedVersioning: true,
    maxTaskQueueActivitiesPerSecond: undefined,
  });
}
