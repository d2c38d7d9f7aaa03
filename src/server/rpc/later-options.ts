// Options of requests that stand for features which are not here. To take them and do nothing would be to promise what does not
// happen: who asks for them is told.
import { WorkerVersioningMode } from "../../gen/codec/temporal/api/enums/v1/deployment.ts";
import { VersioningBehavior } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type {
  PollWorkflowTaskQueueRequest,
  StartWorkflowExecutionRequest,
} from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { GrpcStatus } from "../../platform/rpc-port.ts";
import { invalidArgument } from "./failures.ts";
import { ServiceFailure } from "./service-failure.ts";

/**
 * Refuses a start that asks for what is not here.
 *
 * @throws {ServiceFailure} UNIMPLEMENTED naming it; INVALID_ARGUMENT for an override that is none
 */
export function checkLaterOptions(
  request: Pick<StartWorkflowExecutionRequest, "timeSkippingConfig" | "versioningOverride">,
): void {
  if (request.timeSkippingConfig !== undefined) {
    // As the real server says it, where this is off by default.
    throw unimplemented("The Time-Skipping feature is not enabled for namespace.");
  }
  checkOverride(request.versioningOverride);
}

/** @throws {ServiceFailure} UNIMPLEMENTED when anybody is to be called at the end of a workflow or update */
export function refuseCallbacks(callbacks: readonly unknown[]): void {
  if (callbacks.length > 0) throw unimplemented(notHere("Completion callbacks are"));
}

/**
 * Refuses the poll of a worker that wants tasks for its version only. Unversioned ones name their deployment and build as they like.
 *
 * @throws {ServiceFailure} UNIMPLEMENTED naming it; INVALID_ARGUMENT when it does not say which version it is
 */
export function refuseVersions(
  request: Pick<PollWorkflowTaskQueueRequest, "deploymentOptions" | "workerVersionCapabilities">,
): void {
  const { deploymentOptions, workerVersionCapabilities } = request;
  if (workerVersionCapabilities?.useVersioning) {
    if (workerVersionCapabilities.buildId === "") {
      throw invalidArgument("WorkerVersionStamp must be present if UseVersioning is true.");
    }
    throw unimplemented(notHere("Versioning of workers (useVersioning) is"));
  }
  if (deploymentOptions?.workerVersioningMode === WorkerVersioningMode.VERSIONED) {
    throw unimplemented(notHere("Versioning of workers (worker deployments) is"));
  }
}

/** Without versions of workers, to go by the newest is what happens anyway; to keep to one cannot be had. */
function checkOverride(override: StartWorkflowExecutionRequest["versioningOverride"]): void {
  if (override === undefined) return;
  const { case: kind, value } = override.override;
  switch (kind) {
    case "autoUpgrade":
      if (!value) throw invalidArgument("auto-upgrade override must be true");
      return;
    case "pinned":
      if (value.version === undefined) throw invalidArgument("must provide version if override is pinned.");
      if (!value.behavior) {
        throw invalidArgument("must specify pinned override behavior if override is pinned.");
      }
      throw unimplemented(notHere("Pinning workflows to versions of workers is"));
    case "oneTime":
      throw unimplemented(notHere("Moving workflows to versions of workers is"));
    default:
      if (override.behavior === VersioningBehavior.UNSPECIFIED) {
        throw invalidArgument("override behavior is required");
      }
      if (override.behavior === VersioningBehavior.PINNED) {
        throw unimplemented(notHere("Pinning workflows to versions of workers is"));
      }
  }
}

function notHere(what: string): string {
  return `${what} not implemented by Perdure's embedded server: leave it out, or use a real server, such as \`temporal server start-dev\``;
}

function unimplemented(message: string): ServiceFailure {
  return new ServiceFailure(GrpcStatus.UNIMPLEMENTED, message);
}
