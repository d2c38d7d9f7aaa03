import type { Init } from "../../codec-runtime/init.ts";
import type { Payloads } from "../../gen/codec/temporal/api/common/v1/message.ts";

const encoder = new TextEncoder();
const JSON_PLAIN = encoder.encode("json/plain");

/** Words of the server's own, as payloads. */
export function encodePayloads(text: string): Init<Payloads> {
  return { payloads: [{ metadata: { encoding: JSON_PLAIN }, data: encoder.encode(JSON.stringify(text)) }] };
}
