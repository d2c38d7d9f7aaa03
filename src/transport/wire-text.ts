// The words of gRPC that HTTP headers carry, the same on every transport.
import { GrpcStatus } from "../platform/rpc-port.ts";

/** `grpc-timeout`: at most eight digits and a unit. */
export function encodeTimeout(timeoutMs: number): string {
  const whole = Math.max(1, Math.ceil(timeoutMs));
  if (whole < 1e8) return `${whole}m`;
  const seconds = Math.ceil(whole / 1000);
  return seconds < 1e8 ? `${seconds}S` : `${Math.min(99_999_999, Math.ceil(seconds / 3600))}H`;
}

/** `grpc-message` as a human reads it: percent-decoded, and left as it is where the escapes are wrong. */
export function decodeMessage(raw: string): string {
  if (!raw.includes("%")) return raw;
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}

/** The status for an answer without a status of gRPC, by HTTP status. */
const STATUS_BY_HTTP: Readonly<Record<number, GrpcStatus>> = {
  400: GrpcStatus.INTERNAL,
  401: GrpcStatus.UNAUTHENTICATED,
  403: GrpcStatus.PERMISSION_DENIED,
  404: GrpcStatus.UNIMPLEMENTED,
  429: GrpcStatus.UNAVAILABLE,
  502: GrpcStatus.UNAVAILABLE,
  503: GrpcStatus.UNAVAILABLE,
  504: GrpcStatus.UNAVAILABLE,
};

/** The gRPC status for an HTTP status other than 200, when the answer says nothing more. */
export function statusOfHttp(status: number): GrpcStatus {
  return STATUS_BY_HTTP[status] ?? GrpcStatus.UNKNOWN;
}
