import { type Duration, msToNumber } from "../common/duration.ts";
import type {
  GrpcChannelOptions,
  GrpcTlsOptions,
  HttpConnectProxy,
  KeepAliveOptions,
  Metadata,
  RpcPort,
} from "../platform/rpc-port.ts";
import { type ApiKey, checkApiKey } from "./api-key.ts";
import { checkConnectionOptions } from "./check-connection-options.ts";
import { CLIENT_NAME, CLIENT_VERSION } from "./client-info.ts";
import { fetchChannel } from "./fetch/fetch-channel.ts";
import type { Fetch, FetchChannelOptions } from "./fetch/fetch-options.ts";
import type { FetchProtocol } from "./fetch/open-fetch-port.ts";
import { normalizeMetadata } from "./metadata.ts";
import { defaultGrpcRetryOptions, type GrpcRetryOptions, makeGrpcRetryInterceptor } from "./retry.ts";
import type { UnaryInterceptor } from "./unary-call.ts";

/**
 * TLS of a connection. All certificates and keys are PEM. They are read anew for each HTTP/2 connection, so that an object with getters
 * may give others when certificates are renewed.
 */
export interface TLSConfig {
  /** Name used for SNI, for verification and as HTTP/2 `:authority`. Default: the host of the address. */
  readonly serverNameOverride?: string | undefined;
  /** Certificates to trust instead of the system's. */
  readonly serverRootCACertificate?: Uint8Array | undefined;
  /** The client's own certificate and key, for mutual TLS. */
  readonly clientCertPair?: { readonly crt: Uint8Array; readonly key: Uint8Array } | undefined;
}

/** An HTTP proxy that tunnels by CONNECT. */
export interface ProxyConfig {
  readonly type?: "http-connect" | undefined;
  /** `host:port` of the proxy. */
  readonly targetHost: string;
  readonly basicAuth?: { readonly username: string; readonly password: string } | undefined;
}

/** Options of {@link Connection.connect} and {@link Connection.lazy}. */
export interface ConnectionOptions {
  /**
   * `host`, `host:port` or `[ipv6]:port`. Default `"localhost:7233"` (`"localhost:7243"` for `http-json`); without a port, the
   * default's. Protocols over `fetch` also take `https://host:port/prefix`, where the port is as in any URL.
   */
  readonly address?: string | undefined;
  /**
   * How the server is spoken to. Default `"grpc"`. The others go over `fetch`: `"grpc-web"` and `"connect"` to a gateway, the embedded
   * server or a proxy that speaks them; `"http-json"` to the HTTP port of any Temporal server, for clients only.
   */
  readonly protocol?: ConnectionProtocol | undefined;
  /** Whether `connect` writes protobuf. Default true; false writes JSON, which people and proxies can read, and which loses fields of newer servers. */
  readonly useBinaryFormat?: boolean | undefined;
  /** What the protocols over `fetch` send requests with. Default: the runtime's own. */
  readonly fetch?: Fetch | undefined;
  /** `true` or `{}` trusts the system's certificates. Default: on when there is an `apiKey`, off otherwise. */
  readonly tls?: TLSConfig | boolean | null | undefined;
  /** Sent as `authorization: Bearer <key>`; see {@link ApiKey}. */
  readonly apiKey?: ApiKey | undefined;
  /** Sent with every call. Values are text, or bytes for keys that end in `-bin`. */
  readonly metadata?: Metadata | undefined;
  /** Wrap every call, the first outermost. Default: the retry interceptor, which a list of your own replaces. */
  readonly interceptors?: readonly UnaryInterceptor[] | undefined;
  /** How long {@link Connection.connect} tries. Default 10 seconds. */
  readonly connectTimeout?: Duration | undefined;
  readonly proxy?: ProxyConfig | undefined;
  /** Default `{ intervalMs: 30000, timeoutMs: 15000 }`; `false` sends no HTTP/2 PINGs. */
  readonly keepAlive?: KeepAliveOptions | false | undefined;
  /** Largest request in bytes. Default 4 MiB, which is the server's own limit. */
  readonly maxSendBytes?: number | undefined;
  /** Largest response in bytes. Default 128 MiB. */
  readonly maxReceiveBytes?: number | undefined;
  /** Age in milliseconds at which an HTTP/2 connection is replaced. Default: never. */
  readonly maxConnectionAgeMs?: number | undefined;
  /** Calls after which an HTTP/2 connection is replaced. Default: never. */
  readonly maxConnectionCalls?: number | undefined;
  /** Another way to carry the bytes, in place of gRPC over HTTP/2. It stays its owner's: closing the connection does not close it. Excludes `address`, `tls`, `proxy`, `protocol` and `fetch`. */
  readonly transport?: RpcPort | undefined;
}

