/** One method of a service as a client needs it. `Request` and `Response` are the decoded message types. */
export interface MethodCodec<Request, Response> {
  /** Path of the call: `/temporal.api.workflowservice.v1.WorkflowService/StartWorkflowExecution`. */
  readonly path: string;
  /** Name of the method: `StartWorkflowExecution`. */
  readonly name: string;
  readonly kind: "unary" | "serverStreaming" | "clientStreaming" | "bidiStreaming";
  encode(message: Init<Request>): Uint8Array;
  decode(bytes: Uint8Array, options?: DecodeOptions): Response;
}

/** One method of a service as a server needs it: it reads requests and writes responses. */
export interface HandlerCodec<Request, Response> {
  readonly path: string;
  readonly name: string;
  readonly kind: "unary" | "serverStreaming" | "clientStreaming" | "bidiStreaming";
  decode(bytes: Uint8Array, options?: DecodeOptions): Request;
  encode(message: Init<Response>): Uint8Array;
}

/** Names of the methods of a service (`startWorkflowExecution`), each with its codec. */
export type MethodTable<Table> = { readonly [Name in keyof Table]: MethodCodec<never, unknown> };

/** The request type of a method codec, as an encoder takes it. */
export type RequestOf<Method> = Method extends MethodCodec<infer Request, unknown> ? Init<Request> : never;

/** The response type of a method codec. */
export type ResponseOf<Method> = Method extends { decode(bytes: Uint8Array): infer Response }
  ? Response
  : never;

import type { Init } from "./init.ts";
import type { DecodeOptions } from "./reader.ts";
