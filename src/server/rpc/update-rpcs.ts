import type { Init } from "../../codec-runtime/init.ts";
import type { Link } from "../../gen/codec/temporal/api/common/v1/message.ts";
import { EventType } from "../../gen/codec/temporal/api/enums/v1/event_type.ts";
import { UpdateWorkflowExecutionLifecycleStage as Stage } from "../../gen/codec/temporal/api/enums/v1/update.ts";
import type {
  PollWorkflowExecutionUpdateRequest,
  PollWorkflowExecutionUpdateResponse,
  UpdateWorkflowExecutionResponse,
} from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { WorkflowServiceHandlers } from "../../gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import { type Engine, isRunId } from "../execution/engine.ts";
import { findInChain } from "../execution/messages.ts";
import type { Run } from "../execution/run.ts";
import { admitCalled } from "../execution/update-admission.ts";
import { type Reached, stageOf, updateStatus } from "../execution/update-status.ts";
import type { Wall } from "../time/wall.ts";
import type { HandlersOf, ServerCall } from "./call.ts";
import { invalidArgument, notFound } from "./failures.ts";
import { type CheckedUpdate, checkUpdateRequest } from "./update-request.ts";

/** Updating workflows, and asking for what became of an update. */
export function updateRpcs(engine: Engine, wall: Wall): HandlersOf<WorkflowServiceHandlers> {
  return {
    updateWorkflowExecution: (request, call) => {
      const update = checkUpdateRequest(request);
      const run = findInChain(
        engine,
        request.namespace,
        request.workflowExecution,
        request.firstExecutionRunId,
      );
      admitCalled(engine, run, update.request);
      return awaitUpdate(run, update, wall, call);
    },
    pollWorkflowExecutionUpdate: (request, call) => pollUpdate(engine, wall, request, call),
  };
}

/** Waits for the stage that the caller asked for, and tells it. */
export async function awaitUpdate(
  run: Run,
  update: CheckedUpdate,
  wall: Wall,
  call: ServerCall,
): Promise<Init<UpdateWorkflowExecutionResponse>> {
  const reached = await run.updates.wait(run, update, { wall, signal: call.signal });
  return updateAnswer(run, update, reached);
}

/** @throws {ServiceFailure} what the update came to, if it came to nothing */
export function updateAnswer(
  run: Run,
  { updateId, request }: Pick<CheckedUpdate, "updateId" | "request">,
  reached: Reached,
): Init<UpdateWorkflowExecutionResponse> {
  if (reached.kind === "aborted") throw reached.error;
  return {
    ...progress(run, updateId, reached),
    link: linkOf(run, request.requestId, reached),
  };
}

async function pollUpdate(
  engine: Engine,
  wall: Wall,
  request: PollWorkflowExecutionUpdateRequest,
  call: ServerCall,
): Promise<Init<PollWorkflowExecutionUpdateResponse>> {
  const { updateRef } = request;
  if (updateRef === undefined) throw invalidArgument("UpdateRef is not set on request.");
  const { updateId, workflowExecution } = updateRef;
  // The texts are this call's own.
  if (!workflowExecution?.workflowId) {
    throw invalidArgument("Can't load workflow execution.  WorkflowId not set.");
  }
  if (workflowExecution.runId && !isRunId(workflowExecution.runId)) {
    throw invalidArgument("RunId is not valid UUID.");
  }
  const run = engine.find(request.namespace, workflowExecution);
  if (updateStatus(run, updateId) === undefined) {
    throw notFound(`update ${JSON.stringify(updateId)} not found`);
  }
  const stage = request.waitPolicy?.lifecycleStage ?? Stage.UNSPECIFIED;
  const reached = await run.updates.wait(run, { updateId, stage }, { wall, signal: call.signal });
  if (reached.kind === "aborted") throw reached.error;
  return progress(run, updateId, reached);
}

function progress(
  run: Run,
  updateId: string,
  reached: Exclude<Reached, { readonly kind: "aborted" }>,
): Init<PollWorkflowExecutionUpdateResponse> {
  return {
    updateRef: { workflowExecution: { workflowId: run.workflowId, runId: run.runId }, updateId },
    stage: stageOf(reached),
    outcome: reached.kind === "completed" ? reached.outcome : undefined,
  };
}

/** Where the update is told of: the event that accepted it, or the run for one that failed. */
function linkOf(run: Run, requestId: string, reached: Reached): Init<Link> | undefined {
  const { namespace, workflowId, runId } = run;
  if (reached.kind === "admitted") return undefined;
  if (reached.kind === "completed" && reached.outcome.value?.case === "failure") {
    return {
      variant: { case: "workflow", value: { namespace, workflowId, runId, reason: "Update rejected" } },
    };
  }
  return {
    variant: {
      case: "workflowEvent",
      value: {
        namespace,
        workflowId,
        runId,
        reference: {
          case: "requestIdRef",
          value: { requestId, eventType: EventType.WORKFLOW_EXECUTION_UPDATE_ACCEPTED },
        },
      },
    },
  };
}
