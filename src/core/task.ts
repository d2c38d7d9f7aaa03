import type { Payload, PayloadMap } from "../common/payload.ts";
import type { HistoryEvent } from "../gen/codec/temporal/api/history/v1/message.ts";
import type { Message } from "../gen/codec/temporal/api/protocol/v1/message.ts";
import type { WorkflowQuery } from "../gen/codec/temporal/api/query/v1/message.ts";
import type { PollWorkflowTaskQueueResponse } from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { eventId } from "./event-id.ts";
import type { LocalActivityResult } from "./local-activity-jobs.ts";

/** The id of a query that has a task of its own. */
export const LEGACY_QUERY_ID = "legacy_query";

/** A query to answer. `id` is `legacy_query` for the form that has a task of its own. */
export interface QueryRequest {
  readonly id: string;
  readonly queryType: string;
  readonly args: readonly Payload[];
  readonly headers: PayloadMap;
}

/** A poll answer proven complete: the interior of core has no optional fields to doubt. */
export interface WorkflowTask {
  readonly taskToken: Uint8Array;
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  readonly attempt: number;
  /** 0 on the first task of a run. */
  readonly previousStartedEventId: number;
  /** 0 for a task that carries a legacy query only. */
  readonly startedEventId: number;
  readonly events: readonly HistoryEvent[];
  /** Empty when `events` is all there is. */
  readonly nextPageToken: Uint8Array;
  /** Queries that ride on a workflow task, by the id the server gave. */
  readonly queries: readonly QueryRequest[];
  readonly legacyQuery?: QueryRequest | undefined;
  readonly messages: readonly Message[];
  /** Ends of local activities that came before the task. Only a run that is made again has to be told of them so late. */
  readonly endsBefore?: readonly LocalActivityResult[] | undefined;
}

/** What a poll answer turned out to be. */
export type ParsedTask =
  | { readonly kind: "task"; readonly task: WorkflowTask }
  /** The poll ended without a task. */
  | { readonly kind: "empty" }
  /** No task can be made of it, and there is nothing to answer. */
  | { readonly kind: "refused"; readonly message: string };

function isEmpty(response: PollWorkflowTaskQueueResponse): boolean {
  return (
    response.taskToken.length === 0 &&
    response.workflowExecution === undefined &&
    response.workflowType === undefined &&
    response.history === undefined
  );
}

function queryRequest(id: string, query: WorkflowQuery): QueryRequest {
  return {
    id,
    queryType: query.queryType,
    args: query.queryArgs?.payloads ?? [],
    headers: query.header?.fields ?? {},
  };
}

/** The fields a task cannot do without; the name of the first that is missing. */
function missingField(response: PollWorkflowTaskQueueResponse): string | undefined {
  if (response.taskToken.length === 0) return "task_token";
  if (response.workflowExecutionTaskQueue === undefined) return "workflow_execution_task_queue";
  if (response.workflowExecution === undefined) return "workflow_execution";
  if (response.workflowType === undefined) return "workflow_type";
  if (response.history === undefined) return "history";
  return undefined;
}

function refused(message: string): ParsedTask {
  return { kind: "refused", message: `Workflow task refused: ${message}` };
}

/**
 * Proves a poll answer complete. Says why not, when it isn't.
 *
 * @example
 * const parsed = parseTask(response);
 * if (parsed.kind === "task") step(run, parsed);
 */
export function parseTask(response: PollWorkflowTaskQueueResponse): ParsedTask {
  if (isEmpty(response)) return { kind: "empty" };
  const missing = missingField(response);
  if (missing !== undefined) return refused(`the server sent no ${missing}`);
  const { workflowExecution, workflowType, history, query } = response;
  const previousStartedEventId = eventId(response.previousStartedEventId);
  const startedEventId = eventId(response.startedEventId);
  if (Number.isNaN(previousStartedEventId) || Number.isNaN(startedEventId)) {
    return refused(
      `event ids ${response.previousStartedEventId} and ${response.startedEventId} are out of range`,
    );
  }
  const task: WorkflowTask = {
    taskToken: response.taskToken,
    workflowId: workflowExecution?.workflowId ?? "",
    runId: workflowExecution?.runId ?? "",
    workflowType: workflowType?.name ?? "",
    attempt: response.attempt,
    previousStartedEventId,
    startedEventId,
    events: history?.events ?? [],
    nextPageToken: response.nextPageToken,
    queries: Object.entries(response.queries).map(([id, item]) => queryRequest(id, item)),
    legacyQuery: query === undefined ? undefined : queryRequest(LEGACY_QUERY_ID, query),
    messages: response.messages,
  };
  return { kind: "task", task };
}
