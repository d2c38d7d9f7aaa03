import type { HealthHandlers } from "../../gen/codec/grpc/health/v1/health.handlers.ts";
import { HealthCheckResponse_ServingStatus } from "../../gen/codec/grpc/health/v1/health.ts";
import { GrpcStatus } from "../../platform/rpc-port.ts";
import type { HandlersOf } from "./call.ts";
import { ServiceFailure } from "./service-failure.ts";

/** What is served, by the names that health checks ask for; the empty name is the server itself. */
const SERVICES = new Set([
  "",
  "temporal.api.workflowservice.v1.WorkflowService",
  "temporal.api.operatorservice.v1.OperatorService",
]);

/** `grpc.health.v1.Health`: whoever can ask is served. Watching is a stream, and not served. */
export const healthRpcs: HandlersOf<typeof HealthHandlers> = {
  check: ({ service }) => {
    if (!SERVICES.has(service)) throw new ServiceFailure(GrpcStatus.NOT_FOUND, "unknown service");
    return { status: HealthCheckResponse_ServingStatus.SERVING };
  },
};
