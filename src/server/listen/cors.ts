import type { WebRequest, WebResponse } from "./web.ts";
import { jsonResponse } from "./web.ts";

const METHODS = "GET, POST, PUT, DELETE";
const HEADERS = [
  "accept",
  "authorization",
  "authorization-extras",
  "baggage",
  "client-name",
  "client-version",
  "connect-protocol-version",
  "connect-timeout-ms",
  "content-type",
  "grpc-timeout",
  "supported-features",
  "supported-server-versions",
  "temporal-experiment",
  "temporal-namespace",
  "traceparent",
  "tracestate",
  "x-grpc-web",
  "x-request-id",
  "x-user-agent",
];
const EXPOSED =
  "grpc-status, grpc-message, grpc-status-details-bin, content-encoding, retry-after, x-resource-exhausted-cause, x-resource-exhausted-scope";
const PREFLIGHT_SECONDS = 7200;

/**
 * Which web pages may call. A page of the server's own origin always may; one of another only if its origin is listed, or `*`
 * is. All others are refused, and not only kept from reading: a browser sends simple requests before it asks.
 */
export class Cors {
  readonly #origins: ReadonlySet<string>;
  readonly #headers: readonly string[];

  /** @param metadata names that pages may send besides the usual ones, in lower case */
  constructor(origins: readonly string[], metadata: readonly string[] = []) {
    this.#headers = [...HEADERS, ...metadata];
    this.#origins = new Set(origins.map((origin) => origin.replace(/\/$/, "").toLowerCase()));
  }

  /** The answer to a request that must not, or need not, go any further. */
  intercept(request: WebRequest): WebResponse | undefined {
    const origin = request.headers.get("origin");
    if (origin === null || isOwn(origin, request)) return undefined;
    if (!this.#allows(origin)) return jsonResponse(403, { code: 7, message: "Origin not allowed" });
    if (request.method !== "OPTIONS" || !request.headers.has("access-control-request-method"))
      return undefined;
    const asked = (request.headers.get("access-control-request-headers") ?? "").split(",");
    const metadata = asked
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name.startsWith("grpc-metadata-"));
    const headers = {
      ...this.#common(origin),
      "access-control-allow-methods": METHODS,
      "access-control-allow-headers": [...this.#headers, ...metadata].join(", "),
      "access-control-max-age": String(PREFLIGHT_SECONDS),
    };
    return { status: 204, headers, body: new Uint8Array(0) };
  }

  /** Lets the page read the answer. */
  finish(request: WebRequest, response: WebResponse): WebResponse {
    const origin = request.headers.get("origin");
    if (origin === null || isOwn(origin, request)) return response;
    const exposed = [
      EXPOSED,
      ...Object.keys(response.headers).filter((name) => /^(grpc-metadata|trailer)-/.test(name)),
    ];
    return {
      ...response,
      headers: {
        ...response.headers,
        ...this.#common(origin),
        "access-control-expose-headers": exposed.join(", "),
      },
    };
  }

  #allows(origin: string): boolean {
    return this.#origins.has("*") || this.#origins.has(origin.toLowerCase());
  }

  #common(origin: string): Record<string, string> {
    return { "access-control-allow-origin": origin, vary: "origin" };
  }
}

function isOwn(origin: string, { headers, secure }: WebRequest): boolean {
  const host = headers.get("host");
  return host !== null && origin.toLowerCase() === `${secure ? "https" : "http"}://${host.toLowerCase()}`;
}
