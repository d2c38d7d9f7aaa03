import type { Payload } from "../../common/payload.ts";
import { encodingKeys, encodingTypes, METADATA_ENCODING_KEY } from "./encoding-keys.ts";
import type { PayloadConverterWithEncoding } from "./payload-converter.ts";

/** `undefined` as `binary/null`. (`null` is JSON; SDKs of other languages write `binary/null` for it.) */
export class UndefinedPayloadConverter implements PayloadConverterWithEncoding {
  readonly encodingType: string = encodingTypes.METADATA_ENCODING_NULL;

  toPayload(value: unknown): Payload | undefined {
    if (value !== undefined) return undefined;
    return { metadata: { [METADATA_ENCODING_KEY]: encodingKeys.METADATA_ENCODING_NULL } };
  }

  fromPayload<T>(_payload: Payload): T {
    return undefined as T;
  }
}
