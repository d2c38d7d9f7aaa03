import type { Init } from "../../codec-runtime/init.ts";
import { EventType } from "../../gen/codec/temporal/api/enums/v1/event_type.ts";
import {
  WorkflowIdConflictPolicy as Conflict,
  WorkflowExecutionStatus as Status,
} from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type {
  ExecuteMultiOperationRequest,
  ExecuteMultiOperationResponse,
  StartWorkflowExecutionRequest,
  StartWorkflowExecutionResponse,
  UpdateWorkflowExecutionRequest,
} from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { WorkflowServiceHandlers } from "../../gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import { GrpcStatus } from "../../platform/rpc-port.ts";
import type { Engine } from "../execution/engine.ts";
import { open } from "../execution/id-policies.ts";
import type { Run } from "../execution/run.ts";
import { admitCalled, admitUpdate } from "../execution/update-admission.ts";
import { updateStatus } from "../execution/update-status.ts";
import { namespaceNotFound } from "../namespaces/namespace-failures.ts";
import type { Wall } from "../time/wall.ts";
import { durationMs } from "../wire-time.ts";
import type { HandlersOf, ServerCall } from "./call.ts";
import { invalidArgument, UPDATE_CLOSED } from "./failures.ts";
import { multiOperationFailure, type OperationEnd } from "./multi-operation-failure.ts";
import { ServiceFailure } from "./service-failure.ts";
import { checkStartRequest } from "./start-request.ts";
import { startWorkflow } from "./start-rpcs.ts";
import { type CheckedUpdate, checkUpdateRequest } from "./update-request.ts";
import { awaitUpdate, updateAnswer } from "./update-rpcs.ts";

type Answer = Init<ExecuteMultiOperationResponse>;

/** Where answers to updates are waited for, and by whom. */
interface Waiting {
  readonly engine: Engine;
  readonly wall: Wall;
  readonly call: ServerCall;
}

interface UpdateWithStart {
  readonly start: StartWorkflowExecutionRequest;
  readonly update: CheckedUpdate;
}

/** Operations that are done together. There is one combination: update-with-start. */
export function multiOperationRpcs(engine: Engine, wall: Wall): HandlersOf<WorkflowServiceHandlers> {
  return {
    executeMultiOperation: (request, call) =>
      updateWithStart({ engine, wall, call }, readOperations(engine, request)),
  };
}

/** An update that came to nothing because the run ended is tried once more: that may start a new run. */
async function updateWithStart(waiting: Waiting, operations: UpdateWithStart): Promise<Answer> {
  const first = await attempt(waiting, operations);
  if (!("ends" in first)) return first.answer;
  if (!first.closedUnderneath) throw multiOperationFailure(first.ends);
  const second = await attempt(waiting, operations);
  if (!("ends" in second)) return second.answer;
  if (!second.closedUnderneath) throw multiOperationFailure(second.ends);
  const [start] = second.ends;
  throw multiOperationFailure([start, new ServiceFailure(GrpcStatus.ABORTED, UPDATE_CLOSED)]);
}

type Attempt =
  | { readonly answer: Answer }
  | { readonly ends: readonly [OperationEnd, OperationEnd]; readonly closedUnderneath: boolean };

async function attempt(waiting: Waiting, { start, update }: UpdateWithStart): Promise<Attempt> {
  const run = waiting.engine.current(start.namespace, start.workflowId);
  if (run) {
    const status = updateStatus(run, update.updateId);
    if (run.state.updates.get(update.updateId)?.outcome !== undefined && status !== undefined) {
      const started = { runId: run.runId, started: false, status: run.fields.status };
      return { answer: answerOf(started, updateAnswer(run, update, status)) };
    }
    const same = run.state.startRequestIds.get(start.requestId) === 1;
    const uses = start.workflowIdConflictPolicy === Conflict.USE_EXISTING;
    if (open(run) && (same || status !== undefined || uses)) return updateExisting(waiting, run, update);
  }
  return startAndUpdate(waiting, { start, update });
}

async function updateExisting(
  { engine, wall, call }: Waiting,
  run: Run,
  update: CheckedUpdate,
): Promise<Attempt> {
  try {
    admitCalled(engine, run, update.request);
    const answer = await awaitUpdate(run, update, wall, call);
    const { runId } = run;
    return {
      answer: answerOf({ runId, started: false, status: Status.RUNNING, link: startLink(run) }, answer),
    };
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    return { ends: ["aborted", error], closedUnderneath: error.message === UPDATE_CLOSED };
  }
}

