import type { Init } from "../../../src/codec-runtime/init.ts";
import type { WorkflowQueryResult } from "../../../src/gen/codec/temporal/api/query/v1/message.ts";
import type {
  PollWorkflowTaskQueueResponse,
  QueryWorkflowRequest,
  QueryWorkflowResponse,
  RespondQueryTaskCompletedRequest,
} from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { json, type Stage } from "./stage.ts";
import { later } from "./update-steps.ts";

/** Asks the default workflow. What it gives is to be logged when it is there: `stage.step("…", () => asked)`. */
export function ask(
  stage: Stage,
  more: Init<QueryWorkflowRequest> = {},
  deadlineMs = 30_000,
): Promise<QueryWorkflowResponse> {
  return later(
    stage.service.queryWorkflow(
      {
        namespace: stage.namespace,
        execution: stage.execution,
        query: { queryType: "state", queryArgs: json("now") },
        ...more,
      },
      { deadline: Date.now() + deadlineMs },
    ),
  );
}

/** Answers a query that came by itself. */
export async function answer(
  stage: Stage,
  task: { readonly taskToken: Uint8Array },
  more: Init<RespondQueryTaskCompletedRequest> = {},
): Promise<void> {
  await stage.service.respondQueryTaskCompleted({
    namespace: stage.namespace,
    taskToken: task.taskToken,
    completedType: 1,
    queryResult: json("fine"),
    ...more,
  });
}

/** Results for all queries of a task. */
export function resultsFor(
  task: PollWorkflowTaskQueueResponse,
  result: Init<WorkflowQueryResult> = { resultType: 1, answer: json("fine") },
): Record<string, Init<WorkflowQueryResult>> {
  return Object.fromEntries(Object.keys(task.queries).map((id) => [id, result]));
}

/** Something for the workflow to decide. */
export async function signal(stage: Stage): Promise<void> {
  await stage.service.signalWorkflowExecution({
    namespace: stage.namespace,
    workflowExecution: stage.execution,
    signalName: "go",
  });
}

/** Sticky attributes of a worker. */
export function stickyOf(
  stage: Stage,
  seconds = 5,
): {
  readonly workerTaskQueue: { readonly name: string; readonly kind: number; readonly normalName: string };
  readonly scheduleToStartTimeout: { readonly seconds: bigint; readonly nanos: number };
} {
  return {
    workerTaskQueue: { name: stage.id("sticky"), kind: 2, normalName: stage.taskQueue },
    scheduleToStartTimeout: { seconds: BigInt(seconds), nanos: 0 },
  };
}
