import { IllegalStateError } from "../../../common/errors.ts";
import type { Job } from "../../../core/activation.ts";
import type { ExternalResolver, Run } from "../run.ts";

/** A signal to another workflow was delivered, or was not. */
export function resolveSignalExternal(run: Run, job: Extract<Job, { kind: "resolveSignalExternal" }>): void {
  settle(run, run.pending.signals, job);
}

/** A request to another workflow to stop was delivered, or was not. */
export function resolveCancelExternal(run: Run, job: Extract<Job, { kind: "resolveCancelExternal" }>): void {
  settle(run, run.pending.cancels, job);
}

type ExternalJob = Extract<Job, { kind: "resolveSignalExternal" | "resolveCancelExternal" }>;

function settle(run: Run, pending: Map<number, ExternalResolver>, { kind, seq, failure }: ExternalJob): void {
  const resolver = pending.get(seq);
  if (resolver === undefined) throw new IllegalStateError(`No completion for ${kind} ${seq}`);
  pending.delete(seq);
  if (failure === undefined) {
    resolver.resolve();
  } else {
    const { converters } = run;
    resolver.reject(converters.failure.failureToError(failure, converters.payload, resolver.context));
  }
}
