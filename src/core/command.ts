import type { Payload, PayloadMap } from "../common/payload.ts";
import type { FailureData } from "./activation.ts";
import type { Annotated } from "./annotations.ts";
import type { ChildCommand } from "./child-jobs.ts";
import type { ExternalCommand } from "./external-jobs.ts";
import type { RequestCancelLocalActivity, ScheduleLocalActivity } from "./local-activity-jobs.ts";
import type { NexusCommand } from "./nexus-jobs.ts";
import type { SetPatchMarker } from "./patch-jobs.ts";
import type { RespondToUpdate } from "./update-jobs.ts";
import type { ModifyWorkflowProperties, UpsertSearchAttributes } from "./upsert-commands.ts";

/** Text for people that goes with a command: already converted, not yet encoded by codecs. */
export interface UserMetadata {
  readonly summary?: Payload | undefined;
  readonly details?: Payload | undefined;
}

/** Retry policy as it goes to the server. Absent fields take the server's defaults. */
export interface RetryPolicyData {
  readonly initialIntervalMs?: number | undefined;
  readonly backoffCoefficient?: number | undefined;
  readonly maximumIntervalMs?: number | undefined;
  /** 0 means unlimited. */
  readonly maximumAttempts?: number | undefined;
  readonly nonRetryableErrorTypes?: readonly string[] | undefined;
}

export interface PriorityData {
  readonly priorityKey?: number | undefined;
  readonly fairnessKey?: string | undefined;
  readonly fairnessWeight?: number | undefined;
}

/** `TRY_CANCEL` asks and resolves at once, `WAIT_CANCELLATION_COMPLETED` asks and waits, `ABANDON` does not ask. */
export type ActivityCancellation = "TRY_CANCEL" | "WAIT_CANCELLATION_COMPLETED" | "ABANDON";

/** How a versioned worker's own build relates to where the command's task may run (deprecated on the server). */
export type VersioningIntentName = "UNSPECIFIED" | "COMPATIBLE" | "DEFAULT";

export interface ScheduleActivity {
  readonly kind: "scheduleActivity";
  readonly seq: number;
  readonly activityId: string;
  readonly activityType: string;
  readonly taskQueue: string;
  readonly headers: PayloadMap;
  readonly args: readonly Payload[];
  readonly scheduleToCloseTimeoutMs?: number | undefined;
  readonly scheduleToStartTimeoutMs?: number | undefined;
  readonly startToCloseTimeoutMs?: number | undefined;
  readonly heartbeatTimeoutMs?: number | undefined;
  readonly retryPolicy?: RetryPolicyData | undefined;
  readonly cancellationType: ActivityCancellation;
  readonly allowEagerDispatch: boolean;
  readonly versioningIntent: VersioningIntentName;
  readonly priority?: PriorityData | undefined;
  readonly userMetadata?: UserMetadata | undefined;
}

export interface ContinueAsNewCommand extends Annotated {
  readonly kind: "continueAsNew";
  readonly workflowType: string;
  readonly taskQueue: string;
  readonly args: readonly Payload[];
  readonly headers: PayloadMap;
  readonly workflowRunTimeoutMs?: number | undefined;
  readonly workflowTaskTimeoutMs?: number | undefined;
  readonly backoffStartIntervalMs?: number | undefined;
  readonly retryPolicy?: RetryPolicyData | undefined;
  /** Absent: inherited. */
  readonly memo?: PayloadMap | undefined;
  /** Absent: inherited. */
  readonly searchAttributes?: PayloadMap | undefined;
  readonly versioningIntent: VersioningIntentName;
  /** `ContinueAsNewVersioningBehavior` number; 0 when unset. */
  readonly initialVersioningBehavior: number;
}

/** One thing that workflow code asks for. `seq` numbers start at 1 for each kind of machine. */
export type WorkflowCommand = Annotated & AnyCommand;

type AnyCommand =
  | {
      readonly kind: "startTimer";
      readonly seq: number;
      readonly startToFireMs: number;
      readonly userMetadata?: UserMetadata | undefined;
    }
  | { readonly kind: "cancelTimer"; readonly seq: number }
  | ScheduleActivity
  | { readonly kind: "requestCancelActivity"; readonly seq: number }
  | ScheduleLocalActivity
  | RequestCancelLocalActivity
  | { readonly kind: "completeWorkflow"; readonly result?: Payload | undefined }
  | { readonly kind: "failWorkflow"; readonly failure: FailureData }
  | { readonly kind: "cancelWorkflow" }
  | ContinueAsNewCommand
  | RespondToUpdate
  | ChildCommand
  | ExternalCommand
  | NexusCommand
  | SetPatchMarker
  | UpsertSearchAttributes
  | ModifyWorkflowProperties
  | {
      readonly kind: "respondToQuery";
      readonly queryId: string;
      readonly answer:
        | { readonly kind: "succeeded"; readonly response?: Payload | undefined }
        | { readonly kind: "failed"; readonly failure: FailureData };
    };

/** What workflow code answers to one activation. */
export type Completion =
  | {
      readonly kind: "success";
      readonly commands: readonly WorkflowCommand[];
      /** Language flags in force for this run; core records those that history does not have yet. */
      readonly usedFlags: readonly number[];
      /** `VersioningBehavior` number of the workflow type; 0 when it has none. */
      readonly versioningBehavior: number;
    }
  | {
      readonly kind: "failure";
      readonly failure: FailureData;
      /** `WorkflowTaskFailedCause` number that replaces the usual one. */
      readonly forceCause?: number | undefined;
    };
