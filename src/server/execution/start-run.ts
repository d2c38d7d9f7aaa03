import { WorkflowExecutionStatus as Status } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { EventExtras, EventValue } from "../history/event.ts";
import type { Timeline } from "../time/timeline.ts";
import { durationMs, timestampMs } from "../wire-time.ts";
import type { Engine } from "./engine.ts";
import type { Run } from "./run.ts";
import type { RunFields } from "./run-state.ts";
import type { Transaction } from "./transaction.ts";

/** A run that is to begin. */
export interface NewRun {
  readonly namespace: string;
  readonly workflowId: string;
  readonly runId: string;
  /** The attributes of its first event; ids of root and first run are filled in. */
  readonly started: EventValue<"workflowExecutionStarted">;
  readonly extras?: EventExtras;
  readonly requestId: string;
  /** The time it shares with its parent or predecessor; undefined: a time of its own. */
  readonly timeline?: Timeline | undefined;
  /** What else belongs to the first change (a signal, an update), before the first workflow task is scheduled. */
  readonly alsoAtStart?: (tx: Transaction) => void;
  /** The first workflow task waits until it is asked for: a child's, until its parent knows. */
  readonly holdFirstTask?: boolean;
}

/** Begins a run: its first event, and its first workflow task unless that has to wait. */
export function startRun<Result = undefined>(
  engine: Engine,
  init: NewRun,
  after?: (tx: Transaction) => Result,
): { readonly run: Run; readonly result: Result | undefined } {
  const timeline = init.timeline ?? engine.parts.newTimeline();
  const nowMs = timeline.now();
  const backoffMs = durationMs(init.started.firstWorkflowTaskBackoff) ?? 0;
  const fields = firstFields(init.started, nowMs, backoffMs);
  const { namespace, workflowId, runId } = init;
  return engine.create({ namespace, workflowId, runId, timeline, fields }, (tx) => {
    // The run begins with its first event, not a moment before.
    tx.fields.startMs = tx.nowMs;
    tx.fields.originalStartMs = tx.nowMs;
    tx.fields.executionMs = tx.nowMs + backoffMs;
    tx.add("workflowExecutionStarted", init.started, init.extras);
    if (init.requestId) tx.state.startRequestIds.set(init.requestId, 1);
    init.alsoAtStart?.(tx);
    if (!init.holdFirstTask) tx.taskNeeded = true;
    return after?.(tx);
  });
}

/** The fields of a run before its first event. */
export function firstFields(
  started: EventValue<"workflowExecutionStarted">,
  nowMs: number,
  backoffMs: number,
): RunFields {
  return {
    status: Status.RUNNING,
    nextEventId: 1,
    started,
    startMs: nowMs,
    originalStartMs: nowMs,
    expirationMs:
      started.workflowExecutionExpirationTime && timestampMs(started.workflowExecutionExpirationTime),
    executionMs: nowMs + backoffMs,
    closeMs: undefined,
    task: undefined,
    taskAttempt: 1,
    taskStamp: 0,
    taskAtClose: undefined,
    backingOff: backoffMs > 0,
    lastStartedId: 0,
    lastCompletedTaskMs: undefined,
    lastTaskCompletedId: 0,
    sticky: undefined,
    cancelRequested: false,
    cancelRequestId: "",
    closeAttempted: false,
    resetRunId: "",
    lastResetMs: undefined,
    signalCount: 0,
    openUpdates: 0,
    memo: defined(started.memo?.fields),
    searchAttributes: defined(started.searchAttributes?.indexedFields),
    buffer: NOTHING,
    stateTransitionCount: 0,
    buildIds: NOTHING,
    binaryChecksums: NOTHING,
    resetPoints: started.prevAutoResetPoints?.points?.filter((point) => point !== undefined) ?? [],
    versioningOverride: started.versioningOverride,
    versioning: undefined,
    mostRecentWorkerIdentity: "",
    lastProblem: undefined,
    reportedProblem: undefined,
  };
}

/** Shared by all runs that have none. */
const NONE: Readonly<Record<string, never>> = Object.freeze({});
const NOTHING: readonly never[] = [];

function defined<Value>(
  fields: Readonly<Record<string, Value | undefined>> | undefined,
): Readonly<Record<string, Value>> {
  if (fields === undefined) return NONE;
  const kept: Record<string, Value> = {};
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) kept[key] = value;
  return kept;
}
