import {
  decodeHealthCheckRequest,
  encodeHealthCheckResponse,
  HealthCheckResponse_ServingStatus as Status,
} from "../gen/codec/grpc/health/v1/health.ts";
import { encodeGetSystemInfoRequest } from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { GrpcStatus, type RpcAnswer, RpcError } from "../platform/rpc-port.ts";
import type { ConnectionRpc } from "../transport/connection.ts";
import { refuse } from "./refusals.ts";

const SYSTEM_INFO_PATH = "/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo";
const ASK_MS = 5_000;
/** So long an answer stands: whoever asks how we are must not become a load for the server. */
const KNOWN_MS = 1_000;
const SERVICES: ReadonlySet<string> = new Set([
  "",
  "temporal.api.workflowservice.v1.WorkflowService",
  "temporal.api.operatorservice.v1.OperatorService",
]);

/** Whether the server behind answers. */
export class UpstreamHealth {
  readonly #upstream: ConnectionRpc;
  #asked: Promise<boolean> | undefined;
  #askedAt = 0;

  constructor(upstream: ConnectionRpc) {
    this.#upstream = upstream;
  }

  /** Asks the server, unless that was done just now. */
  isReady(): Promise<boolean> {
    const now = performance.now();
    if (this.#asked === undefined || now - this.#askedAt > KNOWN_MS) {
      this.#askedAt = now;
      this.#asked = this.#ask();
    }
    return this.#asked;
  }

  /** Answers `grpc.health.v1.Health/Check`. */
  async check(request: Uint8Array, draining: boolean): Promise<RpcAnswer> {
    const { service } = decodeHealthCheckRequest(request);
    if (!SERVICES.has(service)) throw refuse(GrpcStatus.NOT_FOUND, "unknown service");
    const serving = !draining && (await this.isReady());
    const bytes = encodeHealthCheckResponse({ status: serving ? Status.SERVING : Status.NOT_SERVING });
    return { bytes, headers: {}, trailers: {} };
  }

  async #ask(): Promise<boolean> {
    try {
      await this.#upstream.unary(SYSTEM_INFO_PATH, encodeGetSystemInfoRequest({}), {
        timeoutMs: ASK_MS,
        retry: false,
      });
      return true;
    } catch (error) {
      // A server that refuses us is there: where callers bring their own credentials, we have none.
      return (
        error instanceof RpcError &&
        error.reason === "server" &&
        (error.status === GrpcStatus.UNAUTHENTICATED ||
          error.status === GrpcStatus.PERMISSION_DENIED ||
          error.status === GrpcStatus.UNIMPLEMENTED)
      );
    }
  }
}
