import type { Init } from "../codec-runtime/init.ts";
import { QueryResultType } from "../gen/codec/temporal/api/enums/v1/query.ts";
import type { WorkflowQueryResult } from "../gen/codec/temporal/api/query/v1/message.ts";
import type { FailureData, Job } from "./activation.ts";
import type { QueryAnswer } from "./complete.ts";
import type { Effect } from "./effect.ts";
import type { QueryRequest, WorkflowTask } from "./task.ts";

type QueryEffectAnswer = Extract<Effect, { kind: "respondQuery" }>["answer"];

export function queryJob(query: QueryRequest): Job {
  const { id, queryType, args, headers } = query;
  return { kind: "queryWorkflow", queryId: id, queryType, args, headers };
}

/**
 * A query with a task of its own is stale once the run moved on since it was handed out: the server asks anew, about the
 * newer state.
 */
export function isExpired(task: WorkflowTask, currentStartedId: number): boolean {
  return (
    task.legacyQuery !== undefined &&
    task.startedEventId === 0 &&
    task.previousStartedEventId < currentStartedId
  );
}

/** Answers to the queries of a task, by id. A query that was not answered counts as failed. */
export function queryResults(
  queries: readonly QueryRequest[],
  answers: readonly QueryAnswer[],
): { readonly [id: string]: Init<WorkflowQueryResult> } {
  const results = new Map<string, Init<WorkflowQueryResult>>();
  for (const { id, queryType } of queries) {
    const errorMessage = `Query '${queryType}' (id ${id}) was not answered by the workflow code`;
    results.set(id, { resultType: QueryResultType.FAILED, errorMessage });
  }
  for (const { queryId, answer } of answers) {
    if (!results.has(queryId)) continue;
    results.set(
      queryId,
      answer.kind === "succeeded"
        ? {
            resultType: QueryResultType.ANSWERED,
            answer: answer.response === undefined ? undefined : { payloads: [answer.response] },
          }
        : {
            resultType: QueryResultType.FAILED,
            errorMessage: answer.failure.message ?? "",
          },
    );
  }
  return Object.fromEntries(results);
}

/** The answer to a query that has a task of its own. */
export function legacyAnswer(taskToken: Uint8Array, { answer }: QueryAnswer): QueryEffectAnswer {
  if (answer.kind === "failed") return legacyFailure(taskToken, answer.failure, 0);
  return {
    taskToken,
    completedType: QueryResultType.ANSWERED,
    queryResult: answer.response === undefined ? undefined : { payloads: [answer.response] },
  };
}

/** Says that a query failed; `cause` is a `WorkflowTaskFailedCause` number, 0 for a failure of the handler itself. */
export function legacyFailure(taskToken: Uint8Array, failure: FailureData, cause: number): QueryEffectAnswer {
  return {
    taskToken,
    completedType: QueryResultType.FAILED,
    errorMessage: failure.message ?? "",
    failure,
    cause,
  };
}
