import { PayloadConverterError, ValueError } from "../../common/errors.ts";
import type { Payload } from "../../common/payload.ts";
import { typeName } from "../../common/type-guards.ts";
import type { ConverterHint } from "../../common/type-info.ts";
import { METADATA_ENCODING_KEY } from "./encoding-keys.ts";
import type { PayloadConverter, PayloadConverterWithEncoding } from "./payload-converter.ts";
import { rawPayloadOf } from "./raw-payload-mark.ts";
import type { SerializationContext } from "./serialization-context.ts";
import { whyUnconvertible } from "./unconvertible.ts";
import { decodeUtf8 } from "./utf8.ts";

/**
 * Asks several converters: to make a payload in the given order, to read one by its encoding.
 *
 * @example
 * ```ts
 * new CompositePayloadConverter(new UndefinedPayloadConverter(), new MoneyConverter(), new JsonPayloadConverter());
 * ```
 */
export class CompositePayloadConverter implements PayloadConverter {
  readonly converters: PayloadConverterWithEncoding[];
  readonly converterByEncoding: Map<string, PayloadConverterWithEncoding> = new Map();

  /** @throws {PayloadConverterError} when no converter is given */
  constructor(...converters: PayloadConverterWithEncoding[]) {
    if (converters.length === 0) {
      throw new PayloadConverterError("A CompositePayloadConverter needs at least one converter");
    }
    this.converters = converters;
    for (const converter of converters) this.converterByEncoding.set(converter.encodingType, converter);
  }

  /** @throws {PayloadConverterError} saying what in the value cannot be converted */
  toPayload<T>(value: T, context?: SerializationContext, hint?: ConverterHint<T>): Payload {
    const raw = rawPayloadOf(value);
    if (raw !== undefined) return raw;
    for (const converter of this.converters) {
      if (hint !== undefined && !converter.validateConverterHint?.(hint)) continue;
      const payload = converter.toPayload(value, context, hint);
      if (payload !== undefined) return payload;
    }
    if (hint !== undefined) {
      throw new PayloadConverterError(
        `Unable to convert ${typeName(value)}: no payload converter takes the hint '${hint.converter}' of its typeInfo`,
      );
    }
    throw new PayloadConverterError(`Unable to convert ${whyUnconvertible(value)}`);
  }

  /** @throws {ValueError} when the payload has no encoding, or one that no converter reads */
  fromPayload<T>(payload: Payload, context?: SerializationContext, hint?: ConverterHint<T>): T {
    const encoding = payload.metadata?.[METADATA_ENCODING_KEY];
    if (encoding === undefined) {
      throw new ValueError("Missing payload metadata: the key 'encoding' says how a payload is read");
    }
    const name = decodeUtf8(encoding);
    const converter = this.converterByEncoding.get(name);
    if (converter === undefined) {
      const known = [...this.converterByEncoding.keys()].join(", ");
      throw new ValueError(
        `Unknown encoding: ${name}. Known are ${known}. Is a payload codec or converter missing that the sender uses?`,
      );
    }
    if (hint !== undefined && !converter.validateConverterHint?.(hint)) {
      throw new PayloadConverterError(
        `The payload is encoded as '${name}', whose converter does not take the hint '${hint.converter}' of the value's typeInfo`,
      );
    }
    return converter.fromPayload<T>(payload, context, hint);
  }
}
