import type { HistoryEvent } from "../gen/codec/temporal/api/history/v1/message.ts";
import { deploymentOf } from "./deployment.ts";
import { eventId } from "./event-id.ts";
import { type AttributesOf, type EventKind, eventKind } from "./history/event-kinds.ts";
import { tasksInForce } from "./history/lookahead.ts";
import { indexAfter } from "./history/slice.ts";
import { openWorkflowTask } from "./machines/workflow-task.ts";
import { matchCommandEvent, routeEvent } from "./matching.ts";
import { fatal, type Problem } from "./problem.ts";
import type { Run } from "./run-state.ts";
import { randomnessSeed } from "./seed.ts";
import { timestampMs } from "./wire-time.ts";

/** What came of applying a slice: a missing page, or `applied`; then `run.replaying` tells whether more may follow. */
export type Applied = "applied" | "needPage" | Problem;

function startRun(
  run: Run,
  event: HistoryEvent,
  started: AttributesOf<"workflowExecutionStarted">,
): Problem | undefined {
  if (event.eventTime === undefined)
    return fatal(`event ${event.eventId}: WorkflowExecutionStarted has no time`);
  const startTimeMs = timestampMs(event.eventTime);
  if (startTimeMs > run.timeMs) run.timeMs = startTimeMs;
  const { memo, retryPolicy, searchAttributes } = started;
  run.inherited = { memo, retryPolicy, searchAttributes };
  run.jobs.push({
    kind: "initializeWorkflow",
    workflowId: run.task?.workflowId ?? started.workflowId,
    workflowType: started.workflowType?.name ?? "",
    args: started.input?.payloads ?? [],
    headers: started.header?.fields ?? {},
    randomnessSeed: randomnessSeed(started.originalExecutionRunId),
    startTimeMs,
    attributes: started,
  });
  return undefined;
}

/** Any started task tells of the size of history, also one that came to nothing. */
function noteFacts(run: Run, started: AttributesOf<"workflowTaskStarted">): void {
  const { facts } = run;
  facts.historySizeBytes = eventId(started.historySizeBytes) || 0;
  facts.continueAsNewSuggested = started.suggestContinueAsNew;
  facts.continueAsNewReasons = started.suggestContinueAsNewReasons;
  facts.targetDeploymentVersionChanged = started.targetWorkerDeploymentVersionChanged;
}

/** Events that no machine takes: they become jobs, or new machines. */
function handleDirectly(run: Run, event: HistoryEvent): Problem | "unhandled" | undefined {
  const { attributes } = event;
  switch (attributes.case) {
    case "workflowExecutionStartedEventAttributes":
      return startRun(run, event, attributes.value);
    case "workflowExecutionSignaledEventAttributes":
      run.jobs.push({
        kind: "signalWorkflow",
        signalName: attributes.value.signalName,
        args: attributes.value.input?.payloads ?? [],
        headers: attributes.value.header?.fields ?? {},
        identity: attributes.value.identity,
      });
      return undefined;
    case "workflowExecutionCancelRequestedEventAttributes":
      run.jobs.push({ kind: "cancelWorkflow", reason: attributes.value.cause });
      return undefined;
    case "workflowTaskScheduledEventAttributes": {
      const machine = openWorkflowTask(event.eventId);
      run.machines.register(run.eventId, machine);
      return machine.advance("workflowTaskScheduled", attributes.value, run);
    }
    case "workflowTaskStartedEventAttributes":
      noteFacts(run, attributes.value);
      return "unhandled";
    default:
      return "unhandled";
  }
}

function unhandled(event: HistoryEvent, kind: EventKind | undefined): Problem | undefined {
  if (event.workerMayIgnore && (kind === undefined || kind.ignorable)) return undefined;
  if (kind === undefined) {
    return fatal(
      `event ${event.eventId} has the unknown type ${event.eventType} and does not say that workers may ignore it`,
    );
  }
  return fatal(`event ${event.eventId}: this worker cannot handle ${kind.typeName}`);
}

function handleEvent(run: Run, event: HistoryEvent, kind: EventKind | undefined): Problem | undefined {
  if (kind === undefined) return unhandled(event, kind);
  if (kind.terminal) run.terminalSeen = true;
  if (kind.command) return matchCommandEvent(run, event, kind);
  if (kind.terminal) {
    const { cursor } = run;
    const isLast = run.sliceIsFinal && event === cursor.events[cursor.to - 1];
    return isLast
      ? undefined
      : fatal(`event ${event.eventId}: ${kind.typeName} is not the last event of history`);
  }
  let outcome = handleDirectly(run, event);
  if (outcome === "unhandled") outcome = routeEvent(run, event, kind);
  return outcome === "unhandled" ? unhandled(event, kind) : outcome;
}

/** Replay is over at the first event that no earlier task can have brought. */
function leavesReplay(run: Run, kind: EventKind | undefined): boolean {
  if (!run.sliceIsFinal || run.eventId <= run.previousStartedId) return false;
  return kind === undefined || (!kind.command && kind.name !== "workflowTaskCompleted");
}

function applyEvents(run: Run, from: number): Problem | undefined {
  const { events, to } = run.cursor;
  for (let i = from; i < to; i++) {
    const event = events[i]!;
    const id = eventId(event.eventId);
    if (id !== run.lastEventId + 1) {
      return fatal(`History is out of order: event ${event.eventId} follows event ${run.lastEventId}`);
    }
    const kind = eventKind(event);
    run.event = event;
    run.eventId = id;
    if (run.replaying && leavesReplay(run, kind)) run.replaying = false;
    const problem = handleEvent(run, event, kind);
    if (problem !== undefined) return problem;
    run.lastEventId = id;
  }
  return undefined;
}

/** Applies the next slice of history: machines move, jobs gather. */
export function applyNextSlice(run: Run): Applied {
  if (run.terminalSeen) {
    run.replaying = false;
    return "applied";
  }
  const { cursor } = run;
  const taken = cursor.take(run.currentStartedId);
  if (taken === "needPage") return "needPage";
  const from = taken === "over" ? cursor.to : indexAfter(cursor.events, cursor.from, run.lastEventId);
  if (taken === "over" || from === cursor.to) {
    run.replaying = false;
    return "applied";
  }
  for (const task of tasksInForce(cursor, from)) {
    run.flags.addFromHistory(task.sdkMetadata);
    run.deployment = deploymentOf(task) ?? run.deployment;
  }
  run.sliceIsFinal = cursor.isFinal;
  const last = cursor.events[cursor.to - 1]!;
  if (last.attributes.case === "workflowTaskStartedEventAttributes") run.endStartedId = eventId(last.eventId);
  const problem = applyEvents(run, from);
  run.event = undefined;
  return problem ?? "applied";
}
