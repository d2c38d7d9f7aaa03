import type { FindPage, Listener, ListenOptions } from "../platform/server-platform.ts";
import { MAX_REQUEST_BYTES } from "../server/listen/limits.ts";
import { isLoopback } from "../server/listen/local-host.ts";
import { createWebHandler, type WebHandlerOptions } from "../server/listen/web-handler.ts";
import { Connection } from "../transport/connection.ts";
import { AddressLimits } from "./address-limits.ts";
import { createAuthenticate, type KnownBy } from "./authenticate.ts";
import { DEFAULT_MAX_POLL_MS } from "./call-times.ts";
import { checkGatewayOptions } from "./check-gateway-options.ts";
import { watchConnections } from "./connection-log.ts";
import { createFetchHandler, type FetchHandlerOptions } from "./fetch-handler.ts";
import type { GatewayAuth, GatewayOptions, GatewayToken } from "./gateway-options.ts";
import { GatewayPort } from "./gateway-port.ts";
import { UpstreamHealth } from "./health.ts";
import { CallLimits } from "./limits.ts";
import { MetadataRules } from "./metadata-rules.ts";
import { GatewayMetrics } from "./metrics.ts";
import { createPages } from "./pages.ts";
import { TokenList } from "./token-list.ts";

const MAX_RESPONSE_BYTES = 128 * 1024 * 1024;
const DEFAULT_GRACE_MS = 10_000;
/** How long answers may take to leave when everything closes. */
const ANSWERS_MS = 2_000;

/** Where a gateway listens; origins and sizes are the gateway's own options. */
export type GatewayListenOptions = Omit<ListenOptions, "corsOrigins" | "maxRequestBytes">;

/** A gateway: clients of gRPC, gRPC-Web, Connect and HTTP/JSON in front, a Temporal server behind. */
export interface Gateway {
  /**
   * Answers gRPC-Web, Connect, HTTP/JSON and the pages, as `Deno.serve`, `Bun.serve` and others call it. What these two pass as second
   * argument says who calls; behind others `clientAddressHeader` does. `Bun.serve` needs `idleTimeout: 0`: it ends what is silent for 10 s.
   *
   * @throws TypeError when no `auth` was given: where the host listens, only you know
   */
  readonly fetch: (request: Request, info?: unknown) => Promise<Response>;
  /**
   * Opens a port for all protocols.
   *
   * @throws TypeError when the address is reachable from other machines and callers are not checked, or an option is not usable
   * @throws Error when signed tokens are to be checked and `jose` is not installed
   * @throws Error of the system when the address cannot be had
   */
  listen(options?: GatewayListenOptions): Promise<Listener>;
  /**
   * Takes other tokens in the place of all there are, for a gateway with `auth.kind` "tokens". They count at once: a token that is not
   * among them is refused from the next call on, that of a connection there is too. Calls under way go on. An empty list lets nobody call.
   *
   * @throws TypeError when a token is not usable, or callers are not known by tokens: what was in force stays in force
   */
  setTokens(tokens: readonly GatewayToken[]): void;
  /** What `/metrics` shows, in Prometheus' text format. */
  metrics(): string;
  /**
   * Takes no new calls, lets those under way end, and closes. Polls that last longer than `graceMs` (default 10000) end with an
   * empty answer, other calls with UNAVAILABLE. Safe to call again.
   */
  close(options?: { readonly graceMs?: number | undefined }): Promise<void>;
}

/**
 * Makes a gateway: it takes calls over any protocol, checks them, and makes them at a Temporal server over gRPC. Browsers, edge
 * functions, workers and CLIs reach the server through it.
 *
 * @throws TypeError when an option is not usable
 *
 * @example
 * ```ts
 * const gateway = createGateway({
 *   upstream: "temporal.internal:7233",
 *   auth: { kind: "tokens", tokens: [{ token: secret, name: "web", namespaces: ["shop"], groups: ["read", "start"] }] },
 * });
 * await gateway.listen({ host: "0.0.0.0", port: 8080 });
 * ```
 */
export function createGateway(options: GatewayOptions = {}): Gateway {
  checkGatewayOptions(options);
  return new ServingGateway(options);
}

