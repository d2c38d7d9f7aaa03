import type { WorkflowServiceHandlers } from "../../gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import type { TaskQueues } from "../matching/task-queues.ts";
import type { WorkerRegistry } from "../workers/worker-registry.ts";
import type { HandlersOf } from "./call.ts";

/** A worker says that it goes: its sticky queue is given up at once, its polls end, its last heartbeat counts. */
export function shutdownRpcs(
  queues: Pick<TaskQueues, "unload" | "cancelPolls">,
  workers: Pick<WorkerRegistry, "record">,
): HandlersOf<WorkflowServiceHandlers> {
  return {
    shutdownWorker: ({ namespace, stickyTaskQueue, workerInstanceKey, workerHeartbeat }) => {
      if (stickyTaskQueue !== "") queues.unload({ namespace, name: stickyTaskQueue, kind: "workflow" });
      if (workerHeartbeat) workers.record(namespace, [workerHeartbeat]);
      if (workerInstanceKey !== "") queues.cancelPolls(namespace, { kind: "worker", workerInstanceKey });
      return {};
    },
  };
}
