import type { Payload, PayloadMap } from "../common/payload.ts";
import type { FailureData } from "./activation.ts";
import type { PriorityData, RetryPolicyData, UserMetadata, VersioningIntentName } from "./command.ts";

/**
 * What cancelling a child does. `ABANDON` tells the workflow at once and asks nothing of the child, `TRY_CANCEL` asks and
 * tells at once. The other two ask and wait for the child's end: SDKs do not tell them apart.
 */
export type ChildCancellation =
  | "ABANDON"
  | "TRY_CANCEL"
  | "WAIT_CANCELLATION_COMPLETED"
  | "WAIT_CANCELLATION_REQUESTED";

/** Starts a child workflow. */
export interface StartChildWorkflow {
  readonly kind: "startChildWorkflow";
  readonly seq: number;
  readonly namespace: string;
  readonly workflowId: string;
  readonly workflowType: string;
  readonly taskQueue: string;
  readonly headers: PayloadMap;
  readonly args: readonly Payload[];
  readonly workflowExecutionTimeoutMs?: number | undefined;
  readonly workflowRunTimeoutMs?: number | undefined;
  readonly workflowTaskTimeoutMs?: number | undefined;
  readonly retryPolicy?: RetryPolicyData | undefined;
  readonly cronSchedule: string;
  readonly memo?: PayloadMap | undefined;
  readonly searchAttributes?: PayloadMap | undefined;
  readonly cancellationType: ChildCancellation;
  /** `ParentClosePolicy` number; 0 when unset. */
  readonly parentClosePolicy: number;
  /** `WorkflowIdReusePolicy` number; 0 when unset. */
  readonly workflowIdReusePolicy: number;
  readonly versioningIntent: VersioningIntentName;
  readonly priority?: PriorityData | undefined;
  readonly userMetadata?: UserMetadata | undefined;
}

/** What workflow code asks for children. */
export type ChildCommand =
  | StartChildWorkflow
  | { readonly kind: "cancelChildWorkflow"; readonly seq: number };

/** What became of the start of a child. */
export type ChildStartResolution =
  | { readonly kind: "started"; readonly runId: string }
  /** Its id is taken. */
  | { readonly kind: "alreadyStarted"; readonly workflowId: string; readonly workflowType: string }
  /** The server refused for another reason. */
  | { readonly kind: "failed"; readonly failure: FailureData }
  /** It was cancelled before it was sent. */
  | { readonly kind: "cancelled"; readonly failure: FailureData };

/** How a child ended, as the workflow is told. */
export type ChildResolution =
  | { readonly kind: "completed"; readonly result?: Payload | undefined }
  | { readonly kind: "failed"; readonly failure: FailureData }
  | { readonly kind: "cancelled"; readonly failure: FailureData };

/** What workflow code is told of children. One whose start did not succeed has no second job. */
export type ChildJob =
  | {
      readonly kind: "resolveChildWorkflowStart";
      readonly seq: number;
      readonly resolution: ChildStartResolution;
    }
  /** Without a start before it for a child that was cancelled, and not waited for, before the server said that it runs. */
  | { readonly kind: "resolveChildWorkflow"; readonly seq: number; readonly resolution: ChildResolution };
