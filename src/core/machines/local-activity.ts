import { userMetadata } from "../commands.ts";
import { localActivityEnded, localCancellation } from "../failures.ts";
import { coreFlags } from "../flags.ts";
import type { AttributesOf } from "../history/event-kinds.ts";
import { LOCAL_ACTIVITY } from "../local-activities.ts";
import type {
  LocalActivityOutcome,
  LocalActivityResolution,
  LocalActivityResult,
  MarkerTime,
  ScheduleLocalActivity,
} from "../local-activity-jobs.ts";
import {
  isLocalActivityMarker,
  localActivityMarkerCommand,
  markerTime,
  markerTimeMs,
  readLocalActivityMarker,
} from "../local-activity-marker.ts";
import { defineMachine, type LiveMachine, Machine, type MachineKind, type Scene } from "../machine.ts";
import { localEndMismatch, localMarkerMismatch, unexpectedInput } from "../nondeterminism.ts";
import type { Problem } from "../problem.ts";

type State =
  | "created"
  | "requestSent"
  | "markerCreated"
  | "resultNotified"
  | "waitingForMarker"
  | "resolvedByMarker"
  | "recorded";

type Input =
  | "execute"
  | "replay"
  | "localResult"
  | "knownResult"
  | "cancel"
  | "cancelAtOnce"
  | "liveTask"
  | "localActivityMarkerSent"
  | "markerRecorded";

interface LocalActivityData {
  readonly command: ScheduleLocalActivity;
  /** Of the first attempt, before any timer. */
  readonly originalScheduleTime: MarkerTime;
  /** Workflow time of the call. */
  readonly startedMs: number;
  /** The activation that called it. */
  readonly calledIn: number;
  /** It was not run by this worker: history has its marker already. */
  replayed: boolean;
  /** Its end is wanted, but was not in history so far. */
  stopWanted: boolean;
  end: LocalActivityOutcome["end"]["kind"] | undefined;
}

function request({ command }: LocalActivityData, { locals }: Scene): undefined {
  locals.request(command);
}

/** Begins what another worker left behind; what was to stop there does not start anew. */
function requestLive(
  data: LocalActivityData,
  scene: Scene,
  _given: undefined,
  machine: LiveMachine,
): Problem | undefined {
  data.replayed = false;
  request(data, scene);
  return data.stopWanted ? stop(data, scene, undefined, machine) : undefined;
}

function resolutionOf(data: LocalActivityData, outcome: Ended): LocalActivityResolution {
  const { end, backoff, attempt, originalScheduleTime } = outcome;
  if (backoff !== undefined) return { kind: "backoff", attempt: attempt + 1, backoff, originalScheduleTime };
  switch (end.kind) {
    case "completed":
      return end;
    case "failed":
      return { kind: "failed", failure: end.failure };
    case "timedOut":
      return { kind: "failed", failure: localActivityEnded(data.command, end.kind, end.failure) };
    case "cancelled":
      return { kind: "cancelled", failure: localActivityEnded(data.command, end.kind, end.failure) };
  }
}

/** What machines know of an end; whether its marker stands apart is seen when it is written. */
type Ended = Omit<LocalActivityOutcome, "apart">;

/** Tells workflow code; an activity that this worker ran is recorded, at the place where it is told. */
function resolve(data: LocalActivityData, scene: Scene, outcome: Ended, machine: LiveMachine): undefined {
  const apart = scene.locals.tell(data.calledIn);
  const { seq, activityId, activityType, cancellationType } = data.command;
  const { end, completeTime } = outcome;
  data.end = end.kind;
  scene.jobs.push({ kind: "resolveLocalActivity", seq, resolution: resolutionOf(data, outcome) });
  if (completeTime !== undefined) scene.advanceTime(markerTimeMs(completeTime));
  const isOver = end.kind === "cancelled" || end.kind === "timedOut";
  if (isOver && cancellationType === "ABANDON") scene.locals.settled(seq);
  if (data.replayed) return;
  const metadata = userMetadata(data.command.userMetadata);
  scene.issued.push({
    ack: "localActivityMarkerSent",
    command: localActivityMarkerCommand({ ...outcome, apart, seq, activityId, activityType }, metadata),
    machine,
  });
}

function resolveResult(
  data: LocalActivityData,
  scene: Scene,
  { end, attempt, runtimeMs, backoffMs }: LocalActivityResult,
  machine: LiveMachine,
): undefined {
  const { startedMs, originalScheduleTime } = data;
  const completeTime = markerTime(startedMs + runtimeMs);
  const backoff = backoffMs === undefined ? undefined : markerTime(backoffMs);
  return resolve(data, scene, { end, attempt, completeTime, backoff, originalScheduleTime }, machine);
}

