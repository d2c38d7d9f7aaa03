import { decodeBase64 } from "../../codec-runtime/base64.ts";
import { encodeStatus } from "../../gen/codec/google/rpc/status.ts";
import { type Metadata, type RpcAnswer, RpcError, type RpcPort } from "../../platform/rpc-port.ts";
import { notTheProtocol } from "./answer-error.ts";
import type { FetchAnswer } from "./fetch-exchange.ts";
import type { FetchChannelOptions } from "./fetch-options.ts";
import { FetchedAnswer, type HeaderRules, toMetadata } from "./headers.ts";
import { jsonErrorOf } from "./json-error.ts";
import { PostPort } from "./post-port.ts";

/**
 * Calls by the Connect protocol, as the gateway, the embedded server and Connect's own servers serve it; bodies as they are.
 *
 * @example
 * ```ts
 * const port = connectPort({ baseUrl: "https://gateway.internal", fetch, maxSendBytes: 4194304, maxReceiveBytes: 134217728 });
 * ```
 */
export function connectPort(options: FetchChannelOptions, contentType = "application/proto"): RpcPort {
  return new PostPort(options, {
    headers: connectHeaders(contentType),
    body: (_path, { bytes }) => bytes,
    read: (path, answer) => {
      checkConnectAnswer(path, answer, contentType);
      return connectAnswer(answer, answer.body);
    },
  });
}

/** The headers of calls whose messages are of a content type. */
export function connectHeaders(contentType: string): HeaderRules {
  return {
    fixed: { "content-type": contentType, "connect-protocol-version": "1" },
    // At most ten digits; a call that may take longer may take for ever.
    timeout: (timeoutMs) =>
      timeoutMs < 1e10 ? ["connect-timeout-ms", String(Math.max(1, Math.ceil(timeoutMs)))] : undefined,
  };
}

/** Throws the error of an answer that is not a message of this content type. */
export function checkConnectAnswer(path: string, answer: FetchAnswer, contentType: string): void {
  const { status, headers } = answer;
  const type = headers.get("content-type") ?? "";
  // Nearly always the very same text.
  if (status === 200 && type === contentType) return;
  if (status !== 200) throw errorOf(path, answer);
  if (mediaType(type) !== contentType) throw notTheProtocol(path, "Connect", answer);
}

/** A good answer with its message. */
export function connectAnswer({ headers }: FetchAnswer, bytes: Uint8Array): RpcAnswer {
  return new FetchedAnswer(
    bytes,
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

function errorOf(path: string, answer: FetchAnswer): RpcError {
  const error = jsonErrorOf(answer);
  if (error?.status === undefined) return notTheProtocol(path, "Connect", answer);
  const { status, message, details } = error;
  return new RpcError({
    status,
    details: message,
    metadata: toMetadata(answer.headers),
    rawStatusDetails: statusBytes(status, message, details),
  });
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
