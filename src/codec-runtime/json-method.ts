import type { JsonValue, JsonWriteOptions } from "./json.ts";
import type { JsonReader } from "./json-reader.ts";

/** One method as a server of the HTTP API needs it: requests from JSON to bytes, responses from bytes to JSON. */
export interface JsonMethod {
  /** Path of the call: `/temporal.api.workflowservice.v1.WorkflowService/StartWorkflowExecution`. */
  readonly path: string;
  readonly request: (json: JsonValue, reader: JsonReader) => Uint8Array;
  readonly response: (bytes: Uint8Array, options: JsonWriteOptions | undefined) => JsonValue;
}

/** One method as a client that speaks JSON needs it: requests from bytes to JSON, responses from JSON to bytes. */
export interface JsonClientMethod {
  /** As in {@link JsonMethod}. */
  readonly path: string;
  readonly request: (bytes: Uint8Array, options: JsonWriteOptions | undefined) => JsonValue;
  readonly response: (json: JsonValue, reader: JsonReader) => Uint8Array;
}
