import type { Init } from "../codec-runtime/init.ts";
import type { Payload } from "../common/payload.ts";
import type { Failure } from "../gen/codec/temporal/api/failure/v1/message.ts";
import { RpcError } from "../platform/rpc-port.ts";

/**
 * All that a worker asks of the server. Workflow tasks and activity tasks pass as raw bytes: who needs their contents
 * decodes them. Every method rejects with the transport's error, whose status {@link statusOf} tells.
 */
export interface WorkerService {
  /** A raw `PollWorkflowTaskQueueResponse`; empty when the server had no task. Not retried. */
  pollWorkflowTask(queue: "sticky" | "normal", signal: AbortSignal): Promise<Uint8Array>;
  /** A raw `PollActivityTaskQueueResponse`; empty when the server had no task. Not retried. */
  pollActivityTask(signal: AbortSignal): Promise<Uint8Array>;
  /** Sends a raw answer to a workflow task; for `completed` resolves with the raw response. */
  respondWorkflowTask(kind: "completed" | "failed" | "query", request: Uint8Array): Promise<Uint8Array>;
  /** Fails a workflow task that no thread can answer. `cause` is a `WorkflowTaskFailedCause` number. */
  failWorkflowTask(taskToken: Uint8Array, cause: number, failure: Init<Failure>): Promise<void>;
  /** A raw `GetWorkflowExecutionHistoryResponse`. */
  historyPage(workflowId: string, runId: string, token: Uint8Array): Promise<Uint8Array>;
  completeActivity(taskToken: Uint8Array, result: readonly Payload[] | undefined): Promise<void>;
  failActivity(taskToken: Uint8Array, failure: Init<Failure>): Promise<void>;
  cancelActivity(taskToken: Uint8Array, details: readonly Payload[]): Promise<void>;
  heartbeatActivity(taskToken: Uint8Array, details: readonly Payload[]): Promise<HeartbeatAnswer>;
  describeNamespace(): Promise<NamespaceFacts>;
  /** Tells the server that this worker goes away. Not retried. */
  shutdownWorker(taskTypes: { readonly workflow: boolean; readonly activity: boolean }): Promise<void>;
}

/** What the server says to a heartbeat. */
export interface HeartbeatAnswer {
  readonly cancelRequested: boolean;
  readonly activityPaused: boolean;
  readonly activityReset: boolean;
}

/** What a worker reads of its namespace. Sizes in bytes, 0 where there is no limit. */
export interface NamespaceFacts {
  readonly blobSizeLimit: number;
  readonly memoSizeLimit: number;
  /** The server ends polls under way by itself once it was told of the shutdown. */
  readonly pollCompleteOnShutdown: boolean;
}

/** The gRPC status of an error of the transport; undefined for every other error. */
export function statusOf(error: unknown): number | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth += 1) {
    if (at instanceof RpcError) return at.status;
  }
  return undefined;
}

/** Whether the connection was closed on this side: no retry helps. */
export function isClosed(error: unknown): boolean {
  return error instanceof RpcError && error.reason === "closed";
}

/** The server's own words in an error of the transport; else its message. */
export function detailsOf(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth += 1) {
    if (at instanceof RpcError) return at.details;
  }
  return error instanceof Error ? error.message : String(error);
}