/** Stops it, wherever it is: known to have ended, not begun, or running. */
function stop(
  data: LocalActivityData,
  scene: Scene,
  _given: undefined,
  machine: LiveMachine,
): Problem | undefined {
  const { seq, cancellationType } = data.command;
  data.stopWanted = true;
  // One that runs and is waited for ends when it likes; its marker keeps its turn.
  const hadBegun = data.calledIn < scene.locals.turn;
  const keepsTurn = hadBegun && cancellationType === "WAIT_CANCELLATION_COMPLETED";
  const known = keepsTurn ? undefined : scene.locals.takeKnown(seq);
  if (known !== undefined) return machine.advance("knownResult", known, scene);
  const queued = scene.locals.withdraw(seq);
  if (queued === undefined) {
    scene.locals.cancel(seq);
    return undefined;
  }
  const end = { kind: "cancelled", failure: localCancellation() } as const;
  const result: LocalActivityResult = { seq, end, attempt: queued.attempt, runtimeMs: 0 };
  return machine.advance("localResult", result, scene);
}

/** The workflow does not wait for the activity to stop; the clock stands still for it. */
function cancelAtOnce(
  data: LocalActivityData,
  scene: Scene,
  _given: undefined,
  machine: LiveMachine,
): Problem | undefined {
  const { cancellationType, attempt } = data.command;
  const problem = cancellationType === "TRY_CANCEL" ? stop(data, scene, undefined, machine) : undefined;
  if (problem !== undefined) return problem;
  const { originalScheduleTime } = data;
  const end = { kind: "cancelled", failure: localCancellation() } as const;
  const unknown = { completeTime: undefined, backoff: undefined };
  return resolve(data, scene, { end, attempt, originalScheduleTime, ...unknown }, machine);
}

function check(
  data: LocalActivityData,
  scene: Scene,
  marker: AttributesOf<"markerRecorded">,
  machine: LiveMachine,
): Problem | undefined {
  const { event } = scene;
  if (event === undefined) return undefined;
  const read = isLocalActivityMarker(marker) ? readLocalActivityMarker(marker) : undefined;
  if (read === undefined) {
    return unexpectedInput({ machine, input: "markerRecorded", known: false, event });
  }
  if (data.end === "completed" && read.end.kind !== "completed") {
    return localEndMismatch(event, machine, { here: "completed successfully", there: "failed" });
  }
  if ((data.end === "failed" || data.end === "timedOut") && read.end.kind === "completed") {
    return localEndMismatch(event, machine, { here: "failed", there: "completed" });
  }
  const { seq, activityId, activityType } = data.command;
  const differs = (what: string, inEvent: string | number, inCommand: string | number): Problem =>
    localMarkerMismatch(event, machine, { what, inEvent: `${inEvent}`, inCommand: `${inCommand}` });
  if (read.seq !== seq) return differs("Sequence number", read.seq, seq);
  if (!scene.flags.tryUse(coreFlags.idAndTypeDeterminismChecks, !data.replayed)) return undefined;
  if (read.activityId !== activityId) return differs("Activity id", read.activityId, activityId);
  if (read.activityType !== activityType) return differs("Activity type", read.activityType, activityType);
  return undefined;
}

/**
 * A local activity. Live, the worker runs it within workflow tasks and its end becomes a marker. While replaying, its end is
 * read from that marker, and it runs only if there is none by the time the replay is over.
 */
export const localActivity: MachineKind<State, LocalActivityData> = defineMachine<
  State,
  Input,
  LocalActivityData
>({
  name: LOCAL_ACTIVITY,
  initial: "created",
  table: {
    created: {
      execute: { to: "requestSent", run: request },
      replay: { to: "waitingForMarker" },
    },
    requestSent: {
      localResult: { to: "markerCreated", after: resolveResult },
      cancel: { to: "requestSent", after: stop },
      cancelAtOnce: { to: "markerCreated", after: cancelAtOnce },
    },
    markerCreated: {
      localActivityMarkerSent: { to: "resultNotified" },
      localResult: { to: "markerCreated" },
    },
    resultNotified: {
      markerRecorded: { to: "recorded", run: check },
      localResult: { to: "resultNotified" },
    },
    waitingForMarker: {
      knownResult: { to: "resolvedByMarker", after: resolve },
      cancel: { to: "waitingForMarker", after: stop },
      cancelAtOnce: { to: "waitingForMarker", after: stop },
      liveTask: { to: "requestSent", after: requestLive },
    },
    resolvedByMarker: { markerRecorded: { to: "recorded", run: check } },
    recorded: {},
  },
  describe: ({ command: { seq, activityId, activityType } }) =>
    `scheduleLocalActivity (seq ${seq}, activity type '${activityType}', activity id '${activityId}')`,
  cancelInput: ({ command }) =>
    command.cancellationType === "WAIT_CANCELLATION_COMPLETED" ? "cancel" : "cancelAtOnce",
});

/** A local activity of workflow code, new. */
export function openLocalActivity(called: ScheduleLocalActivity, scene: Scene): LiveMachine {
  const originalScheduleTime = called.originalScheduleTime ?? markerTime(scene.nowMs);
  const command = { ...called, originalScheduleTime };
  const data: LocalActivityData = {
    command,
    originalScheduleTime,
    startedMs: scene.timeMs,
    calledIn: scene.locals.turn,
    replayed: scene.replaying,
    stopWanted: false,
    end: undefined,
  };
  const machine = new Machine(localActivity, data, called.seq);
  machine.advance(scene.replaying ? "replay" : "execute", undefined, scene);
  return machine;
}
