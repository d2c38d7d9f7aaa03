import type { Payload } from "../../common/payload.ts";
import { defaultPayloadConverter } from "./default-payload-converter.ts";
import type { PayloadConverter } from "./payload-converter.ts";
import { RAW_PAYLOAD } from "./raw-payload-mark.ts";
import type { SerializationContext } from "./serialization-context.ts";

/**
 * A payload as a value: it passes by converters untouched, both ways. Codecs still see it.
 *
 * @example
 * ```ts
 * await client.workflow.start("store", { args: [RawValue.fromPayload(payload)], workflowId, taskQueue });
 * ```
 */
export class RawValue<T = unknown> {
  /** For types only; not there at run time. */
  declare protected readonly valueType: T;
  readonly #payload: Payload;

  /** Converts `value`, by default with the default converter. */
  constructor(
    value: T,
    payloadConverter: PayloadConverter = defaultPayloadConverter,
    context?: SerializationContext,
  ) {
    this.#payload = payloadConverter.toPayload(value, context);
    // Not a member of the class: converters of another realm cannot see a private field.
    Object.defineProperty(this, RAW_PAYLOAD, { value: this.#payload });
  }

  /** Takes a payload as it is. */
  static fromPayload(payload: Payload): RawValue {
    return new RawValue<unknown>(payload, identityPayloadConverter);
  }

  get payload(): Payload {
    return this.#payload;
  }
}

const identityPayloadConverter: PayloadConverter = {
  toPayload: (value) => value as Payload,
  fromPayload: <T>(payload: Payload) => payload as T,
};
