import { GrpcStatus, RpcError } from "../../../src/platform/rpc-port.ts";

/** TLS failures that another attempt would only repeat. */
const PERMANENT_TLS =
  /CERT|WRONG_VERSION_NUMBER|ALERT|ERR_TLS_|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|InvalidContentType|ERR_OSSL/i;
const HUNG_UP = /ECONNRESET|socket disconnected|EPIPE/i;

/** A failure to connect, as a call sees it. */
export function connectError(phase: string, cause: unknown, permanent = false): RpcError {
  return new RpcError({
    status: GrpcStatus.UNAVAILABLE,
    details: `${phase}: ${describe(cause)}`,
    reason: permanent ? "connect-rejected" : "connect-failed",
    cause,
  });
}

/** A failed TLS handshake; says what to look at when the peer does not speak TLS. */
export function tlsError(address: string, cause: unknown): RpcError {
  const hint = /WRONG_VERSION|InvalidContentType/i.test(wordsOf(cause))
    ? " (the server answered without TLS; is the port a plaintext one?)"
    : HUNG_UP.test(wordsOf(cause))
      ? " (the server hung up during the handshake; does it speak TLS, and does it ask for a client certificate?)"
      : "";
  return connectError(`TLS handshake with ${address} failed${hint}`, cause, isPermanentTls(cause));
}

/** Whether an error is one of TLS that another attempt would only repeat. */
export function isPermanentTls(cause: unknown): boolean {
  const words = wordsOf(cause);
  return PERMANENT_TLS.test(words) && !HUNG_UP.test(words);
}

function wordsOf(error: unknown): string {
  return `${codeOf(error)} ${describe(error)}`;
}

/** The words of an error; those of its parts where it has none of its own, as happy eyeballs gives. */
export function describe(error: unknown): string {
  if (error instanceof RpcError) return error.details;
  if (error instanceof AggregateError && error.errors.length > 0)
    return error.errors.map(describe).join("; ");
  if (error instanceof Error) return error.message.trim() || codeOf(error) || error.name;
  return String(error);
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : "";
}
