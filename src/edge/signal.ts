import { workflowCallError } from "../client/rpc-errors.ts";
import { signalRequest } from "../client/workflow-requests.ts";
import type { SignalDefinition } from "../common/definitions.ts";
import type { CallOptions } from "../transport/unary-call.ts";
import type { EdgeConnection } from "./edge-connection.ts";
import { type EdgeRpc, post } from "./edge-rpc.ts";
import { edgeScope } from "./edge-scope.ts";
import { checkedExecution, checkedMessage, type WorkflowTarget } from "./target.ts";

export const signalRpc: EdgeRpc<undefined> = {
  name: "SignalWorkflowExecution",
  http: post("workflows/{workflow_execution.workflow_id}/signal/{signal_name}"),
  fromJson: () => undefined,
  fromBinary: () => undefined,
};

/**
 * Sends a signal to a workflow.
 *
 * @throws {WorkflowNotFoundError} when there is no such workflow, or it has ended
 * @throws {ValueError} when an argument cannot be converted
 * @throws {ServiceError} when the call failed; `cause` says how
 *
 * @example
 * ```ts
 * await signalWorkflow(temporal, { workflowId: "order-1" }, "pay", [42]);
 * ```
 */
export async function signalWorkflow<Args extends unknown[]>(
  temporal: EdgeConnection,
  target: WorkflowTarget,
  signal: SignalDefinition<Args> | string,
  args?: Args,
  call?: CallOptions,
): Promise<void> {
  const workflowExecution = checkedExecution(target);
  const { name: signalName, args: values } = checkedMessage(signal, args, "signal");
  const typeInfo = typeof signal === "string" ? undefined : signal.typeInfo;
  const input = { workflowExecution, signalName, args: values, typeInfo, headers: {} };
  const request = await signalRequest(edgeScope(temporal, {}), input);
  try {
    await temporal.call(signalRpc, request, call);
  } catch (error) {
    throw workflowCallError(error, "Failed to signal Workflow", workflowExecution);
  }
}
