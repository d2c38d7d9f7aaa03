import { checkOptionalText } from "../client/check-options.ts";
import { workflowCallError } from "../client/rpc-errors.ts";
import {
  type CountWorkflowExecution,
  countFromRaw,
  descriptionFromRaw,
  type WorkflowExecutionDescription,
  type WorkflowExecutionInfo,
} from "../client/workflow-execution.ts";
import { type ListOptions, listPages } from "../client/workflow-list.ts";
import { JsonReader } from "../codec-runtime/json-reader.ts";
import * as json from "../gen/codec/temporal/api/workflowservice/v1/request_response.json.ts";
import * as binary from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { CallOptions } from "../transport/unary-call.ts";
import type { EdgeConnection } from "./edge-connection.ts";
import { type EdgeRpc, get } from "./edge-rpc.ts";
import { edgeScope } from "./edge-scope.ts";
import { checkedExecution, type WorkflowTarget } from "./target.ts";

const reader = (): JsonReader => new JsonReader({ ignoreUnknown: true });

export const describeRpc: EdgeRpc<binary.DescribeWorkflowExecutionResponse> = {
  name: "DescribeWorkflowExecution",
  http: get("workflows/{execution.workflow_id}"),
  fromJson: (answer) => json.readDescribeWorkflowExecutionResponseJson(answer, reader()),
  fromBinary: binary.decodeDescribeWorkflowExecutionResponse,
};

export const listRpc: EdgeRpc<binary.ListWorkflowExecutionsResponse> = {
  name: "ListWorkflowExecutions",
  http: get("workflows"),
  fromJson: (answer) => json.readListWorkflowExecutionsResponseJson(answer, reader()),
  fromBinary: binary.decodeListWorkflowExecutionsResponse,
};

export const countRpc: EdgeRpc<binary.CountWorkflowExecutionsResponse> = {
  name: "CountWorkflowExecutions",
  http: get("workflow-count"),
  fromJson: (answer) => json.readCountWorkflowExecutionsResponseJson(answer, reader()),
  fromBinary: binary.decodeCountWorkflowExecutionsResponse,
};

/**
 * Describes a workflow: status, times, memo, search attributes, what it waits for.
 *
 * @throws {WorkflowNotFoundError} when there is no such workflow
 * @throws {ServiceError} when the call failed; `cause` says how
 *
 * @example
 * ```ts
 * const { status } = await describeWorkflow(temporal, { workflowId: "order-1" });
 * ```
 */
export async function describeWorkflow(
  temporal: EdgeConnection,
  target: WorkflowTarget,
  call?: CallOptions,
): Promise<WorkflowExecutionDescription> {
  const execution = checkedExecution(target);
  const { namespace } = temporal;
  const raw = await temporal.call(describeRpc, { namespace, execution }, call).catch((error: unknown) => {
    throw workflowCallError(error, "Failed to describe Workflow", execution);
  });
  return descriptionFromRaw(raw, { converter: await edgeScope(temporal, {}).converter, namespace });
}

/**
 * Lists workflows, newest first; pages are fetched as they are needed.
 *
 * @throws {ServiceError} when the call failed, for a malformed query for example; `cause` says how
 *
 * @example
 * ```ts
 * for await (const { workflowId } of listWorkflows(temporal, { query: "WorkflowType = 'order'" })) console.log(workflowId);
 * ```
 */
export async function* listWorkflows(
  temporal: EdgeConnection,
  options: ListOptions = {},
  call: CallOptions = {},
): AsyncGenerator<WorkflowExecutionInfo> {
  const scope = edgeScope(temporal, { listWorkflowExecutions: listRpc });
  for await (const { executions } of listPages(scope, options, call)) yield* executions;
}

/**
 * Counts workflows, in groups where the query says `GROUP BY`.
 *
 * @throws {ServiceError} when the call failed, for a malformed query for example; `cause` says how
 *
 * @example
 * ```ts
 * const { count } = await countWorkflows(temporal, "ExecutionStatus = 'Running'");
 * ```
 */
export async function countWorkflows(
  temporal: EdgeConnection,
  query?: string,
  call?: CallOptions,
): Promise<CountWorkflowExecution> {
  checkOptionalText(query, "query");
  const { namespace } = temporal;
  try {
    return countFromRaw(await temporal.call(countRpc, { namespace, query }, call));
  } catch (error) {
    throw workflowCallError(error, "Failed to count Workflows");
  }
}
