import type { Init } from "../../codec-runtime/init.ts";
import type { Payloads } from "../../gen/codec/temporal/api/common/v1/message.ts";
import type { RetryState } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { Failure } from "../../gen/codec/temporal/api/failure/v1/message.ts";
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
export function planNextRun(_engine: Engine, _tx: Transaction, _end: RunEnd): NextRun {
  return { runId: "", retryState: undefined };
}
