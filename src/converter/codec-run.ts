import { PayloadConverterError } from "../common/errors.ts";
import type { Payload } from "../common/payload.ts";
import type { TypeInfo } from "../common/type-info.ts";
import type { LoadedDataConverter } from "./data-converter.ts";
import type { PayloadCodec } from "./payload-codec.ts";
import {
  arrayFromPayloads,
  fromPayloadsAtIndex,
  mapFromPayloads,
  mapToPayloads,
  toPayloadsWithContext,
} from "./sync/payload-converter.ts";
import type { SerializationContext } from "./sync/serialization-context.ts";
import { toPayloadWithTypeInfo } from "./sync/type-info.ts";

type Codecs = readonly PayloadCodec[];
type Context = SerializationContext | undefined;

function checkBatch(given: number, back: unknown, doing: "encode" | "decode"): void {
  if (!Array.isArray(back) || back.length !== given) {
    const count = Array.isArray(back) ? back.length : "no array";
    throw new PayloadConverterError(
      `A payload codec was given ${given} payloads to ${doing} and returned ${count}; it must return as many as it gets`,
    );
  }
  const wrong = back.findIndex((payload) => typeof payload !== "object" || payload === null);
  if (wrong < 0) return;
  throw new PayloadConverterError(
    `A payload codec that was to ${doing} ${given} payloads returned ${String(back[wrong])} as payload ${wrong}; ` +
      "each must be an object { metadata?, data? }",
  );
}

/**
 * Runs payloads through codecs, first to last.
 *
 * @throws {PayloadConverterError} when a codec does not return as many payloads as it got; else what a codec throws
 * @example
 * ```ts
 * await encodePayloads(codecs, payloads);
 * ```
 */
export async function encodePayloads(
  codecs: Codecs,
  payloads: readonly Payload[],
  context?: SerializationContext,
): Promise<Payload[]> {
  let current = [...payloads];
  if (current.length === 0) return current;
  for (const codec of codecs) {
    current = await codec.encode(current, context);
    checkBatch(payloads.length, current, "encode");
  }
  return current;
}

/**
 * Runs payloads through codecs, last to first.
 *
 * @throws {PayloadConverterError} when a codec does not return as many payloads as it got; else what a codec throws
 * @example
 * ```ts
 * await decodePayloads(codecs, response.payloads);
 * ```
 */
export async function decodePayloads(
  codecs: Codecs,
  payloads: readonly Payload[],
  context?: SerializationContext,
): Promise<Payload[]> {
  let current = [...payloads];
  if (current.length === 0) return current;
  for (const codec of codecs.toReversed()) {
    current = await codec.decode(current, context);
    checkBatch(payloads.length, current, "decode");
  }
  return current;
}

/**
 * Values to payloads, through converter and codecs. No values give undefined.
 *
 * @throws {PayloadConverterError} naming position and type of the value that cannot be converted
 * @example
 * ```ts
 * await encodeToPayloads(dataConverter, "a", 1);
 * ```
 */
export function encodeToPayloads(
  converter: LoadedDataConverter,
  ...values: unknown[]
): Promise<Payload[] | undefined> {
  return encodeToPayloadsWithContext(converter, undefined, values);
}

/**
 * As {@link encodeToPayloads}, for the payloads of a known workflow or activity.
 *
 * @throws {PayloadConverterError} naming position and type of the value that cannot be converted
 * @example
 * ```ts
 * await encodeToPayloadsWithContext(dataConverter, { type: "workflow", namespace, workflowId }, args);
 * ```
 */
export async function encodeToPayloadsWithContext(
  { payloadConverter, payloadCodecs }: LoadedDataConverter,
  context: Context,
  values: readonly unknown[],
  typeInfo?: readonly TypeInfo[],
): Promise<Payload[] | undefined> {
  const payloads = toPayloadsWithContext(payloadConverter, context, values, typeInfo);
  return payloads === undefined || payloadCodecs.length === 0
    ? payloads
    : encodePayloads(payloadCodecs, payloads, context);
}

