// The words of gRPC over HTTP/2, worded as grpc-go's server words them: clients and their tests look at these texts.
import { GrpcStatus, RpcError } from "../../platform/rpc-port.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** `grpc-timeout` in milliseconds, or what is wrong with it. */
export function parseTimeout(text: string): number | { readonly problem: string } {
  if (text.length < 2) return { problem: `transport: timeout string is too short: ${JSON.stringify(text)}` };
  if (text.length > 9) return { problem: `transport: timeout string is too long: ${JSON.stringify(text)}` };
  const unit = UNIT_MS[text.slice(-1)];
  if (unit === undefined)
    return { problem: `transport: timeout unit is not recognized: ${JSON.stringify(text)}` };
  const digits = text.slice(0, -1);
  if (!/^\d+$/.test(digits)) {
    return { problem: `strconv.ParseUint: parsing ${JSON.stringify(digits)}: invalid syntax` };
  }
  return Number(digits) * unit;
}

const PLAIN = /^[\x20-\x24\x26-\x7e]*$/;
const ESCAPED = /[^\x20-\x24\x26-\x7e]+/g;

/** A text as `grpc-message`: UTF-8, with all but printable ASCII percent-encoded. */
export function encodeMessage(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(/\p{Surrogate}/gu, "\ufffd").replace(ESCAPED, encodeURIComponent);
}

/** The content type to answer with when that of a request is gRPC, else undefined. */
export function grpcContentType(type: string | undefined): string | undefined {
  if (type === "application/grpc") return type;
  if (type === undefined || !/^application\/grpc[+;]/i.test(type)) return undefined;
  const subtype = type.slice("application/grpc".length + 1).toLowerCase();
  return subtype === "" ? "application/grpc" : `application/grpc+${subtype}`;
}

/** Splits a path into service and method; undefined when it is none of gRPC. */
export function splitPath(path: string): { readonly service: string; readonly method: string } | undefined {
  const at = path.lastIndexOf("/");
  return path.startsWith("/") && at > 0
    ? { service: path.slice(1, at), method: path.slice(at + 1) }
    : undefined;
}

/** A request over the limit, by the length that its prefix says. */
export function tooLarge(bytes: number, maxBytes: number): RpcError {
  return refusal(
    GrpcStatus.RESOURCE_EXHAUSTED,
    `grpc: received message larger than max (${bytes} vs. ${maxBytes})`,
  );
}

/** A request over the limit once it was unpacked. */
export function tooLargeUnpacked(maxBytes: number): RpcError {
  return refusal(
    GrpcStatus.RESOURCE_EXHAUSTED,
    `grpc: received message after decompression larger than max ${maxBytes}`,
  );
}

/** Refuses a call whose time is up on arrival; no clock counts less than a microsecond. */
export function checkTimeout(timeoutMs: number | undefined): void {
  if (timeoutMs !== undefined && timeoutMs < 1e-3)
    throw refusal(GrpcStatus.DEADLINE_EXCEEDED, "context deadline exceeded");
}

/** A call that the closing server cannot answer any more. */
export function closing(): RpcError {
  return new RpcError({
    status: GrpcStatus.UNAVAILABLE,
    details: "the server is closing",
    reason: "closed",
  });
}

/** A call that is refused before any handler sees it. */
export function refusal(status: GrpcStatus, details: string): RpcError {
  return new RpcError({ status, details });
}
