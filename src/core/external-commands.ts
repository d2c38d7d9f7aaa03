import type { Init } from "../codec-runtime/init.ts";
import type { Command } from "../gen/codec/temporal/api/command/v1/message.ts";
import { CommandType } from "../gen/codec/temporal/api/enums/v1/command_type.ts";
import type { UserMetadata } from "./command.ts";
import { header, payloads, userMetadata } from "./commands.ts";
import type { ExternalTarget, SignalExternalWorkflow } from "./external-jobs.ts";

/** The command that signals another workflow. */
export function signalExternalCommand(c: SignalExternalWorkflow): Init<Command> {
  const { namespace, workflowId, runId } = c.target;
  return {
    commandType: CommandType.SIGNAL_EXTERNAL_WORKFLOW_EXECUTION,
    attributes: {
      case: "signalExternalWorkflowExecutionCommandAttributes",
      value: {
        namespace,
        execution: { workflowId, runId },
        signalName: c.signalName,
        input: payloads(c.args),
        childWorkflowOnly: c.childWorkflowOnly,
        header: header(c.headers),
      },
    },
  };
}

/** What a request to cancel says besides its target. */
export interface CancelRequest {
  readonly childWorkflowOnly: boolean;
  readonly reason: string;
  readonly userMetadata?: UserMetadata | undefined;
}

/** The command that asks another workflow to stop. */
export function requestCancelExternalCommand(target: ExternalTarget, request: CancelRequest): Init<Command> {
  return {
    commandType: CommandType.REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION,
    userMetadata: userMetadata(request.userMetadata),
    attributes: {
      case: "requestCancelExternalWorkflowExecutionCommandAttributes",
      value: { ...target, childWorkflowOnly: request.childWorkflowOnly, reason: request.reason },
    },
  };
}
