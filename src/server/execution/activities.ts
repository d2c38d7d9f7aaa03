// Invariants
// A1. An attempt's Started event is written with the event that ends the activity, so that a history shows the last
//     attempt alone.
// A2. A task in a task queue is valid while the activity's stamp and attempt are those it was made with.
import type { Init } from "../../codec-runtime/init.ts";
import type { Priority } from "../../gen/codec/temporal/api/common/v1/message.ts";
import type { PollActivityTaskQueueResponse } from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { timestamp } from "../history/event.ts";
import type { Poller } from "../matching/matching.ts";
import { encodeTaskToken } from "../rpc/task-token.ts";
import type { Engine } from "./engine.ts";
import type { Run } from "./run.ts";
import type { ActivityRecord } from "./run-state.ts";
import type { Transaction } from "./transaction.ts";

/** Answer to a poll for activities. */
export type ActivityTaskAnswer = Init<PollActivityTaskQueueResponse>;

const DEFAULT_PRIORITY = 3;

/** Hands an activity's present attempt to its task queue, once the change is committed. */
export function addActivity(engine: Engine, tx: Transaction, scheduledId: number): void {
  const { run } = tx;
  tx.after(() => {
    const activity = run.state.activities.get(scheduledId);
    if (activity && activity.startedMs === undefined && !activity.backingOff)
      dispatchActivity(engine, run, activity);
  });
}

function dispatchActivity(engine: Engine, run: Run, activity: ActivityRecord): void {
  const { scheduled, scheduledId, stamp, attempt } = activity;
  engine.parts.queues.add<ActivityTaskAnswer>(
    { namespace: run.namespace, name: scheduled.taskQueue?.name ?? "", kind: "activity" },
    {
      priority:
        mergedPriority(run.fields.started.priority, scheduled.priority)?.priorityKey || DEFAULT_PRIORITY,
      addedMs: activity.scheduledMs,
      take: (poller) => {
        const now = run.state.activities.get(scheduledId);
        if (
          run.fields.closeMs !== undefined ||
          now?.stamp !== stamp ||
          now.attempt !== attempt ||
          now.startedMs !== undefined ||
          now.backingOff
        ) {
          return undefined;
        }
        return engine.transact(run, (tx) => startActivity(tx, scheduledId, poller));
      },
    },
  );
}

/** A worker takes an activity. */
export function startActivity(
  tx: Transaction,
  scheduledId: number,
  poller: Pick<Poller, "identity">,
): ActivityTaskAnswer {
  const activity = tx.state.activities.get(scheduledId);
  if (!activity) throw new Error(`no activity was scheduled by event ${scheduledId}`);
  const started: ActivityRecord = {
    ...activity,
    startedMs: tx.nowMs,
    lastStartedMs: tx.nowMs,
    requestId: crypto.randomUUID(),
    identity: poller.identity,
    lastWorkerIdentity: poller.identity,
  };
  tx.state.activities.set(scheduledId, started);
  return activityAnswer(tx.run, started);
}

function activityAnswer(run: Run, activity: ActivityRecord): ActivityTaskAnswer {
  const { scheduled, scheduledId, attempt, stamp } = activity;
  return {
    taskToken: encodeTaskToken({
      kind: "activity",
      namespace: run.namespace,
      workflowId: run.workflowId,
      runId: run.runId,
      scheduledId,
      startedId: 0,
      attempt,
      stamp,
    }),
    workflowNamespace: run.namespace,
    workflowType: run.fields.started.workflowType,
    workflowExecution: { workflowId: run.workflowId, runId: run.runId },
    activityType: scheduled.activityType,
    activityId: scheduled.activityId,
    header: scheduled.header,
    input: scheduled.input,
    heartbeatDetails: activity.heartbeatDetails,
    scheduledTime: timestamp(activity.firstScheduledMs),
    currentAttemptScheduledTime: timestamp(activity.scheduledMs),
    startedTime: timestamp(activity.startedMs ?? 0),
    attempt,
    scheduleToCloseTimeout: scheduled.scheduleToCloseTimeout,
    startToCloseTimeout: scheduled.startToCloseTimeout,
    heartbeatTimeout: scheduled.heartbeatTimeout,
    retryPolicy: scheduled.retryPolicy,
    priority: mergedPriority(run.fields.started.priority, scheduled.priority),
  };
}

/** What an activity leaves open of its priority is its workflow's. */
function mergedPriority(
  workflow: Init<Priority> | undefined,
  activity: Init<Priority> | undefined,
): Init<Priority> | undefined {
  if (workflow === undefined || activity === undefined) return activity ?? workflow;
  return {
    priorityKey: activity.priorityKey || workflow.priorityKey,
    fairnessKey: activity.fairnessKey || workflow.fairnessKey,
    fairnessWeight: activity.fairnessWeight || workflow.fairnessWeight,
  };
}

/** Writes that an attempt was started, now that it has ended. Gives the id that its end refers to. */
export function writeStarted(tx: Transaction, activity: ActivityRecord): number {
  return tx.add("activityTaskStarted", {
    scheduledEventId: activity.scheduledId,
    identity: activity.identity,
    requestId: activity.requestId,
    attempt: activity.attempt,
    lastFailure: activity.lastFailure,
  }).eventId;
}
