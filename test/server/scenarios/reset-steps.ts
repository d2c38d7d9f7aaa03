import type { Init } from "../../../src/codec-runtime/init.ts";
import type { ResetWorkflowExecutionRequest } from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { Stage } from "./stage.ts";

/** Resets the default workflow to an event, as a logged step. Gives the new run's id; undefined after an error. */
export async function reset(
  stage: Stage,
  step: string,
  finishId: number,
  more: Init<ResetWorkflowExecutionRequest> = {},
): Promise<string | undefined> {
  const answer = await stage.step(step, () =>
    stage.service.resetWorkflowExecution({
      namespace: stage.namespace,
      workflowExecution: stage.execution,
      workflowTaskFinishEventId: BigInt(finishId),
      requestId: crypto.randomUUID(),
      reason: "again",
      identity: "resetter",
      ...more,
    }),
  );
  return answer?.runId;
}
