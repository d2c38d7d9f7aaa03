import { UpdateCalls } from "../client/update-calls.ts";
import { updateMethods } from "../client/workflow-update-methods.ts";
import { JsonReader } from "../codec-runtime/json-reader.ts";
import type { UpdateDefinition } from "../common/definitions.ts";
import { defaultFailureConverter } from "../converter/sync/failure-converter.ts";
import {
  readPollWorkflowExecutionUpdateResponseJson,
  readUpdateWorkflowExecutionResponseJson,
} from "../gen/codec/temporal/api/workflowservice/v1/request_response.json.ts";
import {
  decodePollWorkflowExecutionUpdateResponse,
  decodeUpdateWorkflowExecutionResponse,
  type PollWorkflowExecutionUpdateResponse,
  type UpdateWorkflowExecutionResponse,
} from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { CallOptions } from "../transport/unary-call.ts";
import type { EdgeConnection } from "./edge-connection.ts";
import { type EdgeRpc, post } from "./edge-rpc.ts";
import { edgeScope } from "./edge-scope.ts";
import { checkedExecution, type WorkflowTarget } from "./target.ts";

export const updateRpc: EdgeRpc<UpdateWorkflowExecutionResponse> = {
  name: "UpdateWorkflowExecution",
  http: post("workflows/{workflow_execution.workflow_id}/update/{request.input.name}"),
  fromJson: (json) => readUpdateWorkflowExecutionResponseJson(json, new JsonReader({ ignoreUnknown: true })),
  fromBinary: decodeUpdateWorkflowExecutionResponse,
};

export const pollUpdateRpc: EdgeRpc<PollWorkflowExecutionUpdateResponse> = {
  name: "PollWorkflowExecutionUpdate",
  // Temporal's HTTP API has none: the update is sent once more under its id.
  http: updateRpc.http,
  fromJson: (json) =>
    readPollWorkflowExecutionUpdateResponseJson(json, new JsonReader({ ignoreUnknown: true })),
  fromBinary: decodePollWorkflowExecutionUpdateResponse,
};

/** Options of an update, those of its call among them. */
export interface EdgeUpdateOptions extends CallOptions {
  /** Names the update: sent again under the same id, it is the same update. Default: a random one. */
  readonly updateId?: string | undefined;
}

/**
 * Updates a workflow, and waits for the result of the update. Temporal's HTTP API cannot wait for it a second time: there, the update is
 * sent once more under its id when the first wait was too short.
 *
 * @throws {WorkflowUpdateFailedError} when the update was rejected or its handler failed; `cause` says why
 * @throws {WorkflowNotFoundError} when there is no such workflow, or it has ended
 * @throws {WorkflowUpdateRPCTimeoutOrCancelledError} when the deadline of the call passed, or it was cancelled
 *
 * @example
 * ```ts
 * const total = await updateWorkflow<number>(temporal, { workflowId: "cart-1" }, "add", ["milk"]);
 * ```
 */
export async function updateWorkflow<Ret = unknown, Args extends unknown[] = unknown[]>(
  temporal: EdgeConnection,
  target: WorkflowTarget,
  update: UpdateDefinition<Ret, Args> | string,
  args?: Args,
  { updateId = crypto.randomUUID(), ...call }: EdgeUpdateOptions = {},
): Promise<Ret> {
  const execution = checkedExecution(target);
  const scope = edgeScope(
    temporal,
    { updateWorkflowExecution: updateRpc, pollWorkflowExecutionUpdate: pollUpdateRpc },
    defaultFailureConverter,
  );
  const { executeUpdate } = updateMethods(new UpdateCalls(scope, []), execution);
  // The type of `executeUpdate` wants arguments exactly when there are some, which is not known here.
  const send = executeUpdate as (definition: unknown, options: object, call: CallOptions) => Promise<Ret>;
  return send(update, { updateId, args: args ?? [] }, call);
}
