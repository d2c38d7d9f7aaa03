import type { Payload } from "../../common/payload.ts";
import { isRecord } from "../../common/type-guards.ts";

/** Key under which a `RawValue` shows its payload; the same in every realm. */
export const RAW_PAYLOAD: unique symbol = Symbol.for("perdure.rawPayload");

/**
 * The payload inside a `RawValue`, also of another realm; undefined for any other value.
 *
 * @example
 * ```ts
 * rawPayloadOf(new RawValue(1)); // { metadata: …, data: … }
 * ```
 */
export function rawPayloadOf(value: unknown): Payload | undefined {
  return isRecord(value) && RAW_PAYLOAD in value ? (value[RAW_PAYLOAD] as Payload) : undefined;
}
