import { decodeBase64 } from "../../codec-runtime/base64.ts";
import { encodeStatus } from "../../gen/codec/google/rpc/status.ts";
import {
  GrpcStatus,
  type Metadata,
  type RpcAnswer,
  RpcError,
  type RpcPort,
} from "../../platform/rpc-port.ts";
import { malformed, notTheProtocol } from "./answer-error.ts";
import type { FetchAnswer } from "./fetch-exchange.ts";
import type { FetchChannelOptions } from "./fetch-options.ts";
import { FetchedAnswer, type HeaderRules, toMetadata } from "./headers.ts";
import { messagePort } from "./message-port.ts";

/** How messages stand in the bodies of calls. */
export interface ConnectFormat {
  readonly contentType: string;
  readonly encode: (path: string, message: Uint8Array) => Uint8Array;
  readonly decode: (path: string, body: Uint8Array) => Uint8Array;
}

/** Messages as they are. */
export const connectBinary: ConnectFormat = {
  contentType: "application/proto",
  encode: (_path, message) => message,
  decode: (_path, body) => body,
};

/**
 * Calls by the Connect protocol, as the gateway, the embedded server and Connect's own servers serve it.
 *
 * @example
 * ```ts
 * const port = connectPort({ baseUrl: "https://gateway.internal", fetch, maxSendBytes: 4194304, maxReceiveBytes: 134217728 }, connectBinary);
 * ```
 */
export function connectPort(options: FetchChannelOptions, format: ConnectFormat): RpcPort {
  return messagePort(options, {
    headers: headerRules(format),
    body: format.encode,
    read: (path, answer) => read(path, answer, format),
  });
}

function headerRules({ contentType }: ConnectFormat): HeaderRules {
  return {
    fixed: { "content-type": contentType, "connect-protocol-version": "1" },
    // At most ten digits; a call that may take longer may take for ever.
    timeout: (timeoutMs) =>
      timeoutMs < 1e10 ? ["connect-timeout-ms", String(Math.max(1, Math.ceil(timeoutMs)))] : undefined,
  };
}

function read(path: string, answer: FetchAnswer, format: ConnectFormat): RpcAnswer {
  const { status, headers, body } = answer;
  const type = mediaType(headers.get("content-type") ?? "");
  if (status !== 200) throw errorOf(path, answer, type);
  if (type !== format.contentType) throw notTheProtocol(path, "Connect", answer);
  return new FetchedAnswer(
    format.decode(path, body),
    () => leading(headers),
    () => toMetadata(headers, "trailer-"),
  );
}

/** A content type without its parameters. */
function mediaType(contentType: string): string {
  const at = contentType.indexOf(";");
  return (at < 0 ? contentType : contentType.slice(0, at)).trim().toLowerCase();
}

/** Headers without those that stand for trailers. */
function leading(headers: Headers): Metadata {
  const all = Object.entries(toMetadata(headers));
  return Object.fromEntries(all.filter(([key]) => !key.startsWith("trailer-")));
}

/** The codes of Connect, which are those of gRPC in other words. */
const CODES: Readonly<Record<string, GrpcStatus>> = {
  canceled: GrpcStatus.CANCELLED,
  unknown: GrpcStatus.UNKNOWN,
  invalid_argument: GrpcStatus.INVALID_ARGUMENT,
  deadline_exceeded: GrpcStatus.DEADLINE_EXCEEDED,
  not_found: GrpcStatus.NOT_FOUND,
  already_exists: GrpcStatus.ALREADY_EXISTS,
  permission_denied: GrpcStatus.PERMISSION_DENIED,
  resource_exhausted: GrpcStatus.RESOURCE_EXHAUSTED,
  failed_precondition: GrpcStatus.FAILED_PRECONDITION,
  aborted: GrpcStatus.ABORTED,
  out_of_range: GrpcStatus.OUT_OF_RANGE,
  unimplemented: GrpcStatus.UNIMPLEMENTED,
  internal: GrpcStatus.INTERNAL,
  unavailable: GrpcStatus.UNAVAILABLE,
  data_loss: GrpcStatus.DATA_LOSS,
  unauthenticated: GrpcStatus.UNAUTHENTICATED,
};

function errorOf(path: string, answer: FetchAnswer, type: string): RpcError {
  const error = type === "application/json" ? parseError(path, answer.body) : undefined;
  const status = typeof error?.["code"] === "string" ? CODES[error["code"]] : undefined;
  if (error === undefined || status === undefined) return notTheProtocol(path, "Connect", answer);
  const message = error["message"];
  const details = typeof message === "string" ? message : "";
  return new RpcError({
    status,
    details,
    metadata: toMetadata(answer.headers),
    rawStatusDetails: statusBytes(status, details, error["details"]),
  });
}

function parseError(path: string, body: Uint8Array): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(body));
    return typeof json === "object" && json !== null ? (json as Record<string, unknown>) : undefined;
  } catch (cause) {
    throw malformed(path, "an error that is not JSON", cause);
  }
}

/** The details as `google.rpc.Status`, which is how errors of every transport carry them; what cannot be read is left out. */
function statusBytes(code: number, message: string, details: unknown): Uint8Array | undefined {
  if (!Array.isArray(details) || details.length === 0) return undefined;
  const packed = details.flatMap((detail: unknown) => {
    const { type, value } = (detail ?? {}) as { type?: unknown; value?: unknown };
    if (typeof type !== "string" || typeof value !== "string") return [];
    try {
      return [{ typeUrl: `type.googleapis.com/${type}`, value: decodeBase64(value) }];
    } catch {
      return [];
    }
  });
  return packed.length === 0 ? undefined : encodeStatus({ code, message, details: packed });
}
