import type { Init } from "../codec-runtime/init.ts";
import type {
  QueryWorkflowRequest,
  SignalWorkflowExecutionRequest,
  TerminateWorkflowExecutionRequest,
} from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { CallingScope } from "./client-scope.ts";
import type { WorkflowQueryInput, WorkflowSignalInput, WorkflowTerminateInput } from "./interceptors.ts";

/**
 * The request that signals a workflow.
 *
 * @throws {PayloadConverterError} for arguments that cannot be converted
 */
export async function signalRequest(
  scope: CallingScope,
  { signalName, workflowExecution, headers, args, typeInfo }: WorkflowSignalInput,
): Promise<Init<SignalWorkflowExecutionRequest>> {
  const { namespace, identity } = scope;
  const context = scope.workflowContext(workflowExecution.workflowId);
  const payloads = await scope.encode(
    `Arguments of signal '${signalName}'`,
    args,
    context,
    typeInfo?.inputTypes,
  );
  return {
    namespace,
    identity,
    workflowExecution,
    // One for all attempts of this call, so that a retry does not signal twice.
    requestId: crypto.randomUUID(),
    signalName,
    header: { fields: headers },
    input: { payloads },
  };
}

/**
 * The request that queries a workflow.
 *
 * @throws {PayloadConverterError} for arguments that cannot be converted
 */
export async function queryRequest(
  scope: CallingScope,
  { queryType, workflowExecution, headers, args, typeInfo, queryRejectCondition }: WorkflowQueryInput,
): Promise<Init<QueryWorkflowRequest>> {
  const context = scope.workflowContext(workflowExecution.workflowId);
  const payloads = await scope.encode(
    `Arguments of query '${queryType}'`,
    args,
    context,
    typeInfo?.inputTypes,
  );
  return {
    namespace: scope.namespace,
    execution: workflowExecution,
    query: { queryType, queryArgs: { payloads }, header: { fields: headers } },
    queryRejectCondition,
  };
}

/**
 * The request that terminates a workflow.
 *
 * @throws {PayloadConverterError} for details that cannot be converted
 */
export async function terminateRequest(
  scope: CallingScope,
  { workflowExecution, reason, firstExecutionRunId, details = [] }: WorkflowTerminateInput,
): Promise<Init<TerminateWorkflowExecutionRequest>> {
  const { namespace, identity } = scope;
  const context = scope.workflowContext(workflowExecution.workflowId);
  const payloads = await scope.encode("Details of a termination", details, context);
  return {
    namespace,
    identity,
    workflowExecution,
    reason,
    firstExecutionRunId,
    details: payloads && { payloads },
  };
}
