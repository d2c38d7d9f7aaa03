import type { Init } from "./init.ts";
import type { DecodeOptions } from "./reader.ts";

/** Who may send more than one message in a call. */
export type MethodKind = "unary" | "serverStreaming" | "clientStreaming" | "bidiStreaming";

/** One method of a service as a client needs it: it writes requests and reads responses. */
export interface MethodCodec<Request, Response> {
  /** Path of the call: `/temporal.api.workflowservice.v1.WorkflowService/StartWorkflowExecution`. */
  readonly path: string;
  /** Name of the method: `StartWorkflowExecution`. */
  readonly name: string;
  readonly kind: MethodKind;
  readonly encode: (message: Init<Request>) => Uint8Array;
  readonly decode: (bytes: Uint8Array, options?: DecodeOptions) => Response;
}

/** One method of a service as a server needs it: it reads requests and writes responses. */
export interface HandlerCodec<Request, Response> {
  readonly path: string;
  readonly name: string;
  readonly kind: MethodKind;
  readonly decode: (bytes: Uint8Array, options?: DecodeOptions) => Request;
  readonly encode: (message: Init<Response>) => Uint8Array;
}

/** The methods of a service by their names (`startWorkflowExecution`). Each generated table is one. */
export type MethodTable = Readonly<Record<string, MethodCodec<never, unknown>>>;

/** What the encoder of a method takes, for deriving a client's type from its table. */
export type RequestOf<Method> = Method extends { readonly encode: (message: infer Request) => Uint8Array }
  ? Request
  : never;

/** What the decoder of a method gives. */
export type ResponseOf<Method> = Method extends { readonly decode: (bytes: Uint8Array) => infer Response }
  ? Response
  : never;

/** How a method is reached over Temporal's HTTP API, and which headers its request asks for. */
export interface MethodRoute {
  readonly http: readonly HttpRule[];
  /** Name → template: `{workflow_execution.workflow_id}` stands for a field of the request. */
  readonly headers: Readonly<Record<string, string>>;
}

/** One binding of a method to an HTTP path. */
export interface HttpRule {
  readonly method: "GET" | "PUT" | "POST" | "DELETE" | "PATCH";
  /** Path with `{field.path}` in it, names as in the proto files. */
  readonly path: string;
  /** `*`: the fields that the path does not name are the JSON body; else the name of the one field that is; empty: none. */
  readonly body: string;
}
