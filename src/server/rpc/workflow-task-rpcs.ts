import { WorkflowTaskFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import type { WorkflowServiceHandlers } from "../../gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import { terminate } from "../execution/close.ts";
import { respondTaskCompleted, taskOf } from "../execution/complete-task.ts";
import type { Engine } from "../execution/engine.ts";
import { polledQueue, type WorkflowTaskAnswer } from "../execution/task-dispatch.ts";
import { failTask } from "../execution/workflow-task.ts";
import type { Poller, TaskQueueId } from "../matching/matching.ts";
import { checkPollTime } from "../matching/task-queues.ts";
import type { HandlersOf, ServerCall } from "./call.ts";
import { alreadyCompleted } from "./failures.ts";
import { refuseVersions } from "./later-options.ts";
import { pollerOf } from "./poller.ts";
import { checkBuildId, checkIdentity, requirePolledQueue } from "./request-checks.ts";
import { decodeTaskToken } from "./task-token.ts";

/** Where polls wait. */
export interface PollQueues {
  poll<Answer>(queue: TaskQueueId, poller: Poller): Promise<Answer | undefined>;
}

/** What workers call for workflow tasks. */
export function workflowTaskRpcs(engine: Engine, queues: PollQueues): HandlersOf<WorkflowServiceHandlers> {
  return {
    pollWorkflowTaskQueue: async (request, call: ServerCall) => {
      checkPollTime(call.timeoutMs);
      checkIdentity(request.identity);
      requirePolledQueue(request.taskQueue);
      checkBuildId(request.workerVersionCapabilities?.buildId);
      refuseVersions(request);
      const answer = await queues.poll<WorkflowTaskAnswer>(polledQueue(request), pollerOf(request, call));
      return answer ?? {};
    },
    respondWorkflowTaskCompleted: (request) => respondTaskCompleted(engine, request),
    respondWorkflowTaskFailed: (request) => {
      checkIdentity(request.identity);
      const run = taskOf(engine, decodeTaskToken(request.taskToken, request.namespace));
      engine.transact(run, (tx) => {
        const { cause, failure, identity, binaryChecksum, workerVersion } = request;
        if (cause === Cause.GRPC_MESSAGE_TOO_LARGE) {
          // It would be as large the next time. The task ends as any does whose run is terminated.
          terminate(tx, { reason: "GrpcMessageTooLarge", identity: "history-service" });
          return;
        }
        failTask(tx, { cause, failure, identity, binaryChecksum, workerVersion });
        tx.taskNeeded = true;
      });
      return {};
    },
    resetStickyTaskQueue: (request) => {
      const run = engine.find(request.namespace, request.execution);
      engine.transact(run, (tx) => {
        if (!tx.running) throw alreadyCompleted();
        tx.fields.sticky = undefined;
      });
      return {};
    },
  };
}
