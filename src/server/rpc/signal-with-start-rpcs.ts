import type { Init } from "../../codec-runtime/init.ts";
import { EventType } from "../../gen/codec/temporal/api/enums/v1/event_type.ts";
import { WorkflowIdConflictPolicy as Conflict } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type {
  SignalWithStartWorkflowExecutionRequest,
  SignalWithStartWorkflowExecutionResponse,
  StartWorkflowExecutionRequest,
} from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { WorkflowServiceHandlers } from "../../gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import type { Engine } from "../execution/engine.ts";
import { open } from "../execution/id-policies.ts";
import { type Signal, signalRun } from "../execution/messages.ts";
import type { Run } from "../execution/run.ts";
import { MAX_BLOB_BYTES, MAX_ID_BYTES } from "../limits.ts";
import type { HandlersOf } from "./call.ts";
import { invalidArgument } from "./failures.ts";
import { checkLaterOptions } from "./later-options.ts";
import { checkLinks } from "./link-checks.ts";
import { payloadsBytes } from "./payload-bytes.ts";
import { checkSignalledStart } from "./start-request.ts";
import { firstRunId, startWorkflow } from "./start-rpcs.ts";

type Request = SignalWithStartWorkflowExecutionRequest;

/** Signalling a workflow that is started for it if it does not run. */
export function signalWithStartRpcs(engine: Engine): HandlersOf<WorkflowServiceHandlers> {
  return { signalWithStartWorkflowExecution: (request) => signalWithStart(engine, request) };
}

function signalWithStart(engine: Engine, raw: Request): Init<SignalWithStartWorkflowExecutionResponse> {
  checkRequest(raw);
  const request = { ...raw, requestId: raw.requestId || crypto.randomUUID() };
  checkSignalledStart(engine, startRequest(request), () => checkConflictPolicy(request));
  const current = engine.current(request.namespace, request.workflowId);
  const policy = request.workflowIdConflictPolicy || Conflict.USE_EXISTING;
  if (current && open(current) && policy !== Conflict.TERMINATE_EXISTING && !terminatesRunning(request)) {
    signalOpen(engine, current, request);
    return answer(request, { runId: current.runId, first: firstRunId(current), started: false });
  }
  const { runId, started, firstExecutionRunId } = startWorkflow(
    engine,
    startRequest(request),
    (tx) => signalRun(tx, signalOf(request)),
    { withSignal: true },
  );
  return answer(request, { runId, first: firstExecutionRunId, started });
}

/** A signal that comes with a start does not wait for a delay: the first workflow task is scheduled at once. */
function signalOpen(engine: Engine, run: Run, request: Request): void {
  engine.transact(run, (tx) => {
    const before = tx.fields.nextEventId + tx.fields.buffer.length;
    signalRun(tx, signalOf(request));
    if (tx.fields.nextEventId + tx.fields.buffer.length > before) tx.fields.backingOff = false;
  });
}

function checkConflictPolicy(request: Request): void {
  if (request.workflowIdConflictPolicy !== Conflict.FAIL || terminatesRunning(request)) return;
  throw invalidArgument(
    "Invalid WorkflowIDConflictPolicy: WORKFLOW_ID_CONFLICT_POLICY_FAIL is not supported for this operation.",
  );
}

function terminatesRunning({ workflowIdReusePolicy }: Request): boolean {
  return workflowIdReusePolicy === TERMINATE_IF_RUNNING;
}

const TERMINATE_IF_RUNNING = 4;

function signalOf(request: Request): Signal {
  return {
    signalName: request.signalName,
    input: request.signalInput,
    header: request.header,
    identity: request.identity,
    requestId: request.requestId,
    links: request.links,
  };
}

function startRequest(request: Request): StartWorkflowExecutionRequest {
  return {
    ...request,
    requestEagerExecution: false,
    continuedFailure: undefined,
    lastCompletionResult: undefined,
    completionCallbacks: [],
    onConflictOptions: undefined,
    eagerWorkerDeploymentOptions: undefined,
  };
}

function answer(
  { namespace, workflowId, requestId }: Request,
  { runId, first, started }: { readonly runId: string; readonly first: string; readonly started: boolean },
): Init<SignalWithStartWorkflowExecutionResponse> {
  return {
    runId,
    firstExecutionRunId: first,
    started,
    signalLink: {
      variant: {
        case: "workflowEvent",
        value: {
          namespace,
          workflowId,
          runId,
          reference: {
            case: "requestIdRef",
            value: { requestId, eventType: EventType.WORKFLOW_EXECUTION_SIGNALED },
          },
        },
      },
    },
  };
}

/** The checks of this call have texts of their own; those of a start follow. */
function checkRequest(request: Request): void {
  const { workflowId, signalName, workflowType, requestId } = request;
  if (workflowId === "") throw invalidArgument("WorkflowId is not set on request.");
  limited(workflowId, "WorkflowId");
  if (signalName === "") throw invalidArgument("signal not set");
  limited(signalName, "signal name");
  if (!workflowType?.name) throw invalidArgument("workflow type not set");
  limited(workflowType.name, "workflow type name");
  limited(requestId, "Request ID");
  if (payloadsBytes(request.signalInput) > MAX_BLOB_BYTES) {
    throw invalidArgument("Blob data size exceeds limit.");
  }
  checkLinks(request.links);
  checkLaterOptions(request);
}

function limited(text: string, what: string): void {
  const bytes = encoder.encode(text).length;
  if (bytes > MAX_ID_BYTES) {
    throw invalidArgument(`${what} exceeds maximum allowed length (${bytes}/${MAX_ID_BYTES})`);
  }
}

const encoder = new TextEncoder();
