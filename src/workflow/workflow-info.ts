import type { SuggestContinueAsNewReason } from "../common/continue-as-new.ts";
import type { Priority } from "../common/priority.ts";
import type { RetryPolicy } from "../common/retry-policy.ts";
import type { SearchAttributes, TypedSearchAttributes } from "../common/search-attributes.ts";
import type { WorkerDeploymentVersion } from "../common/versioning.ts";

/** Facts on the running workflow. A snapshot: fields marked as changing differ in the result of a later call. */
export interface WorkflowInfo {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  /** Search attributes in the untyped form. Prefer `typedSearchAttributes`. */
  readonly searchAttributes: SearchAttributes;
  readonly typedSearchAttributes: TypedSearchAttributes;
  readonly memo?: Record<string, unknown> | undefined;
  /** Present in a child workflow. */
  readonly parent?: ParentWorkflowInfo | undefined;
  /** The workflow at the top of the tree; absent in that workflow itself. */
  readonly root?: RootWorkflowInfo | undefined;
  /** Result of the previous run, of a cron workflow or one continued as new. */
  readonly lastResult?: unknown;
  /** Why the previous run failed, when this one is a retry or a cron run. */
  readonly lastFailure?: Error | undefined;
  /** Events in the history up to the current workflow task. Changes. */
  readonly historyLength: number;
  /** Bytes of the history up to the current workflow task; 0 where the server does not tell. Changes. */
  readonly historySize: number;
  /** Whether the server suggests to continue as new. Changes. */
  readonly continueAsNewSuggested: boolean;
  /** Why the server suggests it. Changes. */
  readonly suggestedContinueAsNewReasons?: readonly SuggestContinueAsNewReason[] | undefined;
  /** Whether the deployment version that this workflow would move to has changed. Changes. */
  readonly targetWorkerDeploymentVersionChanged: boolean;
  readonly taskQueue: string;
  readonly namespace: string;
  /** Run id of the first run of the chain (retries, cron, continue-as-new). */
  readonly firstExecutionRunId: string;
  /** Run id in the start event: unlike `runId` it stays when the workflow is reset. */
  readonly originalExecutionRunId: string;
  readonly continuedFromExecutionRunId?: string | undefined;
  /** When the workflow was started. */
  readonly startTime: Date;
  /** When this run began. */
  readonly runStartTime: Date;
  readonly executionTimeoutMs?: number | undefined;
  readonly executionExpirationTime?: Date | undefined;
  readonly runTimeoutMs?: number | undefined;
  readonly taskTimeoutMs: number;
  readonly retryPolicy?: RetryPolicy | undefined;
  /** Which attempt this run is, from 1. */
  readonly attempt: number;
  readonly cronSchedule?: string | undefined;
  /** Milliseconds between cron runs. */
  readonly cronScheduleToScheduleInterval?: number | undefined;
  /**
   * Build id of the worker that ran, or runs, the current workflow task; may be empty. Changes.
   * @deprecated Use `currentDeploymentVersion`.
   */
  readonly currentBuildId?: string | undefined;
  /** Deployment version of the worker that ran, or runs, the current workflow task. Changes. */
  readonly currentDeploymentVersion?: WorkerDeploymentVersion | undefined;
  readonly priority?: Priority | undefined;
  /** Facts that differ on replay: not to be used in decisions. */
  readonly unsafe: UnsafeWorkflowInfo;
}

/** The workflow that started this one. */
export interface ParentWorkflowInfo {
  readonly workflowId: string;
  readonly runId: string;
  readonly namespace: string;
}

/** The workflow at the top of the tree. */
export interface RootWorkflowInfo {
  readonly workflowId: string;
  readonly runId: string;
}

/** Facts that differ on replay. */
export interface UnsafeWorkflowInfo {
  /** The real time in milliseconds. */
  readonly now: () => number;
  /** Whether history is replayed, or a query is answered. */
  readonly isReplaying: boolean;
  /** As `isReplaying`, but false while a query is answered. Log lines are dropped while it is true. */
  readonly isReplayingHistoryEvents: boolean;
  /** Random numbers that differ on replay. */
  readonly random: UnsafeRandomSource;
}

/** Random numbers that differ on replay: for query handlers only. Experimental, as in the official SDK. */
export interface UnsafeRandomSource {
  random(): number;
  uuid4(): string;
  fillRandom(bytes: Uint8Array): Uint8Array;
}
