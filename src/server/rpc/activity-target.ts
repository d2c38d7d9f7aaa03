import { type Engine, isRunId } from "../execution/engine.ts";
import type { Run } from "../execution/run.ts";
import type { ActivityRecord } from "../execution/run-state.ts";
import type { Transaction } from "../execution/transaction.ts";
import { alreadyCompleted, invalidArgument, notFound, workflowNotFound } from "./failures.ts";
import { decodeTaskToken } from "./task-token.ts";

/** The activity that an answer is about. */
export interface ActivityTarget {
  readonly run: Run;
  /** Finds the activity in a transaction. @throws {ServiceFailure} NOT_FOUND when it is not there, or not in the attempt meant */
  readonly pick: (tx: Transaction, options?: { readonly evenWaiting: boolean }) => ActivityRecord;
}

/** By the token that came with the task. */
export function targetOfToken(
  engine: Engine,
  request: { readonly taskToken: Uint8Array; readonly namespace: string },
): ActivityTarget {
  const token = decodeTaskToken(request.taskToken, request.namespace);
  if (token.kind !== "activity") throw invalidArgument("Error deserializing task token.");
  const run = engine.run(token.namespace, token.workflowId, token.runId);
  if (!run) throw workflowNotFound(token.workflowId);
  const pick = (tx: Transaction): ActivityRecord => {
    if (!tx.running) throw alreadyCompleted();
    const activity = tx.state.activities.get(token.scheduledId);
    const meant = activity?.startedMs !== undefined && activity.attempt === token.attempt;
    if (!meant) throw noSuchAttempt();
    return activity;
  };
  return { run, pick };
}

/** By workflow and activity id. */
export function targetOfId(
  engine: Engine,
  request: {
    readonly namespace: string;
    readonly workflowId: string;
    readonly runId: string;
    readonly activityId: string;
  },
): ActivityTarget {
  const { namespace, workflowId, runId, activityId } = request;
  if (activityId === "") throw invalidArgument("ActivityId is not set on request.");
  if (runId !== "" && !isRunId(runId)) throw invalidArgument("RunId is not valid UUID.");
  // Without a workflow it would be an activity that stands alone: there are none.
  if (workflowId === "") throw notFound(`activity not found for ID: ${activityId}`);
  const run = engine.find(namespace, { workflowId, runId });
  const pick: ActivityTarget["pick"] = (tx, options) => {
    if (!tx.running) throw alreadyCompleted();
    const scheduledId = tx.state.activityIds.get(activityId);
    const activity = scheduledId === undefined ? undefined : tx.state.activities.get(scheduledId);
    if (!activity) {
      throw notFound(
        `cannot find pending activity with ActivityID ${activityId}, check workflow execution history for more details`,
      );
    }
    if (activity.startedMs === undefined && !options?.evenWaiting) throw noSuchAttempt();
    return activity;
  };
  return { run, pick };
}

function noSuchAttempt(): Error {
  return notFound("invalid activityID or activity already timed out or invoking workflow is completed");
}
