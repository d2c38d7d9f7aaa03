import { startError } from "../client/rpc-errors.ts";
import { type AnySignalOptions, signalWithStartInput, startInput } from "../client/start-input.ts";
import { signalWithStartRequest, startRequest } from "../client/start-request.ts";
import type {
  AnyStartOptions,
  WorkflowSignalWithStartOptions,
  WorkflowStartOptions,
} from "../client/workflow-options.ts";
import type { JsonObject } from "../codec-runtime/json.ts";
import { scanFields, wireText } from "../codec-runtime/wire-scan.ts";
import type { WithWorkflowArgs, Workflow } from "../common/workflow-type.ts";
import type { CallOptions } from "../transport/unary-call.ts";
import type { EdgeConnection } from "./edge-connection.ts";
import { type EdgeRpc, post } from "./edge-rpc.ts";
import { edgeScope } from "./edge-scope.ts";

/** The run that was started, or found, under an id. */
export interface StartedWorkflow {
  readonly workflowId: string;
  readonly runId: string;
}

/** The answers hold more, which nobody asks for: the first workflow task is for workers. */
const runIdAnswer = {
  fromJson(answer: JsonObject) {
    const { runId = "" } = answer;
    if (typeof runId !== "string") throw new Error("field runId: expected a string");
    return { runId };
  },
  fromBinary(bytes: Uint8Array) {
    let runId = "";
    scanFields(bytes, (field, value) => {
      if (field === 1) runId = wireText(value);
    });
    return { runId };
  },
};

export const startRpc: EdgeRpc<{ readonly runId: string }> = {
  name: "StartWorkflowExecution",
  http: post("workflows/{workflow_id}"),
  ...runIdAnswer,
};

export const signalWithStartRpc: EdgeRpc<{ readonly runId: string }> = {
  name: "SignalWithStartWorkflowExecution",
  http: post("workflows/{workflow_id}/signal-with-start/{signal_name}"),
  ...runIdAnswer,
};

/**
 * Starts a workflow.
 *
 * @throws {WorkflowExecutionAlreadyStartedError} when the id is taken and its policies say so
 * @throws {ValueError} when an option is not valid or an argument cannot be converted
 * @throws {ServiceError} when the call failed; `cause` says how
 *
 * @example
 * ```ts
 * const { runId } = await startWorkflow(temporal, "order", { workflowId: "order-1", taskQueue: "orders", args: ["tea"] });
 * ```
 */
export async function startWorkflow<T extends Workflow>(
  temporal: EdgeConnection,
  workflow: string | T,
  options: WorkflowStartOptions<T>,
  call?: CallOptions,
): Promise<StartedWorkflow> {
  const input = startInput(workflow, options as AnyStartOptions);
  const { workflowType, options: compiled } = input;
  const { workflowId } = compiled;
  const request = await startRequest(edgeScope(temporal, {}), input);
  try {
    const { runId } = await temporal.call(startRpc, { ...request, requestEagerExecution: undefined }, call);
    return { workflowId, runId };
  } catch (error) {
    throw startError(error, "Failed to start Workflow", { workflowId, workflowType });
  }
}

/**
 * Sends a signal to a workflow, which is started first if it does not run.
 *
 * @throws {WorkflowExecutionAlreadyStartedError} when the id is taken and its policies say so
 * @throws {ValueError} when an option is not valid or an argument cannot be converted
 * @throws {ServiceError} when the call failed; `cause` says how
 *
 * @example
 * ```ts
 * await signalWithStartWorkflow(temporal, "cart", { workflowId: "cart-1", taskQueue: "shop", signal: "add", signalArgs: ["milk"] });
 * ```
 */
export async function signalWithStartWorkflow<T extends Workflow, Args extends unknown[]>(
  temporal: EdgeConnection,
  workflow: string | T,
  options: WithWorkflowArgs<T, WorkflowSignalWithStartOptions<Args>>,
  call?: CallOptions,
): Promise<StartedWorkflow> {
  const input = signalWithStartInput(workflow, options as unknown as AnySignalOptions);
  const { workflowType, options: compiled } = input;
  const { workflowId } = compiled;
  const request = await signalWithStartRequest(edgeScope(temporal, {}), input);
  try {
    return { workflowId, runId: (await temporal.call(signalWithStartRpc, request, call)).runId };
  } catch (error) {
    throw startError(error, "Failed to signalWithStart Workflow", { workflowId, workflowType });
  }
}
