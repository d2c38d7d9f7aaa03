import type { PayloadCodec } from "./payload-codec.ts";
import { defaultPayloadConverter } from "./sync/default-payload-converter.ts";
import { defaultFailureConverter, type FailureConverter } from "./sync/failure-converter.ts";
import type { PayloadConverter } from "./sync/payload-converter.ts";

/** How values become payloads and back. Everything left out is the default. */
export interface DataConverter {
  /** The converter itself. Workers run workflows elsewhere and need `payloadConverterPath`. */
  payloadConverter?: PayloadConverter | undefined;
  /** Absolute path or URL of a module that exports `payloadConverter`. */
  payloadConverterPath?: string | undefined;
  /** The failure converter itself. Workers run workflows elsewhere and need `failureConverterPath`. */
  failureConverter?: FailureConverter | undefined;
  /** Absolute path or URL of a module that exports `failureConverter`. */
  failureConverterPath?: string | undefined;
  /** Applied in this order to encode, in reverse to decode. */
  payloadCodecs?: PayloadCodec[] | undefined;
}

/** A {@link DataConverter} with everything in place. */
export interface LoadedDataConverter {
  readonly payloadConverter: PayloadConverter;
  readonly failureConverter: FailureConverter;
  readonly payloadCodecs: readonly PayloadCodec[];
}

/** The converters that are used unless others are given; no codecs. */
export const defaultDataConverter: LoadedDataConverter = {
  payloadConverter: defaultPayloadConverter,
  failureConverter: defaultFailureConverter,
  payloadCodecs: [],
};
