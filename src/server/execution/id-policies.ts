import {
  WorkflowIdConflictPolicy as Conflict,
  WorkflowIdReusePolicy as Reuse,
  WorkflowExecutionStatus as Status,
} from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { StartWorkflowExecutionRequest } from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { GrpcStatus } from "../../platform/rpc-port.ts";
import { invalidArgument } from "../rpc/failures.ts";
import { ServiceFailure } from "../rpc/service-failure.ts";
import { terminate } from "./close.ts";
import type { Engine } from "./engine.ts";
import { encodePayloads } from "./payload-text.ts";
import type { Run } from "./run.ts";

/** What a start comes to. */
export type StartDecision =
  /** An open run is used, or the request was seen before. */
  | { readonly kind: "existing"; readonly run: Run; readonly started: boolean }
  /** A new run begins; `replaces` first ends the one that is open. */
  | { readonly kind: "new"; readonly replaces: ((newRunId: string) => void) | undefined };

type Request = Pick<
  StartWorkflowExecutionRequest,
  | "namespace"
  | "workflowId"
  | "requestId"
  | "identity"
  | "workflowIdReusePolicy"
  | "workflowIdConflictPolicy"
  | "onConflictOptions"
  | "links"
>;

/** Decides by the id policies of a start. @throws {ServiceFailure} ALREADY_EXISTS, or INVALID_ARGUMENT for policies that contradict */
export function resolveStart(
  engine: Engine,
  request: Request,
  { withSignal = false }: { readonly withSignal?: boolean } = {},
): StartDecision {
  const { reuse, conflict } = policies(request);
  const run = engine.current(request.namespace, request.workflowId);
  if (!run) return { kind: "new", replaces: undefined };
  // The request id of a start with a signal is the signal's: a start that had the same is another request.
  const seenAt = withSignal ? undefined : run.state.startRequestIds.get(request.requestId);
  if (seenAt !== undefined) return { kind: "existing", run, started: seenAt === 1 };
  if (!open(run)) return afterClosed(run, reuse);
  if (conflict === Conflict.USE_EXISTING) {
    attach(engine, run, request);
    return { kind: "existing", run, started: false };
  }
  if (conflict !== Conflict.TERMINATE_EXISTING) {
    throw alreadyStarted(
      run,
      `Workflow execution is already running. WorkflowId: ${run.workflowId}, RunId: ${run.runId}.`,
    );
  }
  return {
    kind: "new",
    replaces: (newRunId) =>
      engine.transact(run, (tx) =>
        terminate(tx, {
          reason: "TerminateIfRunning WorkflowIdReusePolicy",
          details: encodePayloads(`terminated by new runID: ${newRunId}`),
          identity: "history-service",
        }),
      ),
  };
}

/** @throws {ServiceFailure} INVALID_ARGUMENT when the policies of a start contradict */
export function checkPolicies(request: StartWorkflowExecutionRequest): void {
  policies(request);
  const { onConflictOptions: options } = request;
  if (options?.attachCompletionCallbacks && !options.attachRequestId) {
    throw invalidArgument("attaching request ID is required for attaching completion callbacks");
  }
}

function policies(request: Pick<Request, "workflowIdReusePolicy" | "workflowIdConflictPolicy">): {
  reuse: number;
  conflict: number;
} {
  const conflict = request.workflowIdConflictPolicy || Conflict.FAIL;
  const reuse = request.workflowIdReusePolicy || Reuse.ALLOW_DUPLICATE;
  if (reuse === Reuse.TERMINATE_IF_RUNNING) {
    if (request.workflowIdConflictPolicy) {
      throw invalidArgument(
        "Invalid WorkflowIDReusePolicy: WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING cannot be used together with a WorkflowIDConflictPolicy",
      );
    }
    return { reuse: Reuse.ALLOW_DUPLICATE, conflict: Conflict.TERMINATE_EXISTING };
  }
  if (reuse === Reuse.REJECT_DUPLICATE && conflict === Conflict.TERMINATE_EXISTING) {
    throw invalidArgument(
      "Invalid WorkflowIDReusePolicy: WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE cannot be used together with WorkflowIdConflictPolicy WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING",
    );
  }
  return { reuse, conflict };
}

function afterClosed(run: Run, reuse: number): StartDecision {
  const said = `WorkflowId: ${run.workflowId}, RunId: ${run.runId}. Workflow Id reuse policy:`;
  if (reuse === Reuse.REJECT_DUPLICATE) {
    throw alreadyStarted(run, `Workflow execution already finished. ${said} reject duplicate workflow Id.`);
  }
  if (reuse === Reuse.ALLOW_DUPLICATE_FAILED_ONLY && !FAILED.has(run.fields.status)) {
    throw alreadyStarted(
      run,
      `Workflow execution already finished successfully. ${said} allow duplicate workflow Id if last run failed.`,
    );
  }
  return { kind: "new", replaces: undefined };
}

const FAILED: ReadonlySet<number> = new Set([
  Status.FAILED,
  Status.CANCELED,
  Status.TERMINATED,
  Status.TIMED_OUT,
]);

/** Whether a run still goes on. */
export function open(run: Run): boolean {
  return run.fields.status === Status.RUNNING || run.fields.status === Status.PAUSED;
}

function attach(engine: Engine, run: Run, request: Request): void {
  const { onConflictOptions: options } = request;
  if (options === undefined) return;
  engine.transact(run, (tx) => {
    tx.add(
      "workflowExecutionOptionsUpdated",
      {
        attachedRequestId: options.attachRequestId ? request.requestId : "",
      },
      { workerMayIgnore: true, ...(options.attachLinks ? { links: request.links } : {}) },
    );
  });
}

function alreadyStarted(run: Run, message: string): ServiceFailure {
  let startRequestId = "";
  for (const [requestId, eventId] of run.state.startRequestIds.entries()) {
    if (eventId === 1) startRequestId = requestId;
  }
  return new ServiceFailure(GrpcStatus.ALREADY_EXISTS, message, {
    kind: "WorkflowExecutionAlreadyStartedFailure",
    value: {
      startRequestId,
      runId: run.runId,
      firstExecutionRunId: run.fields.started.firstExecutionRunId || run.runId,
    },
  });
}
