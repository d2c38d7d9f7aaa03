import { GrpcStatus } from "../../platform/rpc-port.ts";
import type { Engine } from "../execution/engine.ts";
import type { Run } from "../execution/run.ts";
import { dropTask } from "../execution/workflow-task.ts";
import { ServiceFailure } from "../rpc/service-failure.ts";

/**
 * Forgets the updates of a run that are only in memory, as the real server does when a shard moves to another host. Who waits is told
 * UNAVAILABLE and asks again; a speculative task is gone, and its worker's answer comes to nothing. What the history tells of stays.
 */
export function loseUpdates(engine: Engine, run: Run): void {
  engine.transact(run, (tx) => {
    const { state, fields } = tx;
    const error = new ServiceFailure(GrpcStatus.UNAVAILABLE, "workflow update was aborted");
    for (const { updateId, request, ...live } of [...state.liveUpdates.values()]) {
      if (request === undefined) state.liveUpdates.set(updateId, { updateId, request, ...live, sentWith: 0 });
      else state.liveUpdates.delete(updateId);
      run.updates.tell(tx, updateId, { kind: "aborted", error });
    }
    for (const { updateId, outcome } of state.updates.values()) {
      if (outcome === undefined) run.updates.tell(tx, updateId, { kind: "aborted", error });
    }
    if (fields.task?.kind === "speculative") dropTask(tx);
  });
}
