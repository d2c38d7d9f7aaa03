import type { Init } from "../../codec-runtime/init.ts";
import type { HandlerCodec } from "../../codec-runtime/method.ts";
import type { Metadata } from "../../platform/rpc-port.ts";

/** What a handler knows about the call besides its request. */
export interface ServerCall {
  /** Name of the method: `StartWorkflowExecution`. */
  readonly method: string;
  /** Milliseconds that the caller waits at most, counted from the arrival; undefined: for ever. */
  readonly timeoutMs: number | undefined;
  /** Aborted when the caller left or the server closes. Waiters must be taken out at once, so that no task goes to the dead. */
  readonly signal: AbortSignal;
  readonly metadata: Metadata;
}

/** One RPC: request in, response out. What it throws should be a `ServiceFailure`; all else is INTERNAL. */
export type Handler<Request, Response> = (
  request: Request,
  call: ServerCall,
) => Init<Response> | Promise<Init<Response>>;

/** The methods of one service as generated, by name. */
export type HandlerCodecs = Readonly<Record<string, HandlerCodec<unknown, never>>>;

/** Handlers for some of the methods of a service: one file per group of RPCs gives one such record. */
export type HandlersOf<Codecs> = {
  readonly [Name in keyof Codecs]?: Codecs[Name] extends HandlerCodec<infer Request, infer Response>
    ? Handler<Request, Response>
    : never;
};
