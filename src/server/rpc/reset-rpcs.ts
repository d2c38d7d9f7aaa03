import type { WorkflowServiceHandlers } from "../../gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import { terminate } from "../execution/close.ts";
import type { Engine } from "../execution/engine.ts";
import { open } from "../execution/id-policies.ts";
import { resetWorkflow } from "../execution/reset.ts";
import type { HandlersOf } from "./call.ts";

/** Going back in a run, and deleting one. */
export function resetRpcs(engine: Engine): HandlersOf<WorkflowServiceHandlers> {
  return {
    resetWorkflowExecution: (request) => ({ runId: resetWorkflow(engine, request) }),
    deleteWorkflowExecution: (request) => {
      const run = engine.find(request.namespace, request.workflowExecution);
      if (open(run)) {
        engine.transact(run, (tx) =>
          terminate(tx, { reason: "Delete workflow execution", identity: "history-service" }),
        );
      }
      engine.later(() => engine.remove(run));
      return {};
    },
  };
}
