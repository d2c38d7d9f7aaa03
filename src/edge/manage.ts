import { checkOptionalText } from "../client/check-options.ts";
import { workflowCallError } from "../client/rpc-errors.ts";
import { terminateRequest } from "../client/workflow-requests.ts";
import type { CallOptions } from "../transport/unary-call.ts";
import type { EdgeConnection } from "./edge-connection.ts";
import { type EdgeRpc, post } from "./edge-rpc.ts";
import { edgeScope } from "./edge-scope.ts";
import { checkedExecution, type WorkflowTarget } from "./target.ts";

const NO_ANSWER = { fromJson: () => undefined, fromBinary: () => undefined };

export const cancelRpc: EdgeRpc<undefined> = {
  name: "RequestCancelWorkflowExecution",
  http: post("workflows/{workflow_execution.workflow_id}/cancel"),
  ...NO_ANSWER,
};

export const terminateRpc: EdgeRpc<undefined> = {
  name: "TerminateWorkflowExecution",
  http: post("workflows/{workflow_execution.workflow_id}/terminate"),
  ...NO_ANSWER,
};

/**
 * Asks a workflow to end; its code hears of it, and may tidy up first.
 *
 * @throws {WorkflowNotFoundError} when there is no such workflow, or it has ended
 * @throws {ServiceError} when the call failed; `cause` says how
 *
 * @example
 * ```ts
 * await cancelWorkflow(temporal, { workflowId: "order-1" });
 * ```
 */
export async function cancelWorkflow(
  temporal: EdgeConnection,
  target: WorkflowTarget,
  call?: CallOptions,
): Promise<void> {
  const { namespace, identity } = temporal;
  const workflowExecution = checkedExecution(target);
  const request = { namespace, identity, workflowExecution, requestId: crypto.randomUUID() };
  try {
    await temporal.call(cancelRpc, request, call);
  } catch (error) {
    throw workflowCallError(error, "Failed to cancel Workflow", workflowExecution);
  }
}

/**
 * Ends a workflow at once; its code is not asked.
 *
 * @throws {WorkflowNotFoundError} when there is no such workflow, or it has ended
 * @throws {ServiceError} when the call failed; `cause` says how
 *
 * @example
 * ```ts
 * await terminateWorkflow(temporal, { workflowId: "order-1" }, "placed twice");
 * ```
 */
export async function terminateWorkflow(
  temporal: EdgeConnection,
  target: WorkflowTarget,
  reason?: string,
  call?: CallOptions,
): Promise<void> {
  const workflowExecution = checkedExecution(target);
  checkOptionalText(reason, "reason");
  const request = await terminateRequest(edgeScope(temporal, {}), { workflowExecution, reason });
  try {
    await temporal.call(terminateRpc, request, call);
  } catch (error) {
    throw workflowCallError(error, "Failed to terminate Workflow", workflowExecution);
  }
}
