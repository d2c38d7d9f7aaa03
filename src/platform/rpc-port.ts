/**
 * The one port for remote calls: bytes in, bytes out. Everything above it (codecs, retries, typed services) is the
 * same on every runtime; everything below it (HTTP/2, `fetch`, an in-process server) is one implementation of
 * {@link RpcPort}.
 */
import { realmSafe } from "../common/realm-safe.ts";

/** A metadata value: text, or bytes for a key that ends in `-bin`. */
export type MetadataValue = string | Uint8Array;

/** gRPC metadata: lower-case keys. Of a key that arrived several times, the values are joined by `", "`. */
export type Metadata = Readonly<Record<string, MetadataValue>>;

/** The 17 gRPC status codes. */
export const GrpcStatus = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

/** One of the 17 gRPC status codes, as a number. */
export type GrpcStatus = (typeof GrpcStatus)[keyof typeof GrpcStatus];

const STATUS_NAMES: readonly string[] = Object.keys(GrpcStatus);

/**
 * The name of a status code, for messages and logs.
 *
 * @example
 * ```ts
 * grpcStatusName(14); // "UNAVAILABLE"
 * ```
 */
export function grpcStatusName(status: number): string {
  return STATUS_NAMES[status] ?? `STATUS_${status}`;
}

/**
 * Turns a number from the wire into a status; what gRPC does not define counts as UNKNOWN.
 *
 * @example
 * ```ts
 * toGrpcStatus(99); // GrpcStatus.UNKNOWN
 * ```
 */
export function toGrpcStatus(value: number): GrpcStatus {
  return Number.isInteger(value) && value >= 0 && value < STATUS_NAMES.length
    ? (value as GrpcStatus)
    : GrpcStatus.UNKNOWN;
}

/**
 * Why a call failed. `server` means that the server said so; every other reason was found on this side:
 *
 * - `deadline`: the call's time was up
 * - `aborted`: the call's signal was aborted
 * - `connect-failed`: no connection could be made, a later attempt may succeed
 * - `connect-rejected`: no connection could be made and a later attempt cannot succeed (certificate, protocol, proxy)
 * - `connection-lost`: the connection died under the call
 * - `stream-reset`: the peer reset this call alone
 * - `malformed-response`: the answer is not gRPC as it should be
 * - `message-too-large`: a message over the size limit, either way
 * - `invalid-request`: the call cannot be sent as it is
 * - `closed`: the port was closed
 */
export type RpcErrorReason =
  | "server"
  | "deadline"
  | "aborted"
  | "connect-failed"
  | "connect-rejected"
  | "connection-lost"
  | "stream-reset"
  | "malformed-response"
  | "message-too-large"
  | "invalid-request"
  | "closed";

/** What an {@link RpcError} is made of. */
export interface RpcErrorInit {
  readonly status: GrpcStatus;
  /** What was wrong: the server's `grpc-message`, or our own words. */
  readonly details: string;
  /** Default `"server"`. */
  readonly reason?: RpcErrorReason;
  /** Headers and trailers of the answer. Default: none. */
  readonly metadata?: Metadata;
  /** The bytes of `google.rpc.Status` from `grpc-status-details-bin`. */
  readonly rawStatusDetails?: Uint8Array | undefined;
  /** The HTTP/2 error code, when `reason` is `stream-reset`. */
  readonly http2ErrorCode?: number | undefined;
  readonly cause?: unknown;
}

/**
 * A remote call failed. `status` is its gRPC code, `reason` tells whether the server or this side found the fault.
 *
 * @example
 * ```ts
 * try {
 *   await port.unary(path, bytes, {});
 * } catch (error) {
 *   if (error instanceof RpcError && error.status === GrpcStatus.NOT_FOUND) return undefined;
 *   throw error;
 * }
 * ```
 */
export class RpcError extends Error {
  declare readonly code: "RPC_ERROR";
  readonly status: GrpcStatus;
  readonly details: string;
  readonly reason: RpcErrorReason;
  readonly metadata: Metadata;
  readonly rawStatusDetails: Uint8Array | undefined;
  readonly http2ErrorCode: number | undefined;

  constructor(init: RpcErrorInit) {
    super(
      `${init.status} ${grpcStatusName(init.status)}: ${init.details}`,
      init.cause === undefined ? undefined : { cause: init.cause },
    );
    this.status = init.status;
    this.details = init.details;
    this.reason = init.reason ?? "server";
    this.metadata = init.metadata ?? {};
    this.rawStatusDetails = init.rawStatusDetails;
    this.http2ErrorCode = init.http2ErrorCode;
  }

