import { GrpcStatus, RpcError } from "../../platform/rpc-port.ts";
import { statusOfHttp } from "../wire-text.ts";
import type { FetchAnswer } from "./fetch-exchange.ts";
import { toMetadata } from "./headers.ts";
import { jsonErrorOf } from "./json-error.ts";

/** What is shown of the words of somebody else. */
const MAX_WORDS = 500;

/**
 * The error for an answer that does not speak the protocol: a proxy's page, or another service's. By the code in its JSON if it has one
 * of gRPC's, else by its HTTP status where that says something; an answer of 200 means a wrong address or a wrong protocol.
 */
export function notTheProtocol(call: string, protocol: string, answer: FetchAnswer): RpcError {
  const { status, headers, body } = answer;
  const type = headers.get("content-type") ?? "none";
  const error = status === 200 ? undefined : jsonErrorOf(answer);
  const words = error?.message || excerpt(type, body);
  const hint =
    status === 404 || status === 405 || status === 415 || status === 200
      ? `; is ${protocol} served there?`
      : "";
  return new RpcError({
    status: status === 200 ? GrpcStatus.UNKNOWN : (error?.status ?? statusOfHttp(status)),
    details: `${call}: the answer is not ${protocol}: HTTP ${status}, content-type ${type.slice(0, 100)}${words === "" ? "" : `, ${JSON.stringify(words.slice(0, MAX_WORDS))}`}${hint}`,
    reason: "malformed-response",
    metadata: toMetadata(headers),
  });
}

/** The error for an answer that contradicts itself, or cannot be read. */
export function malformed(call: string, problem: string, cause?: unknown): RpcError {
  return new RpcError({
    status: GrpcStatus.INTERNAL,
    details: `${call}: malformed answer: ${problem}`,
    reason: "malformed-response",
    cause,
  });
}

/** The error for an answer that ends too early: what a connection lost behind a proxy looks like. */
export function brokenOff(call: string, problem: string): RpcError {
  return new RpcError({
    status: GrpcStatus.UNAVAILABLE,
    details: `${call}: the answer broke off: ${problem}`,
    reason: "connection-lost",
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
  if (body.length === 0 || !/^(text\/|application\/([^;,]*\+)?json)/i.test(type)) return "";
  return new TextDecoder()
    .decode(body.subarray(0, 400))
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 120);
}
