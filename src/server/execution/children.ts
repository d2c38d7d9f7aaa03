import { StartChildWorkflowExecutionFailedCause as FailedCause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import {
  ParentClosePolicy,
  WorkflowIdConflictPolicy,
} from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import { GrpcStatus } from "../../platform/rpc-port.ts";
import { type EventValue, eventValue, timestamp } from "../history/event.ts";
import { ServiceFailure } from "../rpc/service-failure.ts";
import { firstBackoffMs } from "../rpc/start-request.ts";
import { durationMs, toDuration } from "../wire-time.ts";
import { id } from "./apply.ts";
import { terminate } from "./close.ts";
import type { Engine } from "./engine.ts";
import { open, resolveStart } from "./id-policies.ts";
import { requestCancel } from "./messages.ts";
import type { Run } from "./run.ts";
import type { ChildRecord } from "./run-state.ts";
import { startRun } from "./start-run.ts";

/** Starts a child that its parent has initiated: first the parent is told, then the child's first task is scheduled. */
export function startChild(engine: Engine, parent: Run, initiatedId: number): void {
  const child = parent.state.children.get(initiatedId);
  if (!child || !open(parent)) return;
  let started: Run | undefined;
  try {
    started = createChild(engine, parent, child);
  } catch (error) {
    if (!(error instanceof ServiceFailure) || error.status !== GrpcStatus.ALREADY_EXISTS) throw error;
  }
  const { initiated } = child;
  engine.transact(parent, (tx) => {
    const about = {
      namespace: initiated.namespace,
      namespaceId: initiated.namespaceId,
      workflowType: initiated.workflowType,
      initiatedEventId: initiatedId,
    };
    if (started) {
      const workflowExecution = { workflowId: started.workflowId, runId: started.runId };
      tx.add("childWorkflowExecutionStarted", { ...about, workflowExecution, header: initiated.header });
    } else {
      tx.add("startChildWorkflowExecutionFailed", {
        ...about,
        workflowId: initiated.workflowId,
        cause: FailedCause.WORKFLOW_ALREADY_EXISTS,
        control: initiated.control,
      });
    }
    tx.taskNeeded = true;
  });
  if (started && open(started))
    engine.transact(started, (tx) => {
      tx.taskNeeded = true;
    });
}

function createChild(engine: Engine, parent: Run, { initiated, initiatedId }: ChildRecord): Run {
  const namespace = initiated.namespace ?? parent.namespace;
  const workflowId = initiated.workflowId ?? "";
  // Made of what is known again after a failure, so that one child is not started twice.
  const requestId = `${parent.runId}:${initiatedId}:0`;
  const decision = resolveStart(engine, {
    namespace,
    workflowId,
    requestId,
    identity: "",
    workflowIdReusePolicy: initiated.workflowIdReusePolicy ?? 0,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.UNSPECIFIED,
    onConflictOptions: undefined,
    links: [],
  });
  if (decision.kind === "existing") return decision.run;
  const runId = crypto.randomUUID();
  decision.replaces?.(runId);
  const started = childStarted(engine, parent, { initiated, initiatedId, runId });
  const extras = parent.history.get(initiatedId);
  return startRun(engine, {
    namespace,
    workflowId,
    runId,
    requestId,
    started,
    extras: extras?.userMetadata ? { userMetadata: extras.userMetadata } : {},
    timeline: parent.timeline,
    holdFirstTask: true,
  }).run;
}

function childStarted(
  engine: Engine,
  parent: Run,
  child: {
    readonly initiated: EventValue<"startChildWorkflowExecutionInitiated">;
    readonly initiatedId: number;
    readonly runId: string;
  },
): EventValue<"workflowExecutionStarted"> {
  const { initiated, initiatedId, runId } = child;
  const own = { workflowId: parent.workflowId, runId: parent.runId };
  const nowMs = parent.timeline.now();
  const backoffMs = firstBackoffMs(
    { workflowStartDelay: undefined, cronSchedule: initiated.cronSchedule ?? "" },
    nowMs,
  );
  const executionMs = durationMs(initiated.workflowExecutionTimeout) ?? 0;
  return {
    workflowType: initiated.workflowType,
    parentWorkflowNamespace: parent.namespace,
    parentWorkflowNamespaceId: engine.parts.namespaceId(parent.namespace),
    parentWorkflowExecution: own,
    parentInitiatedEventId: initiatedId,
    rootWorkflowExecution: parent.fields.started.rootWorkflowExecution ?? own,
    taskQueue: initiated.taskQueue,
    input: initiated.input,
    workflowExecutionTimeout: initiated.workflowExecutionTimeout,
    workflowRunTimeout: initiated.workflowRunTimeout,
    workflowTaskTimeout: initiated.workflowTaskTimeout,
    originalExecutionRunId: runId,
    firstExecutionRunId: runId,
    retryPolicy: initiated.retryPolicy,
    attempt: 1,
    workflowExecutionExpirationTime: executionMs > 0 ? timestamp(nowMs + executionMs + backoffMs) : undefined,
    cronSchedule: initiated.cronSchedule,
    firstWorkflowTaskBackoff: toDuration(backoffMs),
    memo: initiated.memo,
    searchAttributes: initiated.searchAttributes,
    header: initiated.header,
    workflowId: initiated.workflowId,
    priority: initiated.priority ?? parent.fields.started.priority,
    versioningOverride: initiated.versioningOverride,
  };
}

/** Tells a parent how its child ended. A child that another run follows has not ended. */
export function tellParent(engine: Engine, child: Run): void {
  const { started } = child.fields;
  const execution = started.parentWorkflowExecution;
  if (execution === undefined) return;
  const namespace = started.parentWorkflowNamespace ?? "";
  const workflowId = execution.workflowId ?? "";
  let parent = engine.run(namespace, workflowId, execution.runId ?? "");
  while (parent?.fields.resetRunId) parent = engine.run(namespace, workflowId, parent.fields.resetRunId);
  if (!parent || !open(parent)) return;
  const record = parent.state.children.get(id(started.parentInitiatedEventId));
  if (!record || record.initiated.workflowId !== child.workflowId) return;
  engine.transact(parent, (tx) => {
    const about = {
      namespace: child.namespace,
      namespaceId: engine.parts.namespaceId(child.namespace),
      workflowExecution: { workflowId: child.workflowId, runId: child.runId },
      workflowType: started.workflowType,
      initiatedEventId: record.initiatedId,
      startedEventId: record.startedId,
    };
    const end = child.history.last;
    if (!end) return;
    const completed = eventValue(end, "workflowExecutionCompleted");
    const failed = eventValue(end, "workflowExecutionFailed");
    const canceled = eventValue(end, "workflowExecutionCanceled");
    const timedOut = eventValue(end, "workflowExecutionTimedOut");
    if (completed) tx.add("childWorkflowExecutionCompleted", { ...about, result: completed.result });
    else if (failed) {
      const { failure, retryState } = failed;
      tx.add("childWorkflowExecutionFailed", { ...about, failure, retryState });
    } else if (canceled) tx.add("childWorkflowExecutionCanceled", { ...about, details: canceled.details });
    else if (timedOut)
      tx.add("childWorkflowExecutionTimedOut", { ...about, retryState: timedOut.retryState });
    else tx.add("childWorkflowExecutionTerminated", about);
    tx.taskNeeded = true;
  });
}

/**
 * What happens to the children of a run that has closed. Only those that name this very run as their parent are met: after a reset,
 * children from before it name the run that was reset, and so outlive the new one.
 */
export function applyParentClosePolicies(engine: Engine, parent: Run): void {
  for (const child of parent.state.children.values()) applyPolicy(engine, parent, child);
}

function applyPolicy(engine: Engine, parent: Run, child: ChildRecord): void {
  const policy = child.initiated.parentClosePolicy;
  if (child.runId === "" || policy === ParentClosePolicy.ABANDON) return;
  const { namespace = parent.namespace, workflowId = "" } = child.initiated;
  const run = engine.current(namespace, workflowId);
  // By the first run of its chain, so that a child that continued as new is met too.
  if (!run || !open(run) || (run.fields.started.firstExecutionRunId || run.runId) !== child.runId) return;
  const named = run.fields.started.parentWorkflowExecution;
  if (named?.runId !== parent.runId || named.workflowId !== parent.workflowId) return;
  if (policy === ParentClosePolicy.TERMINATE) {
    const identity = "history-service";
    engine.transact(run, (tx) => terminate(tx, { reason: "by parent close policy", identity }));
  } else {
    const sender = { workflowId: parent.workflowId, runId: parent.runId };
    engine.transact(run, (tx) =>
      requestCancel(tx, { identity: "history-service", requestId: crypto.randomUUID(), sender }),
    );
  }
}
