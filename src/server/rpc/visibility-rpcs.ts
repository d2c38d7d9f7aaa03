import type { Init } from "../../codec-runtime/init.ts";
import type { Timestamp } from "../../gen/codec/google/protobuf/timestamp.ts";
import { workflowExecutionStatusNames } from "../../gen/codec/temporal/api/enums/v1/workflow.json.ts";
import { WorkflowExecutionStatus } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { StartTimeFilter } from "../../gen/codec/temporal/api/filter/v1/message.ts";
import type { WorkflowExecutionInfo } from "../../gen/codec/temporal/api/workflow/v1/message.ts";
import type { WorkflowServiceHandlers } from "../../gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import { executionInfo } from "../visibility/execution-info.ts";
import { groupPayload } from "../visibility/group-payload.ts";
import { readPageToken, writePageToken } from "../visibility/page-token.ts";
import { type CompiledQuery, compileQuery } from "../visibility/query.ts";
import type { SlotNames } from "../visibility/query-columns.ts";
import { QueryError } from "../visibility/query-error.ts";
import type { VisibilityStore } from "../visibility/visibility-store.ts";
import { timestampMs } from "../wire-time.ts";
import type { HandlersOf } from "./call.ts";
import { invalidArgument } from "./failures.ts";

/** The most rows of a page, and how many there are if the caller does not say. */
const MAX_PAGE = 1_000;

/** What lists and counts need. */
export interface VisibilityParts {
  readonly store: VisibilityStore;
  readonly slotNames: (namespace: string) => SlotNames;
}

interface ListRequest {
  readonly namespace: string;
  readonly query: string;
  readonly pageSize: number;
  readonly nextPageToken: Uint8Array;
}

interface ListAnswer {
  readonly executions: readonly Init<WorkflowExecutionInfo>[];
  readonly nextPageToken: Uint8Array | undefined;
}

/** Lists and counts of runs. */
export function visibilityRpcs(parts: VisibilityParts): HandlersOf<WorkflowServiceHandlers> {
  return {
    listWorkflowExecutions: (request) => list(parts, request),
    scanWorkflowExecutions: (request) => list(parts, request),
    listOpenWorkflowExecutions: ({ startTimeFilter, filters, ...request }) => {
      const conditions = ["ExecutionStatus = 'Running'", ...timeConditions("StartTime", startTimeFilter)];
      conditions.push(...filterConditions(filters));
      return list(parts, { ...request, pageSize: request.maximumPageSize, query: conditions.join(" AND ") });
    },
    listClosedWorkflowExecutions: ({ startTimeFilter, filters, ...request }) => {
      // What the API calls the start time is compared with the close time here.
      const conditions = ["ExecutionStatus != 'Running'", ...timeConditions("CloseTime", startTimeFilter)];
      conditions.push(...filterConditions(filters));
      return list(parts, { ...request, pageSize: request.maximumPageSize, query: conditions.join(" AND ") });
    },
    countWorkflowExecutions: ({ namespace, query }) => {
      const compiled = compile(parts, namespace, query);
      if (compiled.groupBy === undefined) return { count: parts.store.count(namespace, compiled) };
      const { groupBy } = compiled;
      const groups = parts.store.groups(namespace, compiled);
      return {
        count: groups.reduce((sum, { count }) => sum + count, 0),
        groups: groups.map(({ value, count }) => ({ groupValues: [groupPayload(groupBy, value)], count })),
      };
    },
  };
}

function list(parts: VisibilityParts, request: ListRequest): ListAnswer {
  const { namespace, query, pageSize, nextPageToken } = request;
  const compiled = compile(parts, namespace, query);
  const limit = pageSize <= 0 || pageSize > MAX_PAGE ? MAX_PAGE : pageSize;
  const after = nextPageToken.length === 0 ? undefined : readPageToken(nextPageToken);
  if (nextPageToken.length > 0 && after === undefined) throw invalidArgument("invalid next_page_token");
  const { rows, next } = parts.store.list(namespace, compiled, { limit, after });
  const slots = parts.slotNames(namespace);
  return {
    executions: rows.map((row) => executionInfo(row, slots)),
    nextPageToken: next && writePageToken(next),
  };
}

function compile(parts: VisibilityParts, namespace: string, query: string): CompiledQuery {
  try {
    return compileQuery(query, parts.slotNames(namespace));
  } catch (error) {
    if (error instanceof QueryError) throw invalidArgument(`invalid query: ${error.message}`);
    throw error;
  }
}

function timeConditions(column: string, filter: StartTimeFilter | undefined): string[] {
  const { earliestTime, latestTime } = filter ?? {};
  if (earliestTime && latestTime && timestampMs(earliestTime) > timestampMs(latestTime)) {
    throw invalidArgument("EarliestTime in StartTimeFilter should not be larger than LatestTime.");
  }
  return [
    ...(earliestTime ? [`${column} >= ${nanoseconds(earliestTime)}`] : []),
    ...(latestTime ? [`${column} <= ${nanoseconds(latestTime)}`] : []),
  ];
}

function nanoseconds({ seconds, nanos }: Timestamp): bigint {
  return seconds * 1_000_000_000n + BigInt(nanos);
}

/** As in the real server, texts go into the query as they are: a quote in one makes it malformed. */
function filterConditions(filters: {
  readonly case?: string | undefined;
  readonly value?: unknown;
}): readonly string[] {
  // Each case has the value that the API gives it.
  const value = filters.value as
    | { readonly workflowId?: string; readonly name?: string; readonly status?: number }
    | undefined;
  switch (filters.case) {
    case "executionFilter":
      return [`WorkflowId = '${value?.workflowId}'`];
    case "typeFilter":
      return [`WorkflowType = '${value?.name}'`];
    case "statusFilter":
      return [`ExecutionStatus = '${closedStatus(value?.status ?? 0)}'`];
    default:
      return [];
  }
}

function closedStatus(status: number): string {
  if (status === WorkflowExecutionStatus.UNSPECIFIED || status === WorkflowExecutionStatus.RUNNING) {
    throw invalidArgument("StatusFilter must be specified and must be not Running.");
  }
  const name = workflowExecutionStatusNames.names[status];
  return name === undefined ? String(status) : `${workflowExecutionStatusNames.prefix}${name}`;
}
