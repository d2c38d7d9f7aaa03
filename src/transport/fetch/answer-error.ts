import { GrpcStatus, RpcError } from "../../platform/rpc-port.ts";
import { statusOfHttp } from "../wire-text.ts";
import type { FetchAnswer } from "./fetch-exchange.ts";
import { toMetadata } from "./headers.ts";

/**
 * The error for an answer that does not speak the protocol: a proxy's page, or another service's. By its HTTP status
 * where that says something; an answer of 200 means a wrong address or a wrong protocol.
 */
export function notTheProtocol(call: string, protocol: string, answer: FetchAnswer): RpcError {
  const { status, headers, body } = answer;
  const type = headers.get("content-type") ?? "none";
  const hint =
    status === 404 || status === 405 || status === 415 || status === 200
      ? `; is ${protocol} served there?`
      : "";
  return new RpcError({
    status: status === 200 ? GrpcStatus.UNKNOWN : statusOfHttp(status),
    details: `${call}: the answer is not ${protocol}: HTTP ${status}, content-type ${type.slice(0, 100)}${excerpt(type, body)}${hint}`,
    reason: "malformed-response",
    metadata: toMetadata(headers),
  });
}

/** The error for an answer that breaks off or contradicts itself. */
export function malformed(call: string, problem: string, cause?: unknown): RpcError {
  return new RpcError({
    status: GrpcStatus.INTERNAL,
    details: `${call}: malformed answer: ${problem}`,
    reason: "malformed-response",
    cause,
  });
}

/** The error for a request that is too large to send. */
export function requestTooLarge(call: string, bytes: number, maxBytes: number): RpcError {
  return new RpcError({
    status: GrpcStatus.RESOURCE_EXHAUSTED,
    details: `${call}: the request has ${bytes} bytes, more than maxSendBytes (${maxBytes}) allows`,
    reason: "message-too-large",
  });
}

function excerpt(type: string, body: Uint8Array): string {
  if (body.length === 0 || !/^(text\/|application\/(problem\+)?json)/.test(type)) return "";
  const text = new TextDecoder()
    .decode(body.subarray(0, 400))
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return text === "" ? "" : `, ${JSON.stringify(text.slice(0, 120))}`;
}
