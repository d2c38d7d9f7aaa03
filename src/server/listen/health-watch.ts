import {
  encodeHealthCheckResponse,
  HealthCheckResponse_ServingStatus as Status,
} from "../../gen/codec/grpc/health/v1/health.ts";
import { GrpcStatus, type RpcCallOptions, RpcError, type RpcPort } from "../../platform/rpc-port.ts";

/** The one method of ours that answers with many messages. */
export const WATCH_PATH = "/grpc.health.v1.Health/Watch";
const CHECK_PATH = "/grpc.health.v1.Health/Check";
/** How often the port is asked again: a server behind a channel may come and go. */
const AGAIN_MS = 5_000;
const SERVICE_UNKNOWN: Uint8Array = encodeHealthCheckResponse({ status: Status.SERVICE_UNKNOWN });
const NOT_SERVING: Uint8Array = encodeHealthCheckResponse({ status: Status.NOT_SERVING });

/**
 * `grpc.health.v1.Health/Watch` by means of `Check`: says at once how a service is, and again whenever that changes. Resolves
 * when `signal` aborts.
 *
 * @throws {RpcError} what the first `Check` failed with, when the port has no such method
 */
export async function watchHealth(
  port: RpcPort,
  request: Uint8Array,
  call: Pick<RpcCallOptions, "metadata"> & { readonly signal: AbortSignal },
  tell: (message: Uint8Array) => void,
): Promise<void> {
  let told: Uint8Array | undefined;
  while (!call.signal.aborted) {
    const message = await check(port, request, call);
    if (call.signal.aborted) return;
    if (told === undefined || String(message) !== String(told)) tell(message);
    told = message;
    await pause(AGAIN_MS, call.signal);
  }
}

async function check(
  port: RpcPort,
  request: Uint8Array,
  call: Pick<RpcCallOptions, "metadata" | "signal">,
): Promise<Uint8Array> {
  try {
    const { metadata, signal } = call;
    return (await port.unary(CHECK_PATH, request, { metadata, signal, timeoutMs: AGAIN_MS })).bytes;
  } catch (error) {
    if (!(error instanceof RpcError) || error.status === GrpcStatus.UNIMPLEMENTED) throw error;
    return error.status === GrpcStatus.NOT_FOUND ? SERVICE_UNKNOWN : NOT_SERVING;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
