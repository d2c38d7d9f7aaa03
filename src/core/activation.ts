import type { Init } from "../codec-runtime/init.ts";
import type { Payload, PayloadMap } from "../common/payload.ts";
import type { Failure } from "../gen/codec/temporal/api/failure/v1/message.ts";
import type { WorkflowExecutionStartedEventAttributes } from "../gen/codec/temporal/api/history/v1/message.ts";
import type { ChildJob } from "./child-jobs.ts";
import type { ExternalJob } from "./external-jobs.ts";
import type { ResolveLocalActivity } from "./local-activity-jobs.ts";
import type { NexusJob } from "./nexus-jobs.ts";
import type { NotifyHasPatch } from "./patch-jobs.ts";
import type { DoUpdateJob } from "./update-jobs.ts";

/** A failure as core and the sandbox exchange it: the wire shape with every field optional. */
export type FailureData = Init<Failure>;

/** Which build of a worker a workflow task ran (or runs) on. */
export interface DeploymentVersion {
  readonly deploymentName: string;
  readonly buildId: string;
}

/**
 * One batch of jobs for the workflow code of one run. Plain data: it is cheap to record, and a recorded list of
 * activations with their completions is a bug report.
 */
export interface Activation {
  readonly runId: string;
  /** Workflow time, milliseconds since the epoch, whole. What `Date.now()` shows. */
  readonly timestampMs: number;
  /** True while history is replayed; also true for a batch of queries. */
  readonly isReplaying: boolean;
  /** Id of the last event that was processed. */
  readonly historyLength: number;
  readonly historySizeBytes: number;
  readonly continueAsNewSuggested: boolean;
  /** `SuggestContinueAsNewReason` numbers. */
  readonly continueAsNewReasons: readonly number[];
  readonly targetDeploymentVersionChanged: boolean;
  /** All language flags (official TypeScript SDK numbers) seen in history so far. */
  readonly availableFlags: readonly number[];
  /** SDK version recorded by the last completed task that recorded one; empty when none did. */
  readonly lastSdkVersion: string;
  readonly deploymentVersion?: DeploymentVersion | undefined;
  /** In the order of `jobOrder` (core). Queries are never mixed with other jobs. */
  readonly jobs: readonly Job[];
}

/** How a remote activity ended, as the workflow is told. */
export type ActivityResolution =
  | { readonly kind: "completed"; readonly result?: Payload | undefined }
  | { readonly kind: "failed"; readonly failure: FailureData }
  | { readonly kind: "cancelled"; readonly failure: FailureData };

/** One thing that workflow code is told. */
export type Job =
  | {
      readonly kind: "initializeWorkflow";
      readonly workflowId: string;
      readonly workflowType: string;
      readonly args: readonly Payload[];
      readonly headers: PayloadMap;
      /** Seed of the run's random stream: SipHash-1-3 of the original run id. */
      readonly randomnessSeed: bigint;
      /** Time of the start event, milliseconds since the epoch. */
      readonly startTimeMs: number;
      readonly attributes: WorkflowExecutionStartedEventAttributes;
    }
  | NotifyHasPatch
  | { readonly kind: "updateRandomSeed"; readonly randomnessSeed: bigint }
  | {
      readonly kind: "signalWorkflow";
      readonly signalName: string;
      readonly args: readonly Payload[];
      readonly headers: PayloadMap;
      readonly identity: string;
      /** Id of the event that brought it. */
      readonly originatingEventId: number;
    }
  | DoUpdateJob
  | { readonly kind: "fireTimer"; readonly seq: number }
  | { readonly kind: "resolveActivity"; readonly seq: number; readonly resolution: ActivityResolution }
  | ResolveLocalActivity
  | ChildJob
  | ExternalJob
  | NexusJob
  | { readonly kind: "cancelWorkflow"; readonly reason: string }
  | {
      readonly kind: "queryWorkflow";
      /** `legacy_query` for the older form that has a task of its own. */
      readonly queryId: string;
      readonly queryType: string;
      readonly args: readonly Payload[];
      readonly headers: PayloadMap;
    };
