import type { Draft } from "../codec-runtime/init.ts";
import { collectPayloads, replacePayloads } from "../codec-runtime/visit.ts";
import type { ProtoFailure } from "../common/failure.ts";
import type { Payload } from "../common/payload.ts";
import type { Failure } from "../gen/codec/temporal/api/failure/v1/message.ts";
import { visitFailure } from "../gen/codec/temporal/api/failure/v1/message.visit.ts";
import { decodePayloads, encodePayloads } from "./codec-run.ts";
import type { LoadedDataConverter } from "./data-converter.ts";
import type { PayloadCodec } from "./payload-codec.ts";
import type { SerializationContext } from "./sync/serialization-context.ts";

type FailureDraft = Draft<Failure>;
type Codecs = readonly PayloadCodec[];

/**
 * Runs all payloads of a failure and its causes through codecs, in one batch. The failure itself is not changed: an
 * error may hold on to it.
 *
 * @throws {PayloadConverterError} when a codec does not return as many payloads as it got; else what a codec throws
 * @example
 * ```ts
 * await encodeFailure(codecs, failure);
 * ```
 */
export async function encodeFailure(
  codecs: Codecs,
  failure: ProtoFailure,
  context?: SerializationContext,
): Promise<ProtoFailure> {
  return transform(codecs, failure, (payloads) => encodePayloads(codecs, payloads, context));
}

/**
 * The reverse of {@link encodeFailure}.
 *
 * @throws {PayloadConverterError} when a codec does not return as many payloads as it got; else what a codec throws
 * @example
 * ```ts
 * await decodeFailure(codecs, failure);
 * ```
 */
export async function decodeFailure(
  codecs: Codecs,
  failure: ProtoFailure,
  context?: SerializationContext,
): Promise<ProtoFailure> {
  return transform(codecs, failure, (payloads) => decodePayloads(codecs, payloads, context));
}

async function transform(
  codecs: Codecs,
  failure: ProtoFailure,
  run: (payloads: Payload[]) => Promise<Payload[]>,
): Promise<ProtoFailure> {
  if (codecs.length === 0) return failure;
  const draft = copyOf(failure);
  const payloads = collectPayloads(draft, visitFailure) as Payload[];
  if (payloads.length === 0) return failure;
  replacePayloads(draft, visitFailure, { payloads: await run(payloads) });
  return draft as ProtoFailure;
}

/** A copy down to the lists of payloads; the payloads are shared. */
function copyOf(failure: ProtoFailure): FailureDraft {
  // `Draft` is `ProtoFailure` without `readonly`, which the copy takes away.
  const copy = { ...failure } as FailureDraft;
  if (failure.cause) copy.cause = copyOf(failure.cause);
  const info = copy.failureInfo;
  switch (info?.case) {
    case "applicationFailureInfo":
    case "canceledFailureInfo": {
      const { details } = info.value;
      const value = { ...info.value, details: details && { payloads: [...(details.payloads ?? [])] } };
      copy.failureInfo = { case: info.case, value } as typeof info;
      break;
    }
    case "timeoutFailureInfo":
    case "resetWorkflowFailureInfo": {
      const last = info.value.lastHeartbeatDetails;
      const value = {
        ...info.value,
        lastHeartbeatDetails: last && { payloads: [...(last.payloads ?? [])] },
      };
      copy.failureInfo = { case: info.case, value } as typeof info;
      break;
    }
    default:
  }
  return copy;
}

/**
 * Anything thrown to a failure, through converter and codecs.
 *
 * @throws {PayloadConverterError} when a detail cannot be converted
 * @example
 * ```ts
 * await encodeErrorToFailure(dataConverter, error);
 * ```
 */
export async function encodeErrorToFailure(
  { failureConverter, payloadConverter, payloadCodecs }: LoadedDataConverter,
  error: unknown,
  context?: SerializationContext,
): Promise<ProtoFailure> {
  const failure = failureConverter.errorToFailure(error, payloadConverter, context);
  return encodeFailure(payloadCodecs, failure, context);
}

/**
 * A failure to an error, through codecs and converter; absent stays undefined.
 *
 * @throws {ValueError} when a payload cannot be read
 * @example
 * ```ts
 * const cause = await decodeOptionalFailureToOptionalError(dataConverter, attributes.failure);
 * ```
 */
export async function decodeOptionalFailureToOptionalError(
  { failureConverter, payloadConverter, payloadCodecs }: LoadedDataConverter,
  failure: ProtoFailure | null | undefined,
  context?: SerializationContext,
): Promise<Error | undefined> {
  if (failure === undefined || failure === null) return undefined;
  const decoded = await decodeFailure(payloadCodecs, failure, context);
  return failureConverter.failureToError(decoded, payloadConverter, context);
}
