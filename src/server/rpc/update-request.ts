import { UpdateWorkflowExecutionLifecycleStage as Stage } from "../../gen/codec/temporal/api/enums/v1/update.ts";
import type { Request } from "../../gen/codec/temporal/api/update/v1/message.ts";
import type { UpdateWorkflowExecutionRequest } from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { GrpcStatus } from "../../platform/rpc-port.ts";
import { tooLong } from "../commands/activity-attributes.ts";
import { checkExecution } from "../execution/engine.ts";
import { invalidArgument } from "./failures.ts";
import { refuseCallbacks } from "./later-options.ts";
import { ServiceFailure } from "./service-failure.ts";

/** An update as it is let in: with an id, and with the stage to wait for. */
export interface CheckedUpdate {
  readonly updateId: string;
  readonly stage: Stage;
  readonly request: Request;
}

/** Checks a request to update a workflow as the real server does, in its order, and fills in what is left open. */
export function checkUpdateRequest(raw: UpdateWorkflowExecutionRequest): CheckedUpdate {
  checkExecution(raw.workflowExecution);
  const { request } = raw;
  if (request?.meta === undefined) throw invalidArgument("Update meta is not set on request.");
  if (tooLong(request.meta.updateId)) throw invalidArgument("UpdateId length exceeds limit.");
  if (request.input === undefined) throw invalidArgument("Update input is not set on request.");
  if (request.input.name === "") throw invalidArgument("Update name is not set on request.");
  const stage = raw.waitPolicy?.lifecycleStage || Stage.COMPLETED;
  if (stage === Stage.ADMITTED) {
    throw new ServiceFailure(
      GrpcStatus.PERMISSION_DENIED,
      "UpdateWorkflowExecution issued asynchronously and waiting on update admitted is not supported.",
      { kind: "PermissionDeniedFailure", value: {} },
    );
  }
  refuseCallbacks(request.completionCallbacks);
  const updateId = request.meta.updateId || crypto.randomUUID();
  return { updateId, stage, request: { ...request, meta: { ...request.meta, updateId } } };
}
