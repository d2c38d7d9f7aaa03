import { IllegalStateError } from "../../../common/errors.ts";
import type { NexusTypeInfo } from "../../../common/nexus-service.ts";
import type { Payload } from "../../../common/payload.ts";
import { fromPayloadWithTypeInfo } from "../../../converter/sync/type-info.ts";
import type { FailureData, Job } from "../../../core/activation.ts";
import type { Run } from "../run.ts";

/** An operation has started, is over already, or never started. */
export function resolveNexusOperationStart(
  run: Run,
  { seq, resolution }: Extract<Job, { kind: "resolveNexusOperationStart" }>,
): void {
  const { nexusOperations } = run.pending;
  const operation = nexusOperations.get(seq);
  const started = operation?.started;
  if (operation === undefined || started === undefined) {
    throw new IllegalStateError(`No completion for the start of operation ${seq}`);
  }
  operation.started = undefined;
  if (resolution.kind === "failed") {
    nexusOperations.delete(seq);
    started.reject(errorOf(run, resolution.failure));
    return;
  }
  const result = new Promise<unknown>((resolve, reject) => {
    operation.completed = { resolve, reject };
  });
  // An operation whose result nobody waits for may fail.
  result.catch(() => undefined);
  started.resolve({ token: resolution.kind === "started" ? resolution.token : "", result });
}

/** An operation ended, or need not be waited for any more. */
export function resolveNexusOperation(
  run: Run,
  { seq, resolution }: Extract<Job, { kind: "resolveNexusOperation" }>,
): void {
  const { nexusOperations } = run.pending;
  const operation = nexusOperations.get(seq);
  if (operation === undefined) throw new IllegalStateError(`No completion for operation ${seq}`);
  nexusOperations.delete(seq);
  const { started, completed, outputType } = operation;
  if (resolution.kind === "failed") {
    // Left before it started: who waits for the start would wait for ever.
    (completed ?? started)?.reject(errorOf(run, resolution.failure));
  } else {
    completed?.resolve(resultOf(run, resolution.result, outputType));
  }
}

function errorOf(run: Run, failure: FailureData): Error {
  const { converters } = run;
  return converters.failure.failureToError(failure, converters.payload, converters.context);
}

function resultOf(run: Run, result: Payload | undefined, type: NexusTypeInfo<unknown> | undefined): unknown {
  const { payload, context } = run.converters;
  return result && fromPayloadWithTypeInfo(payload, result, context, type);
}