/**
 * One value to a payload, through converter and codecs.
 *
 * @throws {ValueError} when it cannot be converted
 * @example
 * ```ts
 * await encodeToPayload(dataConverter, result);
 * ```
 */
export async function encodeToPayload(
  { payloadConverter, payloadCodecs }: LoadedDataConverter,
  value: unknown,
  context?: SerializationContext,
  typeInfo?: TypeInfo,
): Promise<Payload> {
  const payload = toPayloadWithTypeInfo(payloadConverter, value, context, typeInfo);
  if (payloadCodecs.length === 0) return payload;
  const [encoded] = await encodePayloads(payloadCodecs, [payload], context);
  return encoded!;
}

/**
 * A record of values to payloads, through converter and codecs, in one batch.
 *
 * @throws {PayloadConverterError} naming key and type of the value that cannot be converted
 * @example
 * ```ts
 * await encodeMapToPayloads(dataConverter, memo);
 * ```
 */
export async function encodeMapToPayloads<K extends string>(
  { payloadConverter, payloadCodecs }: LoadedDataConverter,
  map: Readonly<Record<K, unknown>>,
  context?: SerializationContext,
): Promise<Record<K, Payload>> {
  const payloads = mapToPayloads(payloadConverter, map, context);
  if (payloadCodecs.length === 0) return payloads;
  return withValues(payloads, await encodePayloads(payloadCodecs, Object.values<Payload>(payloads), context));
}

function withValues<K extends string>(
  map: Readonly<Record<K, Payload>>,
  payloads: readonly Payload[],
): Record<K, Payload> {
  const entries = Object.keys(map).map((key, index) => [key, payloads[index]] as const);
  return Object.fromEntries(entries) as Record<K, Payload>;
}

/**
 * The value at a position, through codecs and converter; undefined when there are fewer.
 *
 * @throws {ValueError} when the payload cannot be read
 * @example
 * ```ts
 * await decodeFromPayloadsAtIndex<string>(dataConverter, 0, result?.payloads);
 * ```
 */
export async function decodeFromPayloadsAtIndex<T>(
  { payloadConverter, payloadCodecs }: LoadedDataConverter,
  index: number,
  payloads?: readonly Payload[] | null,
  context?: SerializationContext,
  typeInfo?: TypeInfo<T, unknown>,
): Promise<T> {
  const decoded =
    payloads && payloadCodecs.length > 0 ? await decodePayloads(payloadCodecs, payloads, context) : payloads;
  return fromPayloadsAtIndex<T>(payloadConverter, index, decoded, context, typeInfo);
}

/**
 * All values of a list, through codecs and converter; absent gives an empty list.
 *
 * @throws {ValueError} when a payload cannot be read
 * @example
 * ```ts
 * await decodeArrayFromPayloads(dataConverter, input?.payloads);
 * ```
 */
export async function decodeArrayFromPayloads(
  { payloadConverter, payloadCodecs }: LoadedDataConverter,
  payloads?: readonly Payload[] | null,
  context?: SerializationContext,
  typeInfo?: readonly TypeInfo[],
): Promise<unknown[]> {
  const decoded =
    payloads && payloadCodecs.length > 0 ? await decodePayloads(payloadCodecs, payloads, context) : payloads;
  return arrayFromPayloads(payloadConverter, decoded, context, typeInfo);
}

/**
 * A record of payloads to values, through codecs and converter, in one batch; absent stays undefined.
 *
 * @throws {ValueError} when a payload cannot be read
 * @example
 * ```ts
 * await decodeMapFromPayloads(dataConverter, info.memo?.fields);
 * ```
 */
export async function decodeMapFromPayloads<K extends string>(
  { payloadConverter, payloadCodecs }: LoadedDataConverter,
  map?: Readonly<Record<K, Payload>> | null,
  context?: SerializationContext,
): Promise<Record<K, unknown> | undefined> {
  if (!map || payloadCodecs.length === 0) return mapFromPayloads(payloadConverter, map, context);
  const decoded = await decodePayloads(payloadCodecs, Object.values<Payload>(map), context);
  return mapFromPayloads(payloadConverter, withValues(map, decoded), context);
}
