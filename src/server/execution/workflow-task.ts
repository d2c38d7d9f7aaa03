// Invariants
// W1. A run has at most one pending workflow task.
// W2. Of a transient or speculative task nothing is in the history until it completes with something to keep, or until an
//     event of another kind comes: then its own events are written first, with the ids that its worker was told.
import { TaskQueueKind } from "../../gen/codec/temporal/api/enums/v1/task_queue.ts";
import { TimeoutType } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { EventValue } from "../history/event.ts";
import { DEFAULT_TASK_TIMEOUT_MS, MAX_TASK_TIMEOUT_MS, SUGGESTED_UPDATES_SHARE } from "../limits.ts";
import { durationMs, toDuration } from "../wire-time.ts";
import type { WorkflowTask } from "./run-state.ts";
import { clearProblem, failedProblem, noteProblem, timedOutProblem } from "./task-problems.ts";
import type { Transaction } from "./transaction.ts";
import { countUpdates, sendUpdates } from "./update-delivery.ts";

/** Attempts up to this one have the plain timeout; later ones wait longer and longer. */
const PLAIN_ATTEMPTS = 3;
const RETRY_INITIAL_MS = 5_000;
const RETRY_MAX_MS = 600_000;

/** Schedules a workflow task; there must be none. */
export function scheduleTask(
  tx: Transaction,
  options: { readonly speculative?: boolean; readonly originalScheduledMs?: number } = {},
): WorkflowTask {
  const { fields } = tx;
  if (tx.flush()) fields.taskAttempt = 1;
  const attempt = fields.taskAttempt;
  if (attempt > 1) fields.sticky = undefined;
  const kind = attempt > 1 ? "transient" : options.speculative ? "speculative" : "normal";
  fields.taskStamp += 1;
  const task: WorkflowTask = {
    kind,
    scheduledId: fields.nextEventId,
    scheduledMs: tx.nowMs,
    originalScheduledMs: options.originalScheduledMs ?? tx.nowMs,
    startedId: 0,
    startedMs: 0,
    requestId: "",
    identity: "",
    attempt,
    timeoutMs: taskTimeoutMs(tx, attempt),
    stamp: fields.taskStamp,
    queue: fields.sticky ? { name: fields.sticky.queue, sticky: true } : normalQueue(tx),
    historySizeBytes: 0,
    suggestContinueAsNewReasons: [],
  };
  fields.task = task;
  if (kind === "normal") tx.add("workflowTaskScheduled", scheduledValue(tx, task));
  return task;
}

function normalQueue({ fields }: Transaction): WorkflowTask["queue"] {
  return { name: fields.started.taskQueue?.name ?? "", sticky: false };
}

/** A worker takes the task. */
export function startTask(
  tx: Transaction,
  by: {
    readonly requestId: string;
    readonly identity: string;
    readonly sticky: boolean;
    /** The worker still has those updates that it was sent before: it goes on with the same activation. */
    readonly onlyNewUpdates?: boolean;
  },
): WorkflowTask {
  const { fields } = tx;
  let task = pending(tx);
  if (!by.sticky) fields.sticky = undefined;
  if (task.kind === "transient" && task.scheduledId !== fields.nextEventId) {
    // Something came in since: it is an ordinary task now, with its events in the history.
    task = { ...task, kind: "normal", attempt: 1, scheduledId: fields.nextEventId };
    fields.taskAttempt = 1;
    fields.task = task;
    tx.add("workflowTaskScheduled", scheduledValue(tx, task));
  }
  // The events of such a task are written later, with the queue that it was taken from.
  const queue = by.sticky || task.kind === "normal" ? task.queue : normalQueue(tx);
  task = {
    ...task,
    queue,
    startedId: task.kind === "normal" ? fields.nextEventId : task.scheduledId + 1,
    startedMs: tx.nowMs,
    requestId: by.requestId,
    identity: by.identity,
    historySizeBytes: tx.run.history.sizeBytes,
    suggestContinueAsNewReasons: suggestReasons(tx),
  };
  if (task.kind === "normal") tx.add("workflowTaskStarted", startedValue(task));
  fields.task = task;
  sendUpdates(tx, task, by.onlyNewUpdates ?? false);
  return task;
}

/**
 * Writes the events of a task that has none in the history yet; it is an ordinary one from then on. `identity` is the
 * worker's, when it is by its answer that they are written.
 */
export function writeDeferredTask(tx: Transaction, identity = ""): void {
  const task = pending(tx);
  if (task.kind === "normal") return;
  tx.fields.task = { ...task, kind: "normal" };
  tx.add("workflowTaskScheduled", scheduledValue(tx, task));
  if (task.startedId === 0) return;
  tx.add("workflowTaskStarted", startedValue({ ...task, identity }));
  tx.breakBatch();
}