class ServingGateway implements Gateway {
  readonly #options: GatewayOptions;
  readonly #auth: GatewayAuth;
  readonly #tokens: TokenList | undefined;
  readonly #connection: Connection;
  readonly #metrics = new GatewayMetrics();
  readonly #port: GatewayPort;
  readonly #page: FindPage;
  readonly #listeners: Listener[] = [];
  #fetch: Gateway["fetch"] | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: GatewayOptions) {
    this.#options = options;
    const auth = options.auth ?? { kind: "open" };
    this.#auth = auth;
    const knownBy: KnownBy =
      auth.kind === "tokens" ? { kind: "tokens", list: new TokenList(auth.tokens) } : auth;
    this.#tokens = knownBy.kind === "tokens" ? knownBy.list : undefined;
    const authenticate = createAuthenticate(knownBy, new AddressLimits(options.limits ?? {}));
    this.#connection = connectionOf(options);
    const upstream = this.#connection.rpc;
    const health = new UpstreamHealth(upstream);
    const port: GatewayPort = new GatewayPort({
      upstream,
      authenticate,
      metadata: new MetadataRules(options.forwardMetadata ?? [], auth.kind === "pass-through"),
      limits: new CallLimits(options.limits ?? {}, performance.now()),
      metrics: this.#metrics,
      maxPollMs: options.maxPollMs ?? DEFAULT_MAX_POLL_MS,
      maxResponseBytes: options.maxResponseBytes ?? MAX_RESPONSE_BYTES,
      log: options.log,
      health: (request) => health.check(request, port.draining),
    });
    this.#port = port;
    this.#page = createPages({ auth: auth.kind, authenticate, health, metrics: this.#metrics, port });
  }

  get fetch(): Gateway["fetch"] {
    if (this.#options.auth === undefined) {
      throw new TypeError(
        'auth: is needed for fetch, since the gateway cannot know where its host listens; { kind: "open" } lets everybody call',
      );
    }
    const web = this.#web();
    this.#fetch ??= createFetchHandler(createWebHandler(this.#port, { ...web, page: this.#page }), web);
    return this.#fetch;
  }

  async listen(options: GatewayListenOptions = {}): Promise<Listener> {
    checkExposure(this.#auth, options);
    if (this.#closed !== undefined) throw new TypeError("the gateway was closed");
    // A package that is missing is told now, not to the first caller.
    if (this.#auth.kind === "jwt") await (await import("./jwt.ts")).loadJose();
    const { serverPlatform } = await import("#platform/server");
    const listener = await serverPlatform.listen(this.#port, {
      ...options,
      ...this.#web(),
      page: this.#page,
      connections: watchConnections(this.#metrics, this.#options.log),
    });
    this.#listeners.push(listener);
    return listener;
  }

  setTokens(tokens: readonly GatewayToken[]): void {
    if (this.#tokens === undefined) {
      throw new TypeError(
        `setTokens: callers of this gateway are known by auth.kind ${JSON.stringify(this.#auth.kind)}, not by tokens`,
      );
    }
    this.#tokens.replace(tokens);
  }

  metrics(): string {
    return this.#metrics.text();
  }

  close({ graceMs = DEFAULT_GRACE_MS }: { readonly graceMs?: number | undefined } = {}): Promise<void> {
    this.#closed ??= this.#close(graceMs);
    return this.#closed;
  }

  async #close(graceMs: number): Promise<void> {
    // Clients take their next calls elsewhere while those under way go on.
    for (const listener of this.#listeners) listener.goAway();
    await this.#port.drain(graceMs);
    // What the port has answered is still on its way out.
    await Promise.all(this.#listeners.splice(0).map((listener) => listener.close({ graceMs: ANSWERS_MS })));
    await this.#connection.close();
  }

  #web(): Pick<WebHandlerOptions, "maxRequestBytes" | "corsOrigins" | "metadata"> & FetchHandlerOptions {
    const {
      maxRequestBytes = MAX_REQUEST_BYTES,
      corsOrigins = [],
      clientAddressHeader,
      forwardMetadata,
    } = this.#options;
    return { maxRequestBytes, corsOrigins, clientAddressHeader, metadata: forwardMetadata ?? [] };
  }
}

function connectionOf({ upstream, maxRequestBytes, maxResponseBytes }: GatewayOptions): Connection {
  const options = typeof upstream === "string" ? { address: upstream } : (upstream ?? {});
  return Connection.lazy({
    maxSendBytes: maxRequestBytes,
    maxReceiveBytes: maxResponseBytes,
    ...options,
  });
}

/** Refuses to be reachable from other machines while nobody checks who calls. */
function checkExposure(auth: GatewayAuth, { host = "127.0.0.1", tls }: GatewayListenOptions): void {
  if (auth.kind !== "open" || auth.allowRemote || isLoopback(host)) return;
  // Whoever has no certificate of ours is not let in at all.
  if (tls?.clientCertificates !== undefined) return;
  throw new TypeError(
    `auth: a gateway on ${host} can be reached from other machines, and must know its callers: give auth (tokens, jwt, verify or pass-through) or tls.clientCertificates, or listen on 127.0.0.1`,
  );
}
