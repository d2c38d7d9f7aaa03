import { GrpcStatus } from "../platform/rpc-port.ts";
import type { ConnectionWatch } from "../platform/server-platform.ts";
import type { GatewayLogEntry } from "./gateway-options.ts";
import type { GatewayMetrics } from "./metrics.ts";

/** Refusals within so long are one entry of the log: who opens connections by the thousand is not to fill it too. */
const QUIET_MS = 10_000;

/** Counts connections, and logs that there were too many. */
export function watchConnections(
  metrics: GatewayMetrics,
  log: ((entry: GatewayLogEntry) => void) | undefined,
): ConnectionWatch {
  let untold = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  return {
    opened: () => metrics.connectionOpened(),
    closed: () => metrics.connectionClosed(),
    refused: (address) => {
      metrics.connectionRefused();
      untold += 1;
      const now = performance.now();
      if (now - toldAt < QUIET_MS) return;
      log?.(refusalEntry(address, untold));
      untold = 0;
      toldAt = now;
    },
  };
}

function refusalEntry(address: string | undefined, count: number): GatewayLogEntry {
  return {
    timeMs: Date.now(),
    path: "connection",
    namespace: undefined,
    caller: undefined,
    address,
    status: GrpcStatus.RESOURCE_EXHAUSTED,
    error: `as many connections are open as there may be (maxConnections): ${count} refused since the last such entry`,
    durationMs: 0,
    requestBytes: 0,
    responseBytes: 0,
  };
}