/** Ends the task as completed. Gives the id of the event. */
export function completeTask(
  tx: Transaction,
  value: Omit<EventValue<"workflowTaskCompleted">, "$unknown">,
): number {
  writeDeferredTask(tx, value.identity);
  const task = pending(tx);
  const event = tx.add("workflowTaskCompleted", {
    scheduledEventId: task.scheduledId,
    startedEventId: task.startedId,
    identity: value.identity,
    binaryChecksum: value.binaryChecksum,
    workerVersion: value.workerVersion,
    sdkMetadata: value.sdkMetadata,
    meteringMetadata: value.meteringMetadata,
    versioningBehavior: value.versioningBehavior,
    deploymentVersion: value.deploymentVersion,
    workerDeploymentName: value.workerDeploymentName,
  });
  const { fields } = tx;
  fields.task = undefined;
  fields.taskAttempt = 1;
  fields.closeAttempted = false;
  fields.backingOff = false;
  fields.lastCompletedTaskMs = tx.nowMs;
  clearProblem(tx);
  return event.eventId;
}

/** Ends the task as failed; another attempt follows. */
export function failTask(
  tx: Transaction,
  value: Omit<EventValue<"workflowTaskFailed">, "scheduledEventId" | "startedEventId" | "$unknown">,
): void {
  const task = pending(tx);
  if (task.attempt === 1) {
    writeDeferredTask(tx, value.identity);
    tx.add("workflowTaskFailed", {
      scheduledEventId: task.scheduledId,
      startedEventId: task.startedId,
      ...value,
    });
  }
  noteProblem(tx, task.attempt === 1 ? failedProblem(value.cause ?? 0) : undefined);
  endUnfinished(tx, true);
}

/** Ends the task because nobody took it (sticky queues and updates) or finished it in time; another attempt follows. */
export function timeOutTask(tx: Transaction, timeoutType: TimeoutType): void {
  const task = pending(tx);
  if (task.attempt === 1) {
    writeDeferredTask(tx);
    tx.add("workflowTaskTimedOut", {
      scheduledEventId: task.scheduledId,
      startedEventId: task.startedId,
      timeoutType,
    });
  }
  noteProblem(tx, task.attempt === 1 ? timedOutProblem(timeoutType) : undefined);
  endUnfinished(tx, timeoutType !== TimeoutType.SCHEDULE_TO_START);
}

/** Forgets a task of which nothing is to be kept: a speculative one whose updates were all refused. */
export function dropTask(tx: Transaction): void {
  tx.fields.task = undefined;
  tx.fields.taskAttempt = 1;
}

function endUnfinished(tx: Transaction, countAttempt: boolean): void {
  const { fields } = tx;
  const wasSticky = fields.sticky !== undefined;
  // An update had a task made for a run that waited for its first: there was one now.
  fields.backingOff = false;
  fields.sticky = undefined;
  fields.task = undefined;
  fields.closeAttempted = false;
  fields.taskAttempt = countAttempt && !wasSticky ? fields.taskAttempt + 1 : 1;
}

function pending(tx: Transaction): WorkflowTask {
  const { task } = tx.fields;
  if (task === undefined) throw new Error(`no workflow task is pending: ${tx.run.workflowId}`);
  return task;
}

function taskTimeoutMs(tx: Transaction, attempt: number): number {
  const set = durationMs(tx.fields.started.workflowTaskTimeout) ?? DEFAULT_TASK_TIMEOUT_MS;
  const plain = Math.min(set, MAX_TASK_TIMEOUT_MS);
  if (attempt <= PLAIN_ATTEMPTS) return plain;
  return plain + Math.min(RETRY_MAX_MS, RETRY_INITIAL_MS * 2 ** (attempt - PLAIN_ATTEMPTS - 1));
}

function scheduledValue(tx: Transaction, task: WorkflowTask): EventValue<"workflowTaskScheduled"> {
  const normalName = tx.fields.started.taskQueue?.name ?? "";
  // What is written late names the queue that the run has by then.
  const forgotten = task.kind !== "normal" && tx.fields.sticky === undefined;
  return {
    taskQueue:
      task.queue.sticky && !forgotten
        ? { name: task.queue.name, kind: TaskQueueKind.STICKY, normalName }
        : { name: task.queue.sticky ? normalName : task.queue.name, kind: TaskQueueKind.NORMAL },
    startToCloseTimeout: toDuration(task.timeoutMs),
    attempt: task.attempt,
  };
}

function startedValue(task: WorkflowTask): EventValue<"workflowTaskStarted"> {
  return {
    scheduledEventId: task.scheduledId,
    identity: task.identity,
    requestId: task.requestId,
    historySizeBytes: task.historySizeBytes,
    suggestContinueAsNew: task.suggestContinueAsNewReasons.length > 0,
    suggestContinueAsNewReasons: task.suggestContinueAsNewReasons,
  };
}

/** The events that a worker must see of a task which the history does not have yet. */
export function deferredEvents(
  tx: Pick<Transaction, "fields">,
  task: WorkflowTask,
): [EventValue<"workflowTaskScheduled">, EventValue<"workflowTaskStarted">] {
  return [scheduledValue(tx as Transaction, task), startedValue(task)];
}

function suggestReasons(tx: Transaction): number[] {
  const { limits } = tx;
  const reasons: number[] = [];
  if (tx.run.history.sizeBytes >= limits.suggestedBytes) reasons.push(1);
  if (tx.fields.nextEventId >= limits.suggestedEvents) reasons.push(2);
  if (countUpdates(tx.state) >= limits.updates * SUGGESTED_UPDATES_SHARE) reasons.push(3);
  return reasons;
}
