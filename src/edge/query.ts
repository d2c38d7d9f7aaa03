import { QueryRejectedError } from "../client/client-errors.ts";
import { type QueryRejectCondition, queryRejectConditionNames } from "../client/query-reject-condition.ts";
import { queryError } from "../client/rpc-errors.ts";
import { queryRequest } from "../client/workflow-requests.ts";
import { JsonReader } from "../codec-runtime/json-reader.ts";
import type { QueryDefinition } from "../common/definitions.ts";
import { decodeFromPayloadsAtIndex } from "../converter/codec-run.ts";
import { readQueryWorkflowResponseJson } from "../gen/codec/temporal/api/workflowservice/v1/request_response.json.ts";
import {
  decodeQueryWorkflowResponse,
  type QueryWorkflowResponse,
} from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { CallOptions } from "../transport/unary-call.ts";
import type { EdgeConnection } from "./edge-connection.ts";
import { type EdgeRpc, post } from "./edge-rpc.ts";
import { edgeScope } from "./edge-scope.ts";
import { checkedExecution, checkedMessage, type WorkflowTarget } from "./target.ts";

export const queryRpc: EdgeRpc<QueryWorkflowResponse> = {
  name: "QueryWorkflow",
  http: post("workflows/{execution.workflow_id}/query/{query.query_type}"),
  fromJson: (json) => readQueryWorkflowResponseJson(json, new JsonReader({ ignoreUnknown: true })),
  fromBinary: decodeQueryWorkflowResponse,
};

/** Options of a query, those of its call among them. */
export interface EdgeQueryOptions extends CallOptions {
  /** For which workflows the query is refused. Default: none. */
  readonly queryRejectCondition?: QueryRejectCondition | undefined;
}

/**
 * Asks a workflow.
 *
 * @throws {WorkflowNotFoundError} when there is no such workflow
 * @throws {QueryNotRegisteredError} when it has no such handler, or its handler threw
 * @throws {QueryRejectedError} when `queryRejectCondition` holds
 * @throws {ServiceError} when the call failed, for want of a worker for example; `cause` says how
 *
 * @example
 * ```ts
 * const steps = await queryWorkflow<string[]>(temporal, { workflowId: "order-1" }, "steps");
 * ```
 */
export async function queryWorkflow<Ret = unknown, Args extends unknown[] = unknown[]>(
  temporal: EdgeConnection,
  target: WorkflowTarget,
  query: QueryDefinition<Ret, Args> | string,
  args?: Args,
  { queryRejectCondition, ...call }: EdgeQueryOptions = {},
): Promise<Ret> {
  const workflowExecution = checkedExecution(target);
  const { name: queryType, args: values } = checkedMessage(query, args, "query");
  const typeInfo = typeof query === "string" ? undefined : query.typeInfo;
  const scope = edgeScope(temporal, {});
  const request = await queryRequest(scope, {
    workflowExecution,
    queryType,
    args: values,
    typeInfo,
    headers: {},
    queryRejectCondition: queryRejectConditionNames.encode(queryRejectCondition),
  });
  const response = await temporal.call(queryRpc, request, call).catch((error: unknown) => {
    throw queryError(error, workflowExecution);
  });
  if (response.queryRejected !== undefined) throw new QueryRejectedError(response.queryRejected.status);
  const context = scope.workflowContext(workflowExecution.workflowId);
  const { payloads } = response.queryResult ?? {};
  // What a handler returns is known by its definition only.
  return (await decodeFromPayloadsAtIndex(
    await scope.converter,
    0,
    payloads,
    context,
    typeInfo?.outputType,
  )) as Ret;
}
