import type { Priority } from "../common/priority.ts";
import type { RetryPolicy } from "../common/retry-policy.ts";

/** Facts about the activity that runs. All times in milliseconds, points in time since the epoch. */
export interface Info {
  /** Names this attempt towards the server; `client.activity.complete(info.taskToken, …)` completes it from elsewhere. */
  readonly taskToken: Uint8Array;
  /** The same as text. */
  readonly base64TaskToken: string;
  readonly activityId: string;
  readonly activityType: string;
  /** Namespace of the worker that runs the activity. */
  readonly activityNamespace: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** True for a local activity. */
  readonly isLocal: boolean;
  /** The workflow that asked for the activity; undefined for an activity started by a client. */
  readonly workflowExecution?: { readonly workflowId: string; readonly runId: string } | undefined;
  readonly workflowNamespace?: string | undefined;
  readonly workflowType?: string | undefined;
  /** When the activity was first scheduled. */
  readonly scheduledTimestampMs: number;
  readonly scheduleToCloseTimeoutMs: number;
  readonly startToCloseTimeoutMs: number;
  /** When this attempt was scheduled. */
  readonly currentAttemptScheduledTimestampMs: number;
  readonly heartbeatTimeoutMs?: number | undefined;
  /** Details of the last heartbeat of an earlier attempt. */
  readonly heartbeatDetails: unknown;
  readonly taskQueue: string;
  readonly priority?: Priority | undefined;
  readonly retryPolicy?: RetryPolicy | undefined;
  /** Namespace of the workflow, or of the activity when there is no workflow. */
  readonly namespace: string;
  /** Run id of an activity started by a client. */
  readonly activityRunId?: string | undefined;
  /** True when a workflow asked for the activity. */
  readonly inWorkflow: boolean;
}
