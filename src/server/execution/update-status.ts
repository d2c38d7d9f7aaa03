import type { Init } from "../../codec-runtime/init.ts";
import { UpdateWorkflowExecutionLifecycleStage as Stage } from "../../gen/codec/temporal/api/enums/v1/update.ts";
import {
  WorkflowExecutionStatus as Status,
  type WorkflowExecutionStatus,
} from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { Failure } from "../../gen/codec/temporal/api/failure/v1/message.ts";
import type { Outcome } from "../../gen/codec/temporal/api/update/v1/message.ts";
import { alreadyClosing, closedUpdate } from "../rpc/failures.ts";
import type { ServiceFailure } from "../rpc/service-failure.ts";
import type { Run } from "./run.ts";
import type { LiveUpdate } from "./update-record.ts";

/** How far an update has come. */
export type Reached =
  | { readonly kind: "admitted" }
  | { readonly kind: "accepted" }
  | { readonly kind: "completed"; readonly outcome: Init<Outcome> }
  /** It came to nothing, and who waits gets this error. */
  | { readonly kind: "aborted"; readonly error: ServiceFailure };

const ADMITTED: Reached = { kind: "admitted" };
const ACCEPTED: Reached = { kind: "accepted" };

/** How far an update has come; undefined: the run does not know it (which is so too once it was rejected). */
export function updateStatus(run: Run, updateId: string): Reached | undefined {
  const record = run.state.updates.get(updateId);
  if (record?.outcome !== undefined) return { kind: "completed", outcome: record.outcome };
  if (record !== undefined && record.acceptedEventId !== 0) {
    return isOpen(run.fields.status) ? ACCEPTED : failed(COMPLETED_WITHOUT_IT);
  }
  const live = run.state.liveUpdates.get(updateId);
  if (live === undefined) return undefined;
  return isOpen(run.fields.status) ? ADMITTED : closedUnderneath(run, live);
}

/** If another run follows, callers are told to try again, and come to that one; not if a worker had taken the update already. */
function closedUnderneath({ history }: Run, { tooLate }: LiveUpdate): Reached {
  if (tooLate) return { kind: "aborted", error: closedUpdate() };
  const value = history.last?.attributes.value;
  const follows = value !== undefined && "newExecutionRunId" in value && Boolean(value.newExecutionRunId);
  return { kind: "aborted", error: follows ? alreadyClosing() : closedUpdate() };
}

/** An outcome that is a failure. */
export function failed(failure: Init<Failure>): Reached {
  return { kind: "completed", outcome: { value: { case: "failure", value: failure } } };
}

/** Whether somebody who waits for `stage` has waited long enough. */
export function reaches(reached: Reached, stage: Stage): boolean {
  if (reached.kind === "admitted") return stage !== Stage.ACCEPTED && stage !== Stage.COMPLETED;
  return reached.kind !== "accepted" || stage !== Stage.COMPLETED;
}

/** The stage as responses tell it. */
export function stageOf(reached: Exclude<Reached, { readonly kind: "aborted" }>): Stage {
  if (reached.kind === "completed") return Stage.COMPLETED;
  return reached.kind === "accepted" ? Stage.ACCEPTED : Stage.ADMITTED;
}

/** Whether a run goes on. */
export function isOpen(status: WorkflowExecutionStatus): boolean {
  return status === Status.RUNNING || status === Status.PAUSED;
}

const COMPLETED_WITHOUT_IT: Init<Failure> = {
  message: "Workflow Update failed because the Workflow completed before the Update completed.",
  source: "Server",
  failureInfo: {
    case: "applicationFailureInfo",
    value: { type: "AcceptedUpdateCompletedWorkflow", nonRetryable: true },
  },
};

/** What an update gets that a worker had and said nothing about. */
export const UNPROCESSED: Init<Failure> = {
  message:
    "Workflow Update is rejected because it wasn't processed by worker. Probably, Workflow Update is not supported by the worker.",
  source: "Server",
  failureInfo: {
    case: "applicationFailureInfo",
    value: { type: "UnprocessedUpdate", nonRetryable: true },
  },
};
