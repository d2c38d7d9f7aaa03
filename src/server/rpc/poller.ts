import type { WorkerDeploymentOptions } from "../../gen/codec/temporal/api/deployment/v1/message.ts";
import type { TaskQueueMetadata } from "../../gen/codec/temporal/api/taskqueue/v1/message.ts";
import type { Poller } from "../matching/matching.ts";
import type { ServerCall } from "./call.ts";

/** Who polls, as its request says. */
export function pollerOf(
  request: {
    readonly identity: string;
    readonly workerInstanceKey: string;
    readonly deploymentOptions?: WorkerDeploymentOptions | undefined;
    readonly taskQueueMetadata?: TaskQueueMetadata | undefined;
  },
  call: ServerCall,
): Poller {
  const { deploymentOptions } = request;
  return {
    identity: request.identity,
    workerInstanceKey: request.workerInstanceKey,
    call,
    deploymentName: deploymentOptions?.deploymentName,
    buildId: deploymentOptions?.buildId,
    maxTasksPerSecond: request.taskQueueMetadata?.maxTasksPerSecond,
  };
}
