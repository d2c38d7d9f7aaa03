import type { Payload } from "../common/payload.ts";
import type { SerializationContext } from "./sync/serialization-context.ts";

/**
 * Bytes to bytes, asynchronously, between converters and the wire: encryption, compression, storage elsewhere. Codecs run
 * in clients and workers, never inside workflows. Each call may get payloads of several values; it gives as many back, in
 * the same order.
 */
export interface PayloadCodec {
  encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]>;
  decode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]>;
}
