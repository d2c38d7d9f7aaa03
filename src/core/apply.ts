import type { HistoryEvent } from "../gen/codec/temporal/api/history/v1/message.ts";
import { deploymentOf } from "./deployment.ts";
import { eventId } from "./event-id.ts";
import { type EventKind, eventKind } from "./history/event-kinds.ts";
import { tasksInForce } from "./history/lookahead.ts";
import { indexAfter } from "./history/slice.ts";
import { lookAhead } from "./lookahead.ts";
import { feedInitiated, matchCommandEvent } from "./matching.ts";
import { locate } from "./nondeterminism.ts";
import { fatal, type Problem } from "./problem.ts";
import { routes } from "./registry.ts";
import type { Run } from "./run-state.ts";
import { deliverBefore, deliverReplayed } from "./update-delivery.ts";

/** What came of applying a slice: a missing page, or `applied`; then `run.replaying` tells whether more may follow. */
export type Applied = "applied" | "needPage" | Problem;

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
  const named = { name: kind.name, event };
  if (kind.command) return matchCommandEvent(run, named);
  if (kind.terminal) {
    const { cursor } = run;
    const isLast = run.sliceIsFinal && event === cursor.events[cursor.to - 1];
    return isLast
      ? undefined
      : fatal(`event ${event.eventId}: ${kind.typeName} is not the last event of history`);
  }
  const route = routes.get(kind.name);
  if (route === undefined) return unhandled(event, kind);
  return route.kind === "direct"
    ? route.take(run, event)
    : feedInitiated(run, named, route.initiatedBy(event));
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
    if (run.inbox.length > 0) deliverBefore(run, id);
    const problem = handleEvent(run, event, kind);
    if (problem !== undefined) return locate(problem, events, i);
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
  const problem = applyEvents(run, from) ?? deliverReplayed(run);
  run.event = undefined;
  return problem ?? lookAhead(run) ?? "applied";
}