async function startAndUpdate(
  { engine, wall, call }: Waiting,
  { start, update }: UpdateWithStart,
): Promise<Attempt> {
  let started: ReturnType<typeof startWorkflow>;
  let refused: ServiceFailure | undefined;
  try {
    started = startWorkflow(engine, start, (tx) => {
      try {
        admitUpdate(tx, update.request, { taskFollows: true });
      } catch (error) {
        if (error instanceof ServiceFailure) refused = error;
        throw error;
      }
    });
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    return { ends: refused ? ["aborted", error] : [error, "aborted"], closedUnderneath: false };
  }
  const run = engine.run(start.namespace, start.workflowId, started.runId);
  const status = run && updateStatus(run, update.updateId);
  // The start was the one that had started a run which is over by now.
  if (!run || status === undefined || status.kind === "aborted") {
    const error = new ServiceFailure(GrpcStatus.UNAVAILABLE, "Workflow was not started: StartDeduped");
    return { ends: [error, "aborted"], closedUnderneath: false };
  }
  try {
    return { answer: answerOf(started, await awaitUpdate(run, update, wall, call)) };
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    return { ends: [undefined, error], closedUnderneath: false };
  }
}

function answerOf(
  start: Init<StartWorkflowExecutionResponse>,
  update: Awaited<ReturnType<typeof awaitUpdate>>,
): Answer {
  return {
    responses: [
      { response: { case: "startWorkflow", value: start } },
      { response: { case: "updateWorkflow", value: update } },
    ],
  };
}

function startLink({ namespace, workflowId, runId }: Run): StartWorkflowLink {
  return {
    variant: {
      case: "workflowEvent",
      value: {
        namespace,
        workflowId,
        runId,
        reference: {
          case: "eventRef",
          value: { eventId: 1, eventType: EventType.WORKFLOW_EXECUTION_STARTED },
        },
      },
    },
  };
}

type StartWorkflowLink = NonNullable<Init<StartWorkflowExecutionResponse>["link"]>;

/** The two operations, checked: each has its own error, and one that is faultless is aborted because of the other. */
function readOperations(engine: Engine, request: ExecuteMultiOperationRequest): UpdateWithStart {
  const [first, second, ...more] = request.operations.map(({ operation }) => operation);
  if (first?.case !== "startWorkflow" || second?.case !== "updateWorkflow" || more.length > 0) {
    throw invalidArgument("Operations have to be exactly [Start, Update].");
  }
  const start = attemptOf(() => checkStart(engine, request.namespace, first.value));
  const update = attemptOf(() => checkUpdate(request.namespace, second.value));
  if (start instanceof ServiceFailure || update instanceof ServiceFailure) {
    throw multiOperationFailure([failureOf(start), failureOf(update)]);
  }
  if (start.workflowId !== second.value.workflowExecution?.workflowId) {
    throw multiOperationFailure([
      "aborted",
      invalidArgument("WorkflowId is not consistent with previous operation(s)."),
    ]);
  }
  return { start, update };
}

function checkStart(
  engine: Engine,
  namespace: string,
  start: StartWorkflowExecutionRequest,
): StartWorkflowExecutionRequest {
  checkNamespace(namespace, start.namespace);
  const checked = checkStartRequest(engine, { ...start, namespace });
  if (start.namespace === "") throw namespaceNotFound("");
  if (checked.cronSchedule !== "") throw invalidArgument("CronSchedule is not allowed.");
  if (checked.requestEagerExecution) throw invalidArgument("RequestEagerExecution is not supported.");
  if ((durationMs(checked.workflowStartDelay) ?? 0) > 0) {
    throw invalidArgument("WorkflowStartDelay is not supported.");
  }
  return checked;
}

function checkUpdate(namespace: string, update: UpdateWorkflowExecutionRequest): CheckedUpdate {
  checkNamespace(namespace, update.namespace);
  const checked = checkUpdateRequest(update);
  if (update.firstExecutionRunId !== "") throw invalidArgument("FirstExecutionRunId is not allowed.");
  if (update.workflowExecution?.runId) throw invalidArgument("RunId is not allowed.");
  return checked;
}

function checkNamespace(ofAll: string, ofOne: string): void {
  if (ofOne !== "" && ofOne !== ofAll) {
    throw invalidArgument("Operation namespace did not match request's namespace.");
  }
}

function attemptOf<Value>(check: () => Value): Value | ServiceFailure {
  try {
    return check();
  } catch (error) {
    if (error instanceof ServiceFailure) return error;
    throw error;
  }
}

function failureOf(checked: unknown): OperationEnd {
  return checked instanceof ServiceFailure ? checked : "aborted";
}
