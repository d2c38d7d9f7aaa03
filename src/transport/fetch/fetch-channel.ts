import type { ConnectionOptions, ConnectionProtocol } from "../connection-options.ts";
import type { Fetch, FetchChannelOptions } from "./fetch-options.ts";
import type { FetchProtocol } from "./open-fetch-port.ts";

/** Temporal's own limit for requests. */
const MAX_SEND_BYTES = 4 * 1024 * 1024;
const MAX_RECEIVE_BYTES = 128 * 1024 * 1024;
/** Where the embedded server and the HTTP port of a server usually are on this machine. */
const LOCAL_PORTS = { "grpc-web": 7233, connect: 7233, "http-json": 7243 } as const;

/** Options that `fetch` leaves to the runtime. */
const NOT_OURS = ["proxy", "keepAlive", "maxConnectionAgeMs", "maxConnectionCalls"] as const;

/**
 * The channel of a connection whose protocol goes over `fetch`.
 *
 * @throws TypeError naming the option, its value and what is allowed
 *
 * @example
 * ```ts
 * fetchChannel({ address: "https://gateway.internal/temporal" }, "connect").options.baseUrl;
 * ```
 */
export function fetchChannel(
  options: ConnectionOptions,
  protocol: Exclude<ConnectionProtocol, "grpc">,
): { readonly kind: "fetch"; readonly protocol: FetchProtocol; readonly options: FetchChannelOptions } {
  for (const name of NOT_OURS) {
    if (options[name] != null) {
      throw new TypeError(
        `${name}: protocol ${JSON.stringify(protocol)} goes over fetch, which leaves that to the runtime`,
      );
    }
  }
  const json = protocol === "connect" && options.useBinaryFormat === false;
  return {
    kind: "fetch",
    protocol: json ? "connect-json" : protocol,
    options: {
      baseUrl: baseUrl(options, protocol),
      fetch: options.fetch ?? runtimeFetch(),
      maxSendBytes: options.maxSendBytes ?? MAX_SEND_BYTES,
      maxReceiveBytes: options.maxReceiveBytes ?? MAX_RECEIVE_BYTES,
    },
  };
}

/** Asked for at each call: tests and tools replace the global. Unbound, which browsers and workerd insist on. */
function runtimeFetch(): Fetch {
  return (url, init) => fetch(url, init);
}

function baseUrl(options: ConnectionOptions, protocol: keyof typeof LOCAL_PORTS): string {
  const port = LOCAL_PORTS[protocol];
  const { address = `localhost:${port}`, tls } = options;
  if (typeof tls === "object" && tls !== null && Object.values(tls).some((value) => value !== undefined)) {
    throw new TypeError(
      "tls: certificates and server names are the runtime's matter with fetch: give `fetch` of your own that has them, and tls: true",
    );
  }
  const secure = tls == null ? options.apiKey !== undefined : tls !== false;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(address)) return checkedUrl(address, tls == null ? undefined : secure);
  const match = /^(\[[0-9a-fA-F:.%]+\]|[^:/@\s[\]?#]+)(?::(\d{1,5}))?$/.exec(address);
  const given = match?.[2] === undefined ? port : Number(match[2]);
  if (!match?.[1] || given < 1 || given > 65_535) throw unusable(address);
  return `${secure ? "https" : "http"}://${match[1]}:${given}`;
}

function checkedUrl(address: string, secure: boolean | undefined): string {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw unusable(address);
  }
  if (!/^https?:$/.test(url.protocol) || url.username !== "" || url.search !== "" || url.hash !== "")
    throw unusable(address);
  if (secure !== undefined && secure !== (url.protocol === "https:")) {
    throw new TypeError(
      `tls: ${secure} contradicts address ${JSON.stringify(address)}; leave one of the two out`,
    );
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}

function unusable(address: string): TypeError {
  return new TypeError(
    `address: ${JSON.stringify(address)} is not "host", "host:port", "[ipv6]:port" or "https://host:port/prefix" without user, query and fragment`,
  );
}