  static {
    // `perdure/edge` is built apart from the rest of the package and has a copy of this class.
    realmSafe(RpcError, "RpcError", "RPC_ERROR");
  }
}

/** What may be said about one call. */
export interface RpcCallOptions {
  /** Milliseconds until the call fails with DEADLINE_EXCEEDED, connecting included. Default: no deadline. */
  readonly timeoutMs?: number | undefined;
  /** Aborting it cancels the call, at the server too; the call then fails with CANCELLED. */
  readonly signal?: AbortSignal | undefined;
  /** Metadata sent with the call. Keys in lower case. */
  readonly metadata?: Metadata | undefined;
  /** Who makes the call, where it came in by a listener. Not sent on. */
  readonly peer?: RpcPeer | undefined;
}

/** Who makes a call, as the connection tells it. */
export interface RpcPeer {
  /** IP address; undefined: it is not known. */
  readonly address: string | undefined;
  /** The certificate that was shown and found good; undefined: none was asked for. */
  readonly certificate: PeerCertificate | undefined;
}

/** What a client's certificate says. */
export interface PeerCertificate {
  /** The common name of its subject. */
  readonly commonName: string | undefined;
  /** Its other names with their kinds, such as `DNS:worker.internal` or `URI:spiffe://cluster/worker`. */
  readonly names: readonly string[];
  /** SHA-256 of the certificate, in hexadecimal digits. */
  readonly fingerprint: string;
}

/** The answer to a call. */
export interface RpcAnswer {
  /** The encoded response message. */
  readonly bytes: Uint8Array;
  readonly headers: Metadata;
  readonly trailers: Metadata;
}

/** The bytes port: how encoded messages reach a server. */
export interface RpcPort {
  /**
   * Makes one unary call.
   *
   * @param path `/package.Service/Method`
   * @param bytes the encoded request; not changed, and not to be changed until the call has ended
   * @throws {RpcError} in every case of failure
   */
  unary(path: string, bytes: Uint8Array, options: RpcCallOptions): Promise<RpcAnswer>;
  /** Ends all connections; calls under way fail with UNAVAILABLE. Safe to call again. */
  close(): Promise<void>;
}

/** TLS for a gRPC connection. All certificates and keys are PEM. */
export interface GrpcTlsOptions {
  /** Certificates to trust instead of the system's. */
  readonly rootCertificates?: Uint8Array | undefined;
  /** The client's own certificate, for mutual TLS. */
  readonly clientCertificate?: { readonly certificate: Uint8Array; readonly key: Uint8Array } | undefined;
  /** Name used for SNI, for verification and as HTTP/2 `:authority`. Default: the host of the address. */
  readonly serverName?: string | undefined;
}

/** An HTTP proxy that tunnels by CONNECT. */
export interface HttpConnectProxy {
  /** `host:port` of the proxy. */
  readonly address: string;
  readonly basicAuth?: { readonly username: string; readonly password: string } | undefined;
}

/** HTTP/2 PINGs that find dead connections. */
export interface KeepAliveOptions {
  /** Milliseconds between PINGs. Default 30000; Temporal's frontend refuses fewer than 10000. */
  readonly intervalMs: number;
  /** Milliseconds without an answer after which the connection counts as lost. Default 15000. */
  readonly timeoutMs: number;
}

/** How to reach a gRPC server over HTTP/2. */
export interface GrpcChannelOptions {
  /** `host:port`; an IPv6 host in brackets. */
  readonly address: string;
  /** Default: plaintext. */
  readonly tls?: GrpcTlsOptions | undefined;
  readonly proxy?: HttpConnectProxy | undefined;
  /** Default `{ intervalMs: 30000, timeoutMs: 15000 }`; `false` sends no PINGs. */
  readonly keepAlive?: KeepAliveOptions | false | undefined;
  /** Largest request in bytes. Default 4 MiB, Temporal's own limit. */
  readonly maxSendBytes?: number | undefined;
  /** Largest response in bytes, before and after decompression. Default 128 MiB. */
  readonly maxReceiveBytes?: number | undefined;
  /** Milliseconds for one attempt to connect, TLS and proxy included. Default 10000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Age in milliseconds, up to 10 % less by chance, at which a connection is replaced. Default: never. */
  readonly maxConnectionAgeMs?: number | undefined;
  /** Number of calls after which a connection is replaced. Default: never. */
  readonly maxConnectionCalls?: number | undefined;
  /** Most connections at a time; more than one only when the server limits concurrent streams. Default 100. */
  readonly maxConnections?: number | undefined;
  /** Value of the `user-agent` header. Default `"perdure"`. */
  readonly userAgent?: string | undefined;
}
