import type { Payload } from "../../common/payload.ts";
import { encodingKeys, encodingTypes, METADATA_ENCODING_KEY } from "./encoding-keys.ts";
import type { PayloadConverterWithEncoding } from "./payload-converter.ts";

/** Also arrays of another realm, for which `instanceof` does not hold. */
function isUint8Array(value: unknown): value is Uint8Array {
  return (
    value instanceof Uint8Array ||
    (ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === "[object Uint8Array]")
  );
}

/** `Uint8Array` as `binary/plain`: the bytes themselves. */
export class BinaryPayloadConverter implements PayloadConverterWithEncoding {
  readonly encodingType: string = encodingTypes.METADATA_ENCODING_RAW;

  toPayload(value: unknown): Payload | undefined {
    if (!isUint8Array(value)) return undefined;
    return { metadata: { [METADATA_ENCODING_KEY]: encodingKeys.METADATA_ENCODING_RAW }, data: value };
  }

  fromPayload<T>(payload: Payload): T {
    const { data } = payload;
    // Wrapped anew, without a copy, so that `instanceof Uint8Array` holds in this realm.
    const bytes =
      data === undefined ? new Uint8Array(0) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return bytes as T;
  }
}
