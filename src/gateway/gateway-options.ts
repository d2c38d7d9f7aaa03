import type { PeerCertificate } from "../platform/rpc-port.ts";
import type { ConnectionOptions } from "../transport/connection-options.ts";
import type { GatewayCaller } from "./caller.ts";

/** Options of {@link createGateway}. */
export interface GatewayOptions {
  /**
   * The Temporal server behind the gateway: `host:port`, or how to connect to it, with TLS, client certificates or API key.
   * Calls are never made twice: who calls decides about that. Default `localhost:7233`.
   */
  readonly upstream?: string | ConnectionOptions | undefined;
  /** Who may call. Default: everybody, and then it listens on this machine only. */
  readonly auth?: GatewayAuth | undefined;
  /** Origins of web pages that may call, such as `https://app.example.com`. Default: none but its own. */
  readonly corsOrigins?: readonly string[] | undefined;
  /**
   * Name of the header in which a proxy in front of the gateway says the address of the caller, such as `x-forwarded-for` or
   * `cf-connecting-ip`; of a list the last counts. Only for gateways that nobody reaches but by that proxy. Default: the address of
   * the connection.
   */
  readonly clientAddressHeader?: string | undefined;
  /** Names of metadata that the server gets besides the usual ones. */
  readonly forwardMetadata?: readonly string[] | undefined;
  /** Most bytes of a request, also unpacked. Default 4 MiB, which is the server's own limit. */
  readonly maxRequestBytes?: number | undefined;
  /** Most bytes of an answer of the server. Default 128 MiB. */
  readonly maxResponseBytes?: number | undefined;
  /** Default: only that of failed authentication. */
  readonly limits?: GatewayLimits | undefined;
  /**
   * Longest time of a poll in milliseconds, at least 2500: set it below what a proxy in front cuts off. A worker whose poll ends so gets an
   * empty answer and polls again. Default 70000.
   */
  readonly maxPollMs?: number | undefined;
  /**
   * Hears of every call that has ended, and of connections that were refused for want of room (one entry in ten seconds at most). Payloads
   * and credentials are never in it. Default: nobody does.
   */
  readonly log?: ((entry: GatewayLogEntry) => void) | undefined;
}

/**
 * How callers are known:
 *
 * - `tokens`: by a secret that each sends as `authorization: Bearer <token>`
 * - `jwt`: by a signed token, checked against the keys of its issuer; needs the package `jose`
 * - `verify`: by a function of your own
 * - `pass-through`: by the server behind, which gets the caller's authorization
 * - `open`: not at all; beyond this machine only with `allowRemote`, where something in front checks callers
 */
export type GatewayAuth =
  | { readonly kind: "tokens"; readonly tokens: readonly GatewayToken[] }
  | ({ readonly kind: "jwt" } & JwtOptions)
  | { readonly kind: "verify"; readonly verify: VerifyCaller }
  | { readonly kind: "pass-through" }
  | { readonly kind: "open"; readonly allowRemote?: boolean | undefined };

/** A secret, and whose it is. */
export interface GatewayToken extends GatewayCaller {
  /** At least 16 characters. */
  readonly token: string;
}

/** What a caller shows of itself. */
export interface GatewayCredentials {
  /** Of `authorization: Bearer <token>`. */
  readonly bearer: string | undefined;
  /** All metadata of the call. */
  readonly metadata: Readonly<Record<string, string | Uint8Array>>;
  /** `/package.Service/Method`; undefined: a page, such as the metrics. */
  readonly path: string | undefined;
  /** IP address of the caller, or what {@link GatewayOptions.clientAddressHeader} says; undefined: the host does not tell it. */
  readonly address: string | undefined;
  /** Of callers that came by TLS with `tls.clientCertificates`; it was signed by one of these authorities. */
  readonly certificate: PeerCertificate | undefined;
}

/** Says who calls; undefined: nobody who may. What it throws is UNAVAILABLE for the caller, and in the log. */
export type VerifyCaller = (
  credentials: GatewayCredentials,
) => GatewayCaller | undefined | Promise<GatewayCaller | undefined>;

/** How signed tokens are checked. */
export interface JwtOptions {
  /** Where the issuer publishes its keys. */
  readonly jwksUrl: string;
  /** What `iss` must be. */
  readonly issuer: string;
  /** What `aud` must hold. */
  readonly audience: string;
  /** Default: those with a public key: RS, PS, ES and EdDSA. */
  readonly algorithms?: readonly string[] | undefined;
  /** Says who the token is of; undefined: nobody who may. */
  readonly caller: (claims: Readonly<Record<string, unknown>>) => GatewayCaller | undefined;
}

/** Limits. Calls over them fail with RESOURCE_EXHAUSTED, on which SDKs wait and call again. */
export interface GatewayLimits {
  /** Calls per second of all callers. */
  readonly requestsPerSecond?: number | undefined;
  /** Calls per second of each caller. */
  readonly requestsPerSecondPerCaller?: number | undefined;
  /** Polls of workers under way at a time, of all callers. */
  readonly maxPolls?: number | undefined;
  /** Polls of workers under way at a time, of each caller. */
  readonly maxPollsPerCaller?: number | undefined;
  /** Calls per second of each address (of IPv6: of each /64 network), counted before it is known who calls. */
  readonly requestsPerSecondPerAddress?: number | undefined;
  /**
   * How often per minute callers of one address may fail to show who they are; from then on only tokens that were good before are
   * looked at. Default 60.
   */
  readonly failuresPerMinutePerAddress?: number | undefined;
}

/** A call that has ended, or connections that were refused. */
export interface GatewayLogEntry {
  /** Milliseconds since the Unix epoch. */
  readonly timeMs: number;
  /** `/package.Service/Method`, `unknown` of what the gateway does not know, or `connection` of connections that were refused. */
  readonly path: string;
  readonly namespace: string | undefined;
  /** Undefined: it was refused before it was known who calls. */
  readonly caller: string | undefined;
  /** IP address of the caller, as far as it is known. */
  readonly address: string | undefined;
  /** Code of gRPC. */
  readonly status: number;
  /** What went wrong where the gateway or the way to the server is the reason; the server's own words are not in it. */
  readonly error: string | undefined;
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
}
