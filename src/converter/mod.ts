export type { ConverterHint, PayloadTypeInfo, TransferTypeConverter, TypeInfo } from "../common/type-info.ts";
export {
  decodeArrayFromPayloads,
  decodeFromPayloadsAtIndex,
  decodeMapFromPayloads,
  decodePayloads,
  encodeMapToPayloads,
  encodePayloads,
  encodeToPayload,
  encodeToPayloads,
} from "./codec-run.ts";
export { type DataConverter, defaultDataConverter, type LoadedDataConverter } from "./data-converter.ts";
export {
  decodeFailure,
  decodeOptionalFailureToOptionalError,
  encodeErrorToFailure,
  encodeFailure,
} from "./failure-codec.ts";
export { loadDataConverter } from "./load-data-converter.ts";
export type { PayloadCodec } from "./payload-codec.ts";
export { BinaryPayloadConverter } from "./sync/binary-payload-converter.ts";
export { CompositePayloadConverter } from "./sync/composite-payload-converter.ts";
export { DefaultPayloadConverter, defaultPayloadConverter } from "./sync/default-payload-converter.ts";
export {
  type EncodingType,
  encodingKeys,
  encodingTypes,
  METADATA_ENCODING_KEY,
  METADATA_MESSAGE_TYPE_KEY,
} from "./sync/encoding-keys.ts";
export {
  type DefaultEncodedFailureAttributes,
  DefaultFailureConverter,
  type DefaultFailureConverterOptions,
  defaultFailureConverter,
  type FailureConverter,
} from "./sync/failure-converter.ts";
export { JsonPayloadConverter } from "./sync/json-payload-converter.ts";
export {
  arrayFromPayloads,
  fromPayloadsAtIndex,
  mapFromPayloads,
  mapToPayloads,
  type PayloadConverter,
  type PayloadConverterWithEncoding,
  toPayloads,
} from "./sync/payload-converter.ts";
export { RawValue } from "./sync/raw-value.ts";
export {
  decodeSearchAttributes,
  decodeTypedSearchAttributes,
  encodeUnifiedSearchAttributes,
} from "./sync/search-attribute-payloads.ts";
export type {
  ActivitySerializationContext,
  SerializationContext,
  WorkflowSerializationContext,
} from "./sync/serialization-context.ts";
export { fromPayloadWithTypeInfo, rawValueTypeInfo, toPayloadWithTypeInfo } from "./sync/type-info.ts";
export { UndefinedPayloadConverter } from "./sync/undefined-payload-converter.ts";
