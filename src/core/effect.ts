import type { Init } from "../codec-runtime/init.ts";
import type { DeterminismReport } from "../common/determinism-violation.ts";
import type {
  RespondQueryTaskCompletedRequest,
  RespondWorkflowTaskCompletedRequest,
} from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { Activation, FailureData } from "./activation.ts";
import type { EvictReason } from "./input.ts";
import type { ScheduleLocalActivity } from "./local-activity-jobs.ts";

/**
 * The part of an answer that core decides. The engine adds what is the same for all answers of a worker: identity,
 * namespace, sticky attributes, versions.
 */
export type TaskAnswer = Pick<
  Init<RespondWorkflowTaskCompletedRequest>,
  | "taskToken"
  | "commands"
  | "messages"
  | "queryResults"
  | "sdkMetadata"
  | "forceCreateNewWorkflowTask"
  | "versioningBehavior"
>;

/** All that a run can ask of the world. Effects are carried out in order. */
export type Effect =
  /** Hand a batch of jobs to workflow code; the next input of the run is its completion. */
  | { readonly kind: "activate"; readonly activation: Activation }
  /** A page of history is missing; the next input is `page` or `pageFailed`. An empty token means: from the start. */
  | {
      readonly kind: "fetchPage";
      readonly workflowId: string;
      readonly runId: string;
      readonly token: Uint8Array;
    }
  /** Start and stop local activities; with `cancelAll`, all that run for this run, since nobody waits for them any more. */
  | {
      readonly kind: "localActivities";
      readonly schedule: readonly ScheduleLocalActivity[];
      readonly cancel: readonly number[];
      readonly cancelAll: boolean;
    }
  /** Only local activities are waited for. The next input is `localResults`, or `heartbeat` before the task times out. */
  | { readonly kind: "awaitLocals"; readonly taskTimeoutMs: number }
  /** Answer the workflow task. `terminal` names the command that ends the run, if one does. */
  | { readonly kind: "respond"; readonly answer: TaskAnswer; readonly terminal?: string | undefined }
  | {
      readonly kind: "respondFailed";
      readonly taskToken: Uint8Array;
      /** `WorkflowTaskFailedCause` number. */
      readonly cause: number;
      readonly failure: FailureData;
      /** Where in history it came up, for reports. */
      readonly conflict?: DeterminismReport | undefined;
    }
  | {
      readonly kind: "respondQuery";
      readonly answer: Pick<
        Init<RespondQueryTaskCompletedRequest>,
        "taskToken" | "completedType" | "queryResult" | "errorMessage" | "failure" | "cause"
      >;
    }
  /** The task ends without any answer (a repeated failure, an expired query): free its slot. */
  | { readonly kind: "dropTask"; readonly why: string }
  /** Forget the run: close its sandbox instance and free its place in the cache. */
  | { readonly kind: "evict"; readonly reason: EvictReason; readonly message: string };
