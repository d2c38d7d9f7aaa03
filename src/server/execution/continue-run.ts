import type { ContinueAsNewInitiator } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import { type EventValue, timestamp } from "../history/event.ts";
import { CONTINUE_AS_NEW_MIN_INTERVAL_MS } from "../limits.ts";
import { toDuration } from "../wire-time.ts";
import { resetPointsOf } from "./builds.ts";
import type { Engine } from "./engine.ts";
import { startRun } from "./start-run.ts";
import type { Transaction } from "./transaction.ts";

/** The next run of a chain. */
export interface Continuation {
  readonly runId: string;
  readonly initiator: ContinueAsNewInitiator;
  /** Until its first workflow task. */
  readonly backoffMs: number | undefined;
  readonly attempt: number;
  /** What its first event says otherwise than that of the run before. */
  readonly changes: Partial<EventValue<"workflowExecutionStarted">>;
}

/** Has the next run of the chain begin once this one's end is committed. It shares its time, and inherits parent and root. */
export function continueRun(engine: Engine, tx: Transaction, next: Continuation): void {
  const { run } = tx;
  const before = tx.fields.started;
  const { expirationMs } = tx.fields;
  const started: EventValue<"workflowExecutionStarted"> = {
    ...before,
    workflowExecutionExpirationTime: expirationMs === undefined ? undefined : timestamp(expirationMs),
    identity: "",
    ...next.changes,
    continuedExecutionRunId: run.runId,
    originalExecutionRunId: next.runId,
    firstExecutionRunId: before.firstExecutionRunId || run.runId,
    initiator: next.initiator,
    attempt: next.attempt,
    firstWorkflowTaskBackoff: toDuration(next.backoffMs),
    eagerExecutionAccepted: false,
    versioningOverride: tx.fields.versioningOverride,
    prevAutoResetPoints: { points: keptPoints(engine, tx) },
  };
  tx.after(() => {
    startRun(engine, {
      namespace: run.namespace,
      workflowId: run.workflowId,
      runId: next.runId,
      requestId: crypto.randomUUID(),
      started,
      timeline: run.timeline,
    });
  });
}

/** A chain whose runs follow each other again and again is slowed down: from the start of one to the next it is a second at least. */
export function slowedMs({ fields, nowMs }: Transaction, waitMs: number): number {
  const { executionMs, startMs } = fields;
  // An update begins the work of a run before its time.
  const lifeMs = nowMs - (executionMs > nowMs ? startMs : executionMs);
  return Math.max(waitMs, CONTINUE_AS_NEW_MIN_INTERVAL_MS - lifeMs);
}

/** Where workers' builds took over, each until the run that it is in is deleted. The run that ends says so of its own too. */
function keptPoints(engine: Engine, { run, fields, nowMs }: Transaction): ReturnType<typeof resetPointsOf> {
  const expireTime = timestamp(nowMs + engine.parts.retentionMs(run.namespace));
  fields.resetPoints = fields.resetPoints.map((point) => ({
    ...point,
    expireTime: point.expireTime ?? expireTime,
  }));
  return resetPointsOf(run);
}
