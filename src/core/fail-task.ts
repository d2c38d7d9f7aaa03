import type { DeterminismReport } from "../common/determinism-violation.ts";
import { WorkflowTaskFailedCause } from "../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import type { FailureData } from "./activation.ts";
import { answerWithFailure } from "./answer.ts";
import type { Effect } from "./effect.ts";
import { evict } from "./evict.ts";
import { taskFailure } from "./failures.ts";
import type { EvictReason } from "./input.ts";
import type { Problem } from "./problem.ts";
import { legacyFailure } from "./queries.ts";
import type { Run } from "./run-state.ts";

/** How a workflow task failed. */
export interface TaskFailed {
  readonly reason: EvictReason;
  /** `WorkflowTaskFailedCause` number. */
  readonly cause: number;
  readonly failure: FailureData;
  /** Where in history, when that is known. */
  readonly conflict?: DeterminismReport | undefined;
}

/** The failure of a task in which core found a problem. */
export function problemFailed(problem: Problem): TaskFailed {
  const failure = taskFailure(problem.message);
  const { conflict } = problem;
  return problem.kind === "nondeterminism"
    ? { reason: "nondeterminism", cause: WorkflowTaskFailedCause.NON_DETERMINISTIC_ERROR, failure, conflict }
    : {
        reason: "fatal",
        cause: WorkflowTaskFailedCause.WORKFLOW_WORKER_UNHANDLED_FAILURE,
        failure,
        conflict,
      };
}

/**
 * Ends the open task with a failure and evicts the run. Only the first attempt of a task is reported: later ones are left
 * to time out on the server, which then slows down its attempts.
 */
export function failTask(run: Run, failed: TaskFailed, effects: Effect[]): void {
  const { reason, cause, failure, conflict } = failed;
  const message = failure.message ?? "";
  const { task } = run;
  const eviction = { reason, message };
  if (task === undefined) {
    evict(run, eviction, effects);
    return;
  }
  const { taskToken } = task;
  if (task.legacyQuery !== undefined) {
    if (reason === "historyFetch") effects.push({ kind: "dropTask", why: message });
    else effects.push({ kind: "respondQuery", answer: legacyFailure(taskToken, failure, cause) });
  } else if (task.attempt > 1) {
    effects.push({ kind: "dropTask", why: message });
  } else if (
    cause === WorkflowTaskFailedCause.NON_DETERMINISTIC_ERROR &&
    run.options.nondeterminismFailsWorkflow
  ) {
    effects.push(answerWithFailure(run, task, failure));
  } else {
    effects.push({ kind: "respondFailed", taskToken, cause, failure, conflict });
  }
  evict(run, eviction, effects);
}
