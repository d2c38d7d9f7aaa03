import type { HistoryEvent } from "../gen/codec/temporal/api/history/v1/message.ts";
import type { Effect } from "./effect.ts";
import { LOCAL_ACTIVITY } from "./local-activities.ts";
import type { LocalActivityResult } from "./local-activity-jobs.ts";
import { isLocalActivityMarker, readLocalActivityMarker } from "./local-activity-marker.ts";
import type { LiveMachine } from "./machine.ts";
import type { Marker } from "./marker-json.ts";
import { localNotCalled } from "./nondeterminism.ts";
import { fatal, type Problem } from "./problem.ts";
import type { Run } from "./run-state.ts";

/*
 * How local activities end: live by what the worker reports, in a replay by their markers.
 *
 * L1. A replay resolves an activity before workflow code could notice that it was not resolved at once: its marker lies
 *     among the commands that follow, and is read ahead.
 * L2. Markers are used in their order, each once its activity was called; one that is not called yet holds up the others.
 * L3. A marker that was read ahead never takes a command from the queue; one that this worker issued does.
 */

function unreadable(event: HistoryEvent): Problem {
  return fatal(
    `event ${event.eventId}: Local activity marker was unparsable: its details 'data' must be a JSON object with seq, ` +
      "attempt, activity_id and activity_type, as every SDK built on Temporal's core writes it",
  );
}

/** Takes note of the marker of a local activity that lies ahead. */
export function foreseeLocal(
  run: Run,
  event: HistoryEvent,
  marker: Marker,
  before: HistoryEvent | undefined,
): Problem | undefined {
  if (!isLocalActivityMarker(marker)) return undefined;
  const read = readLocalActivityMarker(marker);
  if (read === undefined) return unreadable(event);
  const machine = run.machines.find(LOCAL_ACTIVITY, read.seq);
  if (typeof machine !== "string" && machine.state !== "waitingForMarker") return undefined;
  run.locals.know(read.apart || isOtherCommand(before) ? { ...read, apart: true } : read);
  return applyKnownLocals(run);
}

/** Whether an event before a marker was written for a command that workflow code issued meanwhile. */
function isOtherCommand(event: HistoryEvent | undefined): boolean {
  if (event === undefined) return false;
  const { attributes } = event;
  if (attributes.case === "workflowTaskCompletedEventAttributes") return false;
  return attributes.case !== "markerRecordedEventAttributes" || !isLocalActivityMarker(attributes.value);
}

/** Resolves activities by the markers that were read ahead, as far as they were called and belong into one activation. */
export function applyKnownLocals(run: Run): Problem | undefined {
  const { locals, machines } = run;
  for (let known = locals.nextKnown; known !== undefined; known = locals.nextKnown) {
    const machine = machines.find(LOCAL_ACTIVITY, known.seq);
    if (typeof machine === "string") return undefined;
    if (known.apart && run.jobs.length > 0) return undefined;
    locals.takeKnown(known.seq);
    if (machine.state !== "waitingForMarker") {
      return fatal(`History has more than one marker for the local activity with seq ${known.seq}`);
    }
    const problem = machine.advance("knownResult", known, run);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/**
 * The machine that an event goes to without taking a command from the queue, if the event is the marker of a local activity
 * that was resolved by it. Undefined: the event is to be matched with the next command.
 */
export function replayedLocal(run: Run, event: HistoryEvent): LiveMachine | Problem | undefined {
  const { attributes } = event;
  if (attributes.case !== "markerRecordedEventAttributes") return undefined;
  if (!isLocalActivityMarker(attributes.value)) return undefined;
  const read = readLocalActivityMarker(attributes.value);
  if (read === undefined) return unreadable(event);
  const machine = run.machines.find(LOCAL_ACTIVITY, read.seq);
  if (typeof machine === "string") return localNotCalled(event, read.seq);
  switch (machine.state) {
    case "resolvedByMarker":
      return machine;
    case "resultNotified":
      return undefined;
    default:
      return fatal(
        `event ${event.eventId}: the marker of the local activity with seq ${read.seq} comes while the activity is in state ` +
          `'${machine.state}': ${machine.describe()}`,
      );
  }
}

/** Takes in how activities ended that the worker ran. What came too late to matter is dropped. */
export function onLocalResults(run: Run, results: readonly LocalActivityResult[]): Problem | undefined {
  for (const result of results) {
    const machine = run.machines.find(LOCAL_ACTIVITY, result.seq);
    run.locals.settled(result.seq);
    if (typeof machine === "string" || machine.state === "waitingForMarker") continue;
    const problem = machine.advance("localResult", result, run);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Hands over what the worker is to do for local activities. */
export function requestLocals(run: Run, effects: Effect[]): void {
  if (run.locals.hasRequests) effects.push({ kind: "localActivities", ...run.locals.take() });
}