/** How a server is spoken to. */
export type ConnectionProtocol = "grpc" | "grpc-web" | "connect" | "http-json";

/** Connection options with every default filled in. */
export interface ResolvedConnectionOptions {
  /** With port; of a connection over its own transport, a word for it. */
  readonly address: string;
  readonly apiKey: ApiKey | undefined;
  readonly metadata: Metadata;
  readonly interceptors: readonly UnaryInterceptor[];
  readonly connectTimeoutMs: number;
  /** What carries the bytes: a port of the user's, or what to ask the platform for. */
  readonly channel:
    | { readonly kind: "transport"; readonly transport: RpcPort }
    | { readonly kind: "grpc"; readonly options: GrpcChannelOptions }
    | { readonly kind: "fetch"; readonly protocol: FetchProtocol; readonly options: FetchChannelOptions };
}

/** Where a Temporal server on this machine listens: the address of connections that are given none. */
export const LOCAL_TARGET = "localhost:7233";
const DEFAULT_PORT = 7233;
/** How failed calls are made again where nothing else is said. */
export const DEFAULT_RETRY: GrpcRetryOptions = defaultGrpcRetryOptions();
/** The interceptors of a connection that was given none. */
export const RETRY_ONLY: readonly UnaryInterceptor[] = Object.freeze([
  makeGrpcRetryInterceptor(DEFAULT_RETRY),
]);
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;

/**
 * Checks connection options and fills in the defaults.
 *
 * @throws TypeError naming the option, its value and what is allowed
 *
 * @example
 * ```ts
 * resolveConnectionOptions({ address: "temporal.internal" }).address; // "temporal.internal:7233"
 * ```
 */
export function resolveConnectionOptions(options: ConnectionOptions): ResolvedConnectionOptions {
  checkConnectionOptions(options);
  const { apiKey } = options;
  const metadata = connectionMetadata(options.metadata ?? {});
  if (apiKey !== undefined && metadata["authorization"] !== undefined) {
    throw new TypeError("apiKey: cannot be combined with metadata.authorization, give one of the two");
  }
  const connectTimeoutMs = msToNumber(options.connectTimeout ?? DEFAULT_CONNECT_TIMEOUT_MS, "connectTimeout");
  if (!(connectTimeoutMs > 0)) throw new TypeError(`connectTimeout: ${connectTimeoutMs} ms is not above 0`);
  const channel = channelOf(options, connectTimeoutMs);
  return {
    address: addressOf(channel),
    apiKey: apiKey === undefined ? undefined : checkApiKey(apiKey, "apiKey"),
    metadata,
    interceptors: options.interceptors ?? RETRY_ONLY,
    connectTimeoutMs,
    channel,
  };
}

/**
 * The metadata of a connection: the user's, and who we are where it does not say so.
 *
 * @example
 * ```ts
 * connectionMetadata({ "x-team": "billing" });
 * ```
 */
export function connectionMetadata(metadata: Metadata): Metadata {
  // The same frozen object for many calls spares the encoding of its headers.
  return Object.freeze({
    "client-name": CLIENT_NAME,
    "client-version": CLIENT_VERSION,
    ...normalizeMetadata(metadata, "metadata"),
  });
}

