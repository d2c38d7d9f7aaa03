import type { WorkflowServiceHandlers } from "../../gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import type { TaskQueues } from "../matching/task-queues.ts";
import type { WorkerRegistry } from "../workers/worker-registry.ts";
import type { HandlersOf } from "./call.ts";

/**
 * A worker says that it goes: its sticky queue is given up at once, its polls end, its last heartbeat counts. Tasks that already
 * wait in the sticky queue are gone with it, and come back when their time there is up, as on the real server.
 */
export function shutdownRpcs(
  queues: Pick<TaskQueues, "unload" | "endWorker">,
  workers: Pick<WorkerRegistry, "record">,
): HandlersOf<WorkflowServiceHandlers> {
  return {
    shutdownWorker: ({ namespace, stickyTaskQueue, taskQueue, workerInstanceKey, workerHeartbeat }) => {
      if (stickyTaskQueue !== "") queues.unload({ namespace, name: stickyTaskQueue, kind: "workflow" });
      if (workerHeartbeat) workers.record(namespace, [workerHeartbeat]);
      // Workers that do not name their queue are of a time when polls went on.
      if (taskQueue !== "" && workerInstanceKey !== "") queues.endWorker(namespace, workerInstanceKey);
      return {};
    },
  };
}
