import type { JsonValue, JsonWriteOptions } from "./json.ts";
import type { JsonReader } from "./json-reader.ts";

/** One method as a server of the HTTP API needs it: requests from JSON to bytes, responses from bytes to JSON. */
export interface JsonMethod {
  /** Path of the call: `/temporal.api.workflowservice.v1.WorkflowService/StartWorkflowExecution`. */
  readonly path: string;
  readonly request: (json: JsonValue, reader: JsonReader) => Uint8Array;
  readonly response: (bytes: Uint8Array, options: JsonWriteOptions | undefined) => JsonValue;
}

/**
 * One method as a client that speaks JSON needs it: requests to JSON and responses from JSON, and both from and to bytes for callers
 * that have no more than those.
 */
export interface JsonClientMethod {
  /** As in {@link JsonMethod}. */
  readonly path: string;
  /** Reads a request. */
  readonly decode: (bytes: Uint8Array) => unknown;
  readonly toJson: (request: never, options: JsonWriteOptions | undefined) => JsonValue;
  readonly read: (json: JsonValue, reader: JsonReader) => unknown;
  /** Writes a response. */
  readonly encode: (response: never) => Uint8Array;
}
