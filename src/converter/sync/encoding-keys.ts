import { encodeUtf8 } from "./utf8.ts";

/** Key of a payload's metadata that says how its data are written. */
export const METADATA_ENCODING_KEY = "encoding";

/** Key of a payload's metadata that names the protobuf message in it. */
export const METADATA_MESSAGE_TYPE_KEY = "messageType";

/** Encodings that all Temporal SDKs know. */
export const encodingTypes = {
  METADATA_ENCODING_NULL: "binary/null",
  METADATA_ENCODING_RAW: "binary/plain",
  METADATA_ENCODING_JSON: "json/plain",
  METADATA_ENCODING_PROTOBUF_JSON: "json/protobuf",
  METADATA_ENCODING_PROTOBUF: "binary/protobuf",
} as const;
/** Encodings that all Temporal SDKs know. */
export type EncodingType = (typeof encodingTypes)[keyof typeof encodingTypes];

/** The same as the bytes that payloads hold. Shared: do not change them. */
export const encodingKeys: { readonly [Key in keyof typeof encodingTypes]: Uint8Array } = {
  METADATA_ENCODING_NULL: encodeUtf8(encodingTypes.METADATA_ENCODING_NULL),
  METADATA_ENCODING_RAW: encodeUtf8(encodingTypes.METADATA_ENCODING_RAW),
  METADATA_ENCODING_JSON: encodeUtf8(encodingTypes.METADATA_ENCODING_JSON),
  METADATA_ENCODING_PROTOBUF_JSON: encodeUtf8(encodingTypes.METADATA_ENCODING_PROTOBUF_JSON),
  METADATA_ENCODING_PROTOBUF: encodeUtf8(encodingTypes.METADATA_ENCODING_PROTOBUF),
};
