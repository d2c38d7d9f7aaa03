import { ValueError } from "../../common/errors.ts";
import type { Payload } from "../../common/payload.ts";
import { showValue } from "../../common/type-guards.ts";
import type { TypeInfo } from "../../common/type-info.ts";
import type { PayloadConverter } from "./payload-converter.ts";
import { rawPayloadOf } from "./raw-payload-mark.ts";
import { RawValue } from "./raw-value.ts";
import type { SerializationContext } from "./serialization-context.ts";

/** The same in every realm: a workflow's code may be handed what was made outside. */
const RAW: unique symbol = Symbol.for("perdure.rawValueTypeInfo");

/**
 * For values that are payloads already: they pass by the payload converter both ways, and come in as a `RawValue`. Codecs still see
 * them. Experimental, as in the official SDK.
 */
export const rawValueTypeInfo: TypeInfo<RawValue> = Object.freeze<
  TypeInfo<RawValue> & { readonly [RAW]: true }
>({ [RAW]: true });

/**
 * Converts a value as its type information says: by the transfer converter first, by the payload converter then.
 *
 * @throws {ValueError} when it cannot be converted, or is no `RawValue` where {@link rawValueTypeInfo} wants one
 * @example
 * ```ts
 * toPayloadWithTypeInfo(defaultPayloadConverter, new Money(5n), undefined, { transferTypeConverter: moneyAsText });
 * ```
 */
export function toPayloadWithTypeInfo<T, D = T>(
  converter: PayloadConverter,
  value: T,
  context: SerializationContext | undefined,
  typeInfo: TypeInfo<T, D> | undefined,
): Payload {
  if (typeInfo === undefined) return converter.toPayload(value, context);
  if (RAW in typeInfo) {
    const raw = rawPayloadOf(value);
    if (raw !== undefined) return raw;
    throw new ValueError(`rawValueTypeInfo is for a RawValue, which ${showValue(value)} is not`);
  }
  const { transferTypeConverter, payloadConverterHint } = typeInfo;
  return transferTypeConverter
    ? converter.toPayload(transferTypeConverter.toTransferType(value), context, payloadConverterHint)
    : converter.toPayload<unknown>(value, context, payloadConverterHint);
}

/**
 * Reads a payload as the type information of its value says: by the payload converter first, by the transfer converter then.
 *
 * @throws {ValueError} when it cannot be read
 * @example
 * ```ts
 * const price = fromPayloadWithTypeInfo<Money, string>(converter, payload, undefined, { transferTypeConverter: moneyAsText });
 * ```
 */
export function fromPayloadWithTypeInfo<T, D = T>(
  converter: PayloadConverter,
  payload: Payload,
  context: SerializationContext | undefined,
  typeInfo: TypeInfo<T, D> | undefined,
): T {
  if (typeInfo === undefined) return converter.fromPayload<T>(payload, context);
  // Then `T` is RawValue.
  if (RAW in typeInfo) return RawValue.fromPayload(payload) as T;
  const { transferTypeConverter, payloadConverterHint } = typeInfo;
  const transferred = converter.fromPayload<D>(payload, context, payloadConverterHint);
  // Without a transfer converter `D` is `T`.
  return transferTypeConverter
    ? transferTypeConverter.fromTransferType(transferred)
    : (transferred as unknown as T);
}
