import { create, toBinary } from "@bufbuild/protobuf";
import { ConnectError, type Transport } from "@connectrpc/connect";
import { encodeStatus } from "../gen/codec/google/rpc/status.ts";
import {
  GrpcStatus,
  type RpcAnswer,
  type RpcCallOptions,
  RpcError,
  type RpcPort,
  toGrpcStatus,
} from "../platform/rpc-port.ts";
import { toHeaders, toMetadata } from "./metadata-headers.ts";
import { opaqueMethod, unwrapBytes, wrapBytes } from "./opaque-method.ts";

/**
 * Puts a Connect transport of yours below a connection: gRPC-Web or Connect over `fetch`, a transport with your own
 * interceptors, or an in-process one. It must use the binary format; one that uses JSON is refused at the first call,
 * before anything is sent, as JSON would lose every field.
 *
 * @example
 * ```ts
 * import { createGrpcWebTransport } from "@connectrpc/connect-web";
 * import { fromConnectTransport } from "perdure/connect";
 *
 * const transport = createGrpcWebTransport({ baseUrl: "https://gateway.internal" });
 * const connection = await Connection.connect({ transport: fromConnectTransport(transport) });
 * ```
 */
export function fromConnectTransport(transport: Transport): RpcPort {
  return {
    unary: (path, bytes, options) => unary(transport, { path, bytes, options }),
    // The transport stays its owner's.
    close: () => Promise.resolve(),
  };
}

interface Request {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly options: RpcCallOptions;
}

async function unary(transport: Transport, { path, bytes, options }: Request): Promise<RpcAnswer> {
  const { timeoutMs, signal, metadata } = options;
  if (timeoutMs !== undefined && timeoutMs <= 0) throw deadlineError(path);
  let refusal: RpcError | undefined;
  const method = opaqueMethod(path);
  const message = wrapBytes(method, bytes, () => {
    refusal = jsonError();
    throw refusal;
  });
  try {
    const header = metadata === undefined ? undefined : toHeaders(metadata);
    const response = await transport.unary(method, signal, timeoutMs, header, message);
    return {
      bytes: unwrapBytes(method, response.message),
      headers: toMetadata(response.header),
      trailers: toMetadata(response.trailer),
    };
  } catch (error) {
    throw refusal ?? toRpcError(error, signal);
  }
}

function toRpcError(error: unknown, signal: AbortSignal | undefined): RpcError {
  const from = ConnectError.from(error);
  return new RpcError({
    status: toGrpcStatus(from.code),
    details: from.rawMessage,
    reason: signal?.aborted ? "aborted" : "server",
    metadata: toMetadata(from.metadata),
    rawStatusDetails: statusBytes(from),
    cause: error,
  });
}

function statusBytes(error: ConnectError): Uint8Array | undefined {
  if (error.details.length === 0) return undefined;
  return encodeStatus({
    code: error.code,
    message: error.rawMessage,
    details: error.details.map((detail) =>
      "desc" in detail
        ? pack(detail.desc.typeName, toBinary(detail.desc, create(detail.desc, detail.value)))
        : pack(detail.type, detail.value),
    ),
  });
}

function pack(type: string, value: Uint8Array): { typeUrl: string; value: Uint8Array } {
  return { typeUrl: `type.googleapis.com/${type}`, value };
}

function jsonError(): RpcError {
  return new RpcError({
    status: GrpcStatus.INVALID_ARGUMENT,
    details:
      "the Connect transport writes JSON, which would lose every field: create it with useBinaryFormat: true",
    reason: "invalid-request",
  });
}

function deadlineError(path: string): RpcError {
  return new RpcError({
    status: GrpcStatus.DEADLINE_EXCEEDED,
    details: `${path} was out of time before it began`,
    reason: "deadline",
  });
}