function channelOf(
  options: ConnectionOptions,
  connectTimeoutMs: number,
): ResolvedConnectionOptions["channel"] {
  if (options.transport) return pluggedIn(options, options.transport);
  const { protocol = "grpc" } = options;
  if (protocol !== "connect" && options.useBinaryFormat !== undefined) {
    throw new TypeError(
      `useBinaryFormat: is an option of protocol "connect", not of ${JSON.stringify(protocol)}`,
    );
  }
  if (protocol !== "grpc") return fetchChannel(options, protocol);
  if (options.fetch !== undefined)
    throw new TypeError('fetch: is of no use to protocol "grpc"; name another protocol');
  return grpc(options, connectTimeoutMs);
}

function addressOf(channel: ResolvedConnectionOptions["channel"]): string {
  switch (channel.kind) {
    case "grpc":
      return channel.options.address;
    case "fetch":
      return channel.options.baseUrl;
    case "transport":
      return "the given transport";
  }
}

function pluggedIn(options: ConnectionOptions, transport: RpcPort): ResolvedConnectionOptions["channel"] {
  for (const name of ["address", "tls", "proxy", "protocol", "fetch"] as const) {
    if (options[name] != null && options[name] !== false) {
      throw new TypeError(`transport: cannot be combined with ${name}, which is the transport's own matter`);
    }
  }
  return { kind: "transport", transport };
}

function grpc(options: ConnectionOptions, connectTimeoutMs: number): ResolvedConnectionOptions["channel"] {
  return {
    kind: "grpc",
    options: {
      address: withPort(options.address ?? LOCAL_TARGET),
      tls: channelTls(options.tls, options.apiKey !== undefined),
      proxy: options.proxy && channelProxy(options.proxy),
      keepAlive: options.keepAlive,
      maxSendBytes: options.maxSendBytes,
      maxReceiveBytes: options.maxReceiveBytes,
      maxConnectionAgeMs: options.maxConnectionAgeMs,
      maxConnectionCalls: options.maxConnectionCalls,
      connectTimeoutMs,
      userAgent: `${CLIENT_NAME}/${CLIENT_VERSION}`,
    },
  };
}

function withPort(address: string): string {
  const match = /^(\[[0-9a-fA-F:.%]+\]|[^:/@\s[\]]+)(?::(\d{1,5}))?$/.exec(address);
  const port = match?.[2] === undefined ? DEFAULT_PORT : Number(match[2]);
  if (!match?.[1] || port < 1 || port > 65_535) {
    throw new TypeError(
      `address: ${JSON.stringify(address)} is not "host", "host:port" or "[ipv6]:port"; it takes no scheme and no path`,
    );
  }
  return `${match[1]}:${port}`;
}

function channelTls(tls: ConnectionOptions["tls"], hasApiKey: boolean): GrpcTlsOptions | undefined {
  if (tls === false || (tls == null && !hasApiKey)) return undefined;
  if (tls == null || tls === true) return {};
  const pair = tls.clientCertPair;
  if (pair && !(pair.crt && pair.key)) {
    throw new TypeError("tls.clientCertPair: both crt and key are needed");
  }
  return {
    serverName: tls.serverNameOverride,
    get rootCertificates() {
      return tls.serverRootCACertificate;
    },
    get clientCertificate() {
      const { clientCertPair } = tls;
      return clientCertPair && { certificate: clientCertPair.crt, key: clientCertPair.key };
    },
  };
}

function channelProxy(proxy: ProxyConfig): HttpConnectProxy {
  if (!/^(\[[0-9a-fA-F:.%]+\]|[^:/@\s[\]]+):\d{1,5}$/.test(proxy.targetHost)) {
    throw new TypeError(
      `proxy.targetHost: ${JSON.stringify(proxy.targetHost)} is not "host:port" or "[ipv6]:port"`,
    );
  }
  if (proxy.basicAuth?.username.includes(":")) {
    throw new TypeError('proxy.basicAuth.username: must not contain ":"');
  }
  return { address: proxy.targetHost, basicAuth: proxy.basicAuth };
}
