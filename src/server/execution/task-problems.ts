import { WorkflowTaskFailedCause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { TimeoutType } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { Transaction } from "./transaction.ts";

/** From this attempt on a workflow task that comes to nothing is a problem of the workflow's, which lists show. */
const REPORTED_ATTEMPT = 5;

/** What the search attribute `TemporalReportedProblems` says of a failed workflow task. */
export function failedProblem(cause: WorkflowTaskFailedCause): readonly string[] {
  return problem("WorkflowTaskFailed", WorkflowTaskFailedCause, cause);
}

/** And of one that timed out. */
export function timedOutProblem(timeoutType: TimeoutType): readonly string[] {
  return problem("WorkflowTaskTimedOut", TimeoutType, timeoutType);
}

/**
 * An attempt of a workflow task came to nothing. `told` is what is to be said of it, if an event tells of it: later attempts leave
 * none, and the problem keeps the words of the last event. One that is reported already is told anew by each event.
 */
export function noteProblem({ fields }: Transaction, told: readonly string[] | undefined): void {
  if (told !== undefined) fields.lastProblem = told;
  if (fields.reportedProblem !== undefined || fields.taskAttempt >= REPORTED_ATTEMPT)
    fields.reportedProblem = fields.lastProblem;
}

/** A workflow task ended well. */
export function clearProblem({ fields }: Transaction): void {
  fields.reportedProblem = undefined;
}

function problem(
  category: string,
  names: Readonly<Record<string, number>>,
  cause: number,
): readonly string[] {
  const [name = ""] = Object.entries(names).find(([, value]) => value === cause) ?? [];
  const camel = name.replace(
    /([A-Z])([A-Z]*)_?/g,
    (_, first: string, rest: string) => first + rest.toLowerCase(),
  );
  return [`category=${category}`, `cause=${category}Cause${camel}`];
}
