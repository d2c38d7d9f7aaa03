import { ValueError } from "../common/errors.ts";
import { showValue } from "../common/type-guards.ts";
import type { HistoryAndWorkflowId } from "../common/workflow-type.ts";
import type { History } from "../gen/codec/temporal/api/history/v1/message.ts";
import type { CallOptions } from "../transport/unary-call.ts";
import { checkOptionalText } from "./check-options.ts";
import type { CallingScope } from "./client-scope.ts";
import { type ConcurrencyOptions, mapConcurrently } from "./concurrent-map.ts";
import { workflowCallError } from "./rpc-errors.ts";
import {
  executionInfoFromRaw,
  type WorkflowExecution,
  type WorkflowExecutionInfo,
} from "./workflow-execution.ts";

/** What is listed. */
export interface ListOptions {
  /** In the server's query language, for example `WorkflowType = 'order' AND ExecutionStatus = 'Running'`. Default: all. */
  readonly query?: string | undefined;
  /** How many one call asks for. Default: the server's, 1000 at most. */
  readonly pageSize?: number | undefined;
  /** Where an earlier listing of the same query left off: `nextPageToken` of a page. */
  readonly nextPageToken?: Uint8Array | undefined;
}

/** How histories of listed workflows are fetched. */
export type IntoHistoriesOptions = ConcurrencyOptions;

/** One answer of the server. */
export interface WorkflowListPage {
  readonly executions: readonly WorkflowExecutionInfo[];
  /** Where the next page begins; undefined after the last. */
  readonly nextPageToken: Uint8Array | undefined;
}

/** Workflows that a query finds, asked for page by page while they are read. Each reading starts anew. */
export interface AsyncWorkflowListIterable extends AsyncIterable<WorkflowExecutionInfo> {
  /** The same, in pages. */
  pages(): AsyncIterable<WorkflowListPage>;
  /** The histories of the workflows, several fetched at a time, in no particular order. */
  intoHistories(options?: IntoHistoriesOptions): AsyncIterable<HistoryAndWorkflowId<History>>;
}

/** Fetches the history of a run. */
export type FetchHistory = (execution: WorkflowExecution) => Promise<History>;

/**
 * Lists workflows; the first call is made when the first is read.
 *
 * @throws {ValueError} naming the option that is wrong
 */
export function listWorkflows(
  scope: CallingScope,
  { query, pageSize, nextPageToken, ...call }: ListOptions & CallOptions,
  fetchHistory: FetchHistory,
): AsyncWorkflowListIterable {
  checkOptionalText(query, "query");
  checkCount(pageSize, "pageSize");
  const pages = (): AsyncIterable<WorkflowListPage> =>
    listPages(scope, { query, pageSize, nextPageToken }, call);
  const executions = (): AsyncIterable<WorkflowExecutionInfo> => flatten(pages());
  return {
    pages,
    [Symbol.asyncIterator]: () => executions()[Symbol.asyncIterator](),
    intoHistories: (options = {}) => {
      checkCount(options.concurrency, "concurrency");
      if (options.bufferLimit !== 0) checkCount(options.bufferLimit, "bufferLimit");
      return mapConcurrently(
        executions(),
        async ({ workflowId, runId }) => ({ workflowId, history: await fetchHistory({ workflowId, runId }) }),
        options,
      );
    },
  };
}

function checkCount(value: unknown, option: string): void {
  if (value === undefined || value === Number.POSITIVE_INFINITY) return;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1) return;
  throw new ValueError(`${option} is ${showValue(value)}; it must be a positive integer`);
}

async function* flatten(pages: AsyncIterable<WorkflowListPage>): AsyncGenerator<WorkflowExecutionInfo> {
  for await (const { executions } of pages) yield* executions;
}

export async function* listPages(
  scope: CallingScope,
  options: ListOptions,
  call: CallOptions,
): AsyncGenerator<WorkflowListPage> {
  const { namespace } = scope;
  let token = options.nextPageToken;
  do {
    const request = { namespace, query: options.query, pageSize: options.pageSize, nextPageToken: token };
    const response = await scope.connection.workflowService
      .listWorkflowExecutions(request, call)
      .catch((error: unknown) => {
        throw workflowCallError(error, "Failed to list Workflows");
      });
    const converter = await scope.converter;
    const executions = await Promise.all(
      response.executions.map((raw) => executionInfoFromRaw(raw, raw, { converter, namespace })),
    );
    token = response.nextPageToken.length > 0 ? response.nextPageToken : undefined;
    yield { executions, nextPageToken: token };
  } while (token !== undefined);
}
