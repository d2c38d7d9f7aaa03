import type { WorkflowServiceHandlers } from "../../gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import type { ActivityTaskAnswer } from "../execution/activities.ts";
import { checkPollTime } from "../matching/task-queues.ts";
import type { HandlersOf } from "./call.ts";
import { refuseVersions } from "./later-options.ts";
import { pollerOf } from "./poller.ts";
import { checkBuildId, checkIdentity, requirePolledQueue } from "./request-checks.ts";
import type { PollQueues } from "./workflow-task-rpcs.ts";

/** What workers call for activities. */
export function activityTaskRpcs(queues: PollQueues): HandlersOf<WorkflowServiceHandlers> {
  return {
    pollActivityTaskQueue: async (request, call) => {
      checkPollTime(call.timeoutMs);
      checkIdentity(request.identity);
      requirePolledQueue(request.taskQueue);
      checkBuildId(request.workerVersionCapabilities?.buildId);
      refuseVersions(request);
      const queue = {
        namespace: request.namespace,
        name: request.taskQueue?.name ?? "",
        kind: "activity" as const,
      };
      const answer = await queues.poll<ActivityTaskAnswer>(queue, pollerOf(request, call));
      return answer ?? {};
    },
  };
}
