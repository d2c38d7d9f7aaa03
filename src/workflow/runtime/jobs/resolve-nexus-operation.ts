import { IllegalStateError } from "../../../common/errors.ts";
import type { NexusTypeInfo } from "../../../common/nexus-service.ts";
import type { Payload } from "../../../common/payload.ts";
import type { FailureData, Job } from "../../../core/activation.ts";
import type { Run } from "../run.ts";

/** An operation has started, is over already, or never started. */
export function resolveNexusOperationStart(
  run: Run,
  { seq, resolution }: Extract<Job, { kind: "resolveNexusOperationStart" }>,
): void {
  const starter = run.pending.nexusStarts.get(seq);
  if (starter === undefined) throw new IllegalStateError(`No completion for the start of operation ${seq}`);
  run.pending.nexusStarts.delete(seq);
  if (resolution.kind === "failed") {
    starter.reject(errorOf(run, resolution.failure));
    return;
  }
  const { outputType } = starter;
  const result = new Promise<unknown>((resolve, reject) => {
    run.pending.nexusOperations.set(seq, { resolve, reject, outputType });
  });
  // An operation whose result nobody waits for may fail.
  result.catch(() => undefined);
  starter.resolve({ token: resolution.kind === "started" ? resolution.token : "", result });
}

/** An operation ended, or need not be waited for any more. */
export function resolveNexusOperation(
  run: Run,
  { seq, resolution }: Extract<Job, { kind: "resolveNexusOperation" }>,
): void {
  const { nexusStarts, nexusOperations } = run.pending;
  const resolver = nexusOperations.get(seq);
  const starter = nexusStarts.get(seq);
  nexusStarts.delete(seq);
  nexusOperations.delete(seq);
  if (resolution.kind === "failed" && (resolver ?? starter) !== undefined) {
    const error = errorOf(run, resolution.failure);
    resolver?.reject(error);
    // Left before it started: who waits for the start would wait for ever.
    starter?.reject(error);
  } else if (resolution.kind === "completed" && resolver !== undefined) {
    resolver.resolve(resultOf(run, resolution.result, resolver.outputType));
  } else {
    throw new IllegalStateError(`No completion for operation ${seq}`);
  }
}

function errorOf(run: Run, failure: FailureData): Error {
  const { converters } = run;
  return converters.failure.failureToError(failure, converters.payload, converters.context);
}

function resultOf(run: Run, result: Payload | undefined, type: NexusTypeInfo<unknown> | undefined): unknown {
  const { payload, context } = run.converters;
  const value = result && payload.fromPayload(result, context);
  const transfer = type?.transferTypeConverter;
  return transfer === undefined ? value : transfer.fromTransferType(value);
}
