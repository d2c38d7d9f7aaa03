import { IllegalStateError } from "../../../common/errors.ts";
import { fromPayloadWithTypeInfo } from "../../../converter/sync/type-info.ts";
import type { Job } from "../../../core/activation.ts";
import type { Run } from "../run.ts";

/** A remote activity ended. */
export function resolveActivity(run: Run, job: Extract<Job, { kind: "resolveActivity" }>): void {
  const { seq, resolution } = job;
  const resolver = run.pending.activities.get(seq);
  if (resolver === undefined) throw new IllegalStateError(`No completion for taskSeq ${seq}`);
  run.pending.activities.delete(seq);
  const { payload, failure } = run.converters;
  const { context, outputType } = resolver;
  if (resolution.kind !== "completed") {
    resolver.reject(failure.failureToError(resolution.failure, payload, context));
  } else if (resolution.result === undefined) {
    resolver.resolve(undefined);
  } else {
    resolver.resolve(fromPayloadWithTypeInfo(payload, resolution.result, context, outputType));
  }
}
