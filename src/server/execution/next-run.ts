import type { Init } from "../../codec-runtime/init.ts";
import type { Payloads } from "../../gen/codec/temporal/api/common/v1/message.ts";
import {
  ContinueAsNewInitiator as Initiator,
  RetryState,
  TimeoutType,
} from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { Failure } from "../../gen/codec/temporal/api/failure/v1/message.ts";
import { decideRetry } from "../retry/retry-decision.ts";
import { continueRun, slowedMs } from "./continue-run.ts";
import { cronWaitMs } from "./cron-wait.ts";
import type { Engine } from "./engine.ts";
import type { Transaction } from "./transaction.ts";

/** How a run ended. */
export type RunEnd =
  | { readonly kind: "completed"; readonly result: Init<Payloads> | undefined }
  | { readonly kind: "failed"; readonly failure: Init<Failure> }
  | { readonly kind: "timed-out" };

/** The run that follows; without one `runId` is empty. */
export interface NextRun {
  readonly runId: string;
  readonly retryState: RetryState | undefined;
}

/** Decides by retry policy and cron schedule whether another run follows, and has it started after the commit. */
export function planNextRun(engine: Engine, tx: Transaction, end: RunEnd): NextRun {
  if (end.kind === "timed-out" && expired(tx)) return { runId: "", retryState: RetryState.TIMEOUT };
  const failure = failureOf(end);
  const retry = failure && retryOf(tx, failure);
  if (retry?.state === RetryState.IN_PROGRESS) {
    const attempt = (tx.fields.started.attempt ?? 1) + 1;
    const runId = follow(engine, tx, end, {
      initiator: Initiator.RETRY,
      backoffMs: slowedMs(tx, retry.delayMs),
      attempt,
    });
    return { runId, retryState: retry.state };
  }
  const backoffMs = cronWaitMs(tx.fields.started.cronSchedule, {
    executionMs: tx.fields.executionMs,
    nowMs: tx.nowMs,
  });
  if (backoffMs === undefined) return { runId: "", retryState: retry?.state };
  const runId = follow(engine, tx, end, { initiator: Initiator.CRON_SCHEDULE, backoffMs, attempt: 1 });
  return { runId, retryState: retry?.state };
}

function follow(
  engine: Engine,
  tx: Transaction,
  end: RunEnd,
  next: { readonly initiator: Initiator; readonly backoffMs: number; readonly attempt: number },
): string {
  const runId = crypto.randomUUID();
  const failure = failureOf(end);
  const lastCompletionResult = end.kind === "completed" ? end.result : tx.fields.started.lastCompletionResult;
  continueRun(engine, tx, { runId, ...next, changes: { continuedFailure: failure, lastCompletionResult } });
  return runId;
}

function failureOf(end: RunEnd): Init<Failure> | undefined {
  switch (end.kind) {
    case "completed":
      return undefined;
    case "failed":
      return end.failure;
    case "timed-out":
      return {
        message: "workflow timeout",
        source: "Server",
        failureInfo: { case: "timeoutFailureInfo", value: { timeoutType: TimeoutType.START_TO_CLOSE } },
      };
  }
}

function retryOf({ fields, nowMs }: Transaction, failure: Init<Failure>): ReturnType<typeof decideRetry> {
  const { started } = fields;
  return decideRetry({
    policy: started.retryPolicy,
    attempt: started.attempt ?? 1,
    failure,
    nowMs,
    expirationMs: fields.expirationMs,
  });
}

/** Whether the time of the whole chain is over. */
function expired({ fields, nowMs }: Transaction): boolean {
  return fields.expirationMs !== undefined && fields.expirationMs <= nowMs;
}
