import type { Init } from "../../src/codec-runtime/init.ts";
import type { HandlerCodec } from "../../src/codec-runtime/method.ts";
import { encodeStatus } from "../../src/gen/codec/google/rpc/status.ts";
import { WorkflowServiceHandlers } from "../../src/gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import {
  type GrpcStatus,
  type RpcAnswer,
  type RpcCallOptions,
  RpcError,
  type RpcPort,
} from "../../src/platform/rpc-port.ts";
import { Connection } from "../../src/transport/connection.ts";

type Codecs = WorkflowServiceHandlers;
type RequestOf<C> = C extends HandlerCodec<infer Request, infer _Response> ? Request : never;
type ResponseOf<C> = C extends HandlerCodec<infer _Request, infer Response> ? Response : never;

/** What a fake server answers, by method. It sees decoded requests; what it throws goes to the client. */
export type Answers = {
  readonly [M in keyof Codecs]?: (
    request: RequestOf<Codecs[M]>,
    options: RpcCallOptions,
  ) => Init<ResponseOf<Codecs[M]>> | Promise<Init<ResponseOf<Codecs[M]>>>;
};

/** A server that speaks bytes, without a network. */
export interface FakeServer {
  readonly connection: Connection;
  /** Names of the methods called, in order. */
  readonly calls: string[];
}

interface AnyCodec {
  readonly path: string;
  decode(bytes: Uint8Array): never;
  encode(message: never): Uint8Array;
}

export function fakeServer(answers: Answers): FakeServer {
  const calls: string[] = [];
  const codecs = Object.entries(WorkflowServiceHandlers) as unknown as [keyof Codecs, AnyCodec][];
  const byPath = new Map(codecs.map(([name, codec]) => [codec.path, { name, codec }]));
  const port: RpcPort = {
    async unary(path: string, bytes: Uint8Array, options: RpcCallOptions): Promise<RpcAnswer> {
      const { name, codec } = byPath.get(path)!;
      calls.push(name);
      const answer = answers[name] as
        | ((request: never, options: RpcCallOptions) => Promise<never>)
        | undefined;
      if (answer === undefined) throw rpcError(12, `${name} is not expected here`);
      const response = await answer(codec.decode(bytes), options);
      return { bytes: codec.encode(response), headers: {}, trailers: {} };
    },
    close: async () => {},
  };
  return { connection: Connection.lazy({ transport: port, interceptors: [] }), calls };
}

/** The error of a server, with details by their message name. */
export function rpcError(
  status: GrpcStatus,
  details: string,
  detail?: { readonly name: string; readonly value: Uint8Array },
): RpcError {
  const rawStatusDetails =
    detail &&
    encodeStatus({
      code: status,
      message: details,
      details: [
        { typeUrl: `type.googleapis.com/temporal.api.errordetails.v1.${detail.name}`, value: detail.value },
      ],
    });
  return new RpcError({ status, details, rawStatusDetails });
}

/** A JSON payload. */
export function json(value: unknown): { metadata: { encoding: Uint8Array }; data: Uint8Array } {
  const encoder = new TextEncoder();
  return {
    metadata: { encoding: encoder.encode("json/plain") },
    data: encoder.encode(JSON.stringify(value)),
  };
}

/** The value of a JSON payload. */
export function fromJson(payload: { readonly data: Uint8Array } | undefined): unknown {
  return JSON.parse(new TextDecoder().decode(payload?.data));
}
