import { PayloadConverterError, ValueError } from "../../common/errors.ts";
import type { Payload } from "../../common/payload.ts";
import { encodingKeys, encodingTypes, METADATA_ENCODING_KEY } from "./encoding-keys.ts";
import type { PayloadConverterWithEncoding } from "./payload-converter.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

/** What `JSON.stringify` takes, as `json/plain`. Functions, symbols, BigInts and cycles are not converted. */
export class JsonPayloadConverter implements PayloadConverterWithEncoding {
  readonly encodingType: string = encodingTypes.METADATA_ENCODING_JSON;

  toPayload(value: unknown): Payload | undefined {
    let json: string | undefined;
    try {
      json = JSON.stringify(value);
    } catch {
      // Another converter may know the value; if none does, the composite says what is wrong with it.
      return undefined;
    }
    if (json === undefined) return undefined;
    return {
      metadata: { [METADATA_ENCODING_KEY]: encodingKeys.METADATA_ENCODING_JSON },
      data: encodeUtf8(json),
    };
  }

  /** @throws {ValueError} when there are no data, or they are not JSON */
  fromPayload<T>(payload: Payload): T {
    if (payload.data === undefined || payload.data === null) throw new ValueError("Got payload with no data");
    const text = decodeUtf8(payload.data);
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new PayloadConverterError(
        `A payload of encoding json/plain does not hold JSON; it begins with ${JSON.stringify(text.slice(0, 40))}`,
        cause,
      );
    }
  }
}
