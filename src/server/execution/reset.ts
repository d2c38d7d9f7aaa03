// Invariants
// R1. The new run's history begins with the base run's events, unchanged, up to the workflow task that it goes back to.
// R2. What came in from outside after that point is given to the new run again, unless the request leaves it out; what the
//     workflow itself decided is not.
import { WorkflowTaskFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import {
  ResetReapplyExcludeType as Exclude,
  ResetReapplyType as Reapply,
} from "../../gen/codec/temporal/api/enums/v1/reset.ts";
import { UpdateAdmittedEventOrigin } from "../../gen/codec/temporal/api/enums/v1/update.ts";
import { TimeoutType } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { ResetWorkflowExecutionRequest } from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { eventName, eventValue, type StoredEvent } from "../history/event.ts";
import { invalidArgument } from "../rpc/failures.ts";
import { checkRequestId } from "../rpc/request-checks.ts";
import { durationMs } from "../wire-time.ts";
import { addActivity } from "./activities.ts";
import { id } from "./apply.ts";
import { startChild } from "./children.ts";
import { forceCloseTask, terminate } from "./close.ts";
import type { Engine } from "./engine.ts";
import { cancelExternal, signalExternal } from "./externals.ts";
import type { Run } from "./run.ts";
import { firstFields } from "./start-run.ts";
import type { Transaction } from "./transaction.ts";
import { scheduleTask } from "./workflow-task.ts";

/** Makes a new run that goes on from a workflow task of an earlier one. Gives its id. */
export function resetWorkflow(engine: Engine, request: ResetWorkflowExecutionRequest): string {
  const base = engine.find(request.namespace, request.workflowExecution);
  const current = engine.current(base.namespace, base.workflowId) ?? base;
  if (request.requestId === "") throw invalidArgument("RequestId is not set on request.");
  checkRequestId(request.requestId);
  const finishId = id(request.workflowTaskFinishEventId);
  if (finishId <= 1 || finishId >= base.fields.nextEventId) {
    throw invalidArgument("Workflow task finish ID must be > 1 && <= workflow last event ID.");
  }
  const task = pendingTaskAt(base, finishId);
  const runId = crypto.randomUUID();
  const later = laterEvents(engine, base, finishId);
  if (base !== current) {
    engine.transact(base, (tx) => {
      tx.fields.resetRunId = runId;
    });
  }
  engine.transact(current, (tx) => {
    tx.fields.resetRunId = runId;
    if (!tx.running) return;
    forceCloseTask(tx);
    // What waited in the buffer is told: the new run has it too.
    tx.flush();
    terminate(tx, { reason: request.reason, identity: "history-resetter" });
  });
  const { started } = base.fields;
  const { namespace, workflowId, timeline } = base;
  const fields = firstFields(started, timeline.now(), base.fields.executionMs - base.fields.startMs);
  const wholeMs = durationMs(started.workflowExecutionTimeout) ?? 0;
  engine.create(
    { namespace, workflowId, runId, timeline, fields: { ...fields, backingOff: false } },
    (tx) => {
      for (let at = 1; at < finishId; at = base.history.batchEnd(at)) {
        tx.copy(base.history.slice(at, base.history.batchEnd(at)));
      }
      tx.fields.lastResetMs = tx.nowMs;
      tx.fields.originalStartMs = base.fields.originalStartMs;
      if (tx.fields.expirationMs !== undefined && wholeMs > 0) tx.fields.expirationMs = tx.nowMs + wholeMs;
      for (const [requestId, eventId] of base.state.startRequestIds.entries()) {
        if (eventId < finishId) tx.state.startRequestIds.set(requestId, eventId);
      }
      failTaskOfReset(tx, request, { base, task, runId });
      restartPending(engine, tx);
      reapply(tx, later, request);
      tx.taskNeeded = true;
    },
  );
  return runId;
}

interface PendingTask {
  /** 0: the next attempt of one that failed or timed out, of which nothing is in the history. */
  readonly scheduledId: number;
  /** 0: no worker had it yet. */
  readonly startedId: number;
}

/** The workflow task that is open after the events before `finishId`. @throws {ServiceFailure} INVALID_ARGUMENT: none is */
function pendingTaskAt(base: Run, finishId: number): PendingTask {
  if (base.history.batchEnd(finishId - 1) !== finishId) {
    throw invalidArgument(
      `StateRebuilder unable to Rebuild mutable state to event ID: ${finishId - 1}, version: 0, this event must be at the boundary`,
    );
  }
  const last = base.history.get(finishId - 1);
  const name = last && eventName(last);
  for (let eventId = finishId - 1; eventId > 0; eventId -= 1) {
    const event = base.history.get(eventId);
    if (!event) break;
    const each = eventName(event);
    if (each === "workflowTaskFailed" || timedOutAtWorker(event)) return { scheduledId: 0, startedId: 0 };
    if (each === "workflowTaskCompleted" || each === "workflowTaskTimedOut") break;
    if (each === "workflowTaskStarted") {
      return {
        scheduledId: id(eventValue(event, "workflowTaskStarted")?.scheduledEventId),
        startedId: eventId,
      };
    }
    if (each === "workflowTaskScheduled") return { scheduledId: eventId, startedId: 0 };
  }
  throw invalidArgument(
    `Can only reset workflow to event ID in range [WorkflowTaskScheduled +1, WorkflowTaskStarted + 1]: ${finishId}${name ? "" : " (no such event)"}`,
  );
}

function timedOutAtWorker(event: StoredEvent): boolean {
  return eventValue(event, "workflowTaskTimedOut")?.timeoutType === TimeoutType.START_TO_CLOSE;
}

function failTaskOfReset(
  tx: Transaction,
  request: ResetWorkflowExecutionRequest,
  given: { readonly base: Run; readonly task: PendingTask; readonly runId: string },
): void {
  const { base, task, runId } = given;
  const scheduledEventId = task.scheduledId || scheduleTask(tx).scheduledId;
  tx.fields.task = undefined;
  const startedEventId =
    task.startedId ||
    tx.add("workflowTaskStarted", {
      scheduledEventId,
      identity: "history-service",
      requestId: "emptyUuid",
    }).eventId;
  tx.breakBatch();
  tx.add("workflowTaskFailed", {
    scheduledEventId,
    startedEventId,
    cause: Cause.RESET_WORKFLOW,
    failure: { message: request.reason, failureInfo: { case: "resetWorkflowFailureInfo", value: {} } },
    identity: "history-service",
    baseRunId: base.runId,
    newRunId: runId,
  });
}

/** What was under way at that point begins anew. */
function restartPending(engine: Engine, tx: Transaction): void {
  const { run, state } = tx;
  for (const { scheduledId } of state.activities.values()) addActivity(engine, tx, scheduledId);
  for (const child of state.children.values()) {
    if (child.startedId === 0) tx.after(() => startChild(engine, run, child.initiatedId));
  }
  for (const external of state.externals.values()) {
    const send = external.kind === "signal" ? signalExternal : cancelExternal;
    tx.after(() => send(engine, run, external.initiatedId));
  }
}

/** The events after the point of the reset, of the base run and of the runs that continued it. */
function laterEvents(engine: Engine, base: Run, finishId: number): readonly StoredEvent[] {
  const events = [...base.history.slice(finishId), ...base.fields.buffer];
  let run: Run | undefined = base;
  while (run) {
    const end: StoredEvent | undefined = run.history.last;
    const nextId: string | undefined = end && nextRunId(end);
    run = nextId ? engine.run(base.namespace, base.workflowId, nextId) : undefined;
    if (run) events.push(...run.history.slice(1), ...run.fields.buffer);
  }
  return events;
}

function nextRunId(end: StoredEvent): string | undefined {
  const { value } = end.attributes;
  return "newExecutionRunId" in value ? value.newExecutionRunId : undefined;
}

function reapply(
  tx: Transaction,
  events: readonly StoredEvent[],
  request: ResetWorkflowExecutionRequest,
): void {
  const none = request.resetReapplyType === Reapply.NONE;
  const excluded = new Set(request.resetReapplyExcludeTypes);
  const signals = !none && !excluded.has(Exclude.SIGNAL);
  const updates = !none && !excluded.has(Exclude.UPDATE) && request.resetReapplyType !== Reapply.SIGNAL;
  for (const event of events) {
    const extras = event.links && event.links.length > 0 ? { links: event.links } : undefined;
    const signal = eventValue(event, "workflowExecutionSignaled");
    if (signal && signals) {
      tx.add("workflowExecutionSignaled", signal, extras);
    }
    const admitted =
      eventValue(event, "workflowExecutionUpdateAdmitted")?.request ??
      eventValue(event, "workflowExecutionUpdateAccepted")?.acceptedRequest;
    if (admitted && updates && !tx.state.updates.has(admitted.meta?.updateId ?? "")) {
      const origin = UpdateAdmittedEventOrigin.REAPPLY;
      tx.add("workflowExecutionUpdateAdmitted", { request: admitted, origin }, extras);
    }
    reapplyOptions(tx, event);
    reapplyChildEnd(tx, event);
  }
}

/** Options that were changed since hold in the new run too, whatever else is left out. */
function reapplyOptions(tx: Transaction, event: StoredEvent): void {
  const options = eventValue(event, "workflowExecutionOptionsUpdated");
  if (!options) return;
  tx.add("workflowExecutionOptionsUpdated", options, {
    workerMayIgnore: true,
    ...(event.links && event.links.length > 0 ? { links: event.links } : {}),
  });
}

/** A child that was started before the point of the reset and has ended since: its end belongs to the new run too. */
function reapplyChildEnd(tx: Transaction, event: StoredEvent): void {
  const { value } = event.attributes;
  if (!("initiatedEventId" in value) || !tx.state.children.has(id(value.initiatedEventId))) return;
  switch (eventName(event)) {
    case "childWorkflowExecutionStarted":
    case "startChildWorkflowExecutionFailed":
    case "childWorkflowExecutionCompleted":
    case "childWorkflowExecutionFailed":
    case "childWorkflowExecutionCanceled":
    case "childWorkflowExecutionTimedOut":
    case "childWorkflowExecutionTerminated":
      // Name and value come from one event.
      tx.add(eventName(event), value as never);
      break;
    default:
  }
}
