import type {
  GrpcChannelOptions,
  GrpcTlsOptions,
  HttpConnectProxy,
  KeepAliveOptions,
} from "../../../src/platform/rpc-port.ts";

/** Channel options with every default filled in and every address taken apart. */
export interface ChannelSettings {
  readonly host: string;
  readonly port: number;
  /** HTTP/2 `:authority`. */
  readonly authority: string;
  readonly scheme: "http" | "https";
  readonly tls: GrpcTlsOptions | undefined;
  readonly proxy: ProxySettings | undefined;
  readonly keepAlive: KeepAliveOptions | undefined;
  readonly maxSendBytes: number;
  readonly maxReceiveBytes: number;
  readonly connectTimeoutMs: number;
  readonly maxConnectionAgeMs: number;
  readonly maxConnectionCalls: number;
  readonly maxConnections: number;
  readonly userAgent: string;
}

/** A proxy with its address taken apart. */
export interface ProxySettings {
  readonly host: string;
  readonly port: number;
  readonly basicAuth: HttpConnectProxy["basicAuth"];
}

const MEBIBYTE = 1024 * 1024;

/** Fills in the defaults; throws TypeError or RangeError naming the option and its value. */
export function resolveChannelSettings(options: GrpcChannelOptions): ChannelSettings {
  const { host, port } = parseAddress(options.address, "address");
  const proxy = options.proxy && {
    ...parseAddress(options.proxy.address, "proxy.address"),
    basicAuth: options.proxy.basicAuth,
  };
  const keepAlive = options.keepAlive ?? { intervalMs: 30_000, timeoutMs: 15_000 };
  if (keepAlive !== false) {
    positive(keepAlive.intervalMs, "keepAlive.intervalMs");
    positive(keepAlive.timeoutMs, "keepAlive.timeoutMs");
  }
  return {
    host,
    port,
    authority: options.tls?.serverName ?? options.address,
    scheme: options.tls ? "https" : "http",
    tls: options.tls,
    proxy,
    keepAlive: keepAlive === false ? undefined : keepAlive,
    maxSendBytes: positive(options.maxSendBytes ?? 4 * MEBIBYTE, "maxSendBytes"),
    maxReceiveBytes: positive(options.maxReceiveBytes ?? 128 * MEBIBYTE, "maxReceiveBytes"),
    connectTimeoutMs: positive(options.connectTimeoutMs ?? 10_000, "connectTimeoutMs"),
    maxConnectionAgeMs: positive(
      options.maxConnectionAgeMs ?? Number.POSITIVE_INFINITY,
      "maxConnectionAgeMs",
    ),
    maxConnectionCalls: positive(
      options.maxConnectionCalls ?? Number.POSITIVE_INFINITY,
      "maxConnectionCalls",
    ),
    maxConnections: positive(options.maxConnections ?? 100, "maxConnections"),
    userAgent: options.userAgent ?? "perdure",
  };
}

/** Takes `host:port` or `[ipv6]:port` apart. */
export function parseAddress(address: string, option: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:/@\s[\]]+)):(\d{1,5})$/.exec(address);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port < 1 || port > 65_535) {
    throw new TypeError(
      `${option}: ${JSON.stringify(address)} is not "host:port" or "[ipv6]:port" with a port from 1 to 65535`,
    );
  }
  return { host, port };
}

function positive(value: number, option: string): number {
  if (typeof value !== "number" || !(value > 0)) {
    throw new RangeError(`${option}: ${String(value)} is not a number above 0`);
  }
  return value;
}
