import { GrpcStatus, type Metadata, RpcError, type RpcPeer } from "../platform/rpc-port.ts";
import type { FindPage, WebPage } from "../platform/server-platform.ts";
import type { Authenticate } from "./authenticate.ts";
import type { GatewayAuth } from "./gateway-options.ts";
import type { GatewayPort } from "./gateway-port.ts";
import type { UpstreamHealth } from "./health.ts";
import type { GatewayMetrics } from "./metrics.ts";

/** What the pages tell of. */
export interface PageParts {
  readonly auth: GatewayAuth["kind"];
  readonly authenticate: Authenticate;
  readonly health: UpstreamHealth;
  readonly metrics: GatewayMetrics;
  readonly port: GatewayPort;
}

const PAGE_STATUS: Readonly<Record<number, number>> = {
  [GrpcStatus.RESOURCE_EXHAUSTED]: 429,
  [GrpcStatus.UNAUTHENTICATED]: 401,
};

/**
 * The pages for whoever looks after the gateway: `/healthz` (it runs), `/readyz` (it can serve: the server answers), and
 * `/metrics`, which name namespaces and are therefore for callers with the group `operator`.
 */
export function createPages(parts: PageParts): FindPage {
  return (path, request) => {
    switch (path) {
      case "/healthz":
        return Promise.resolve(plain(200, "ok\n"));
      case "/readyz":
        return readiness(parts);
      case "/metrics":
        return metricsPage(parts, request);
      default:
        return undefined;
    }
  };
}

async function readiness({ port, health }: PageParts): Promise<WebPage> {
  if (port.draining) return plain(503, "shutting down\n");
  return (await health.isReady()) ? plain(200, "ok\n") : plain(503, "the server behind does not answer\n");
}

async function metricsPage(
  { auth, authenticate, metrics }: PageParts,
  { headers, peer }: { readonly headers: Headers; readonly peer: RpcPeer },
): Promise<WebPage> {
  // Only the server behind could say who asks.
  if (auth === "pass-through") return plain(403, "not without authentication of the gateway's own\n");
  try {
    const caller = await authenticate({ metadata: toMetadata(headers), path: undefined, peer });
    if (!caller.groups?.includes("operator")) return plain(403, 'needs the group "operator"\n');
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return plain(PAGE_STATUS[error.status] ?? 503, `${error.details}\n`);
  }
  return { status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", text: metrics.text() };
}

function toMetadata(headers: Headers): Metadata {
  const metadata: Record<string, string> = {};
  headers.forEach((value, name) => {
    metadata[name] = value;
  });
  return metadata;
}

function plain(status: number, text: string): WebPage {
  return { status, contentType: "text/plain; charset=utf-8", text };
}
