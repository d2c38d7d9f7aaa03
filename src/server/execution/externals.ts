import {
  CancelExternalWorkflowExecutionFailedCause as CancelFailed,
  SignalExternalWorkflowExecutionFailedCause as SignalFailed,
} from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { GrpcStatus } from "../../platform/rpc-port.ts";
import type { EventValue } from "../history/event.ts";
import { ServiceFailure } from "../rpc/service-failure.ts";
import type { Engine } from "./engine.ts";
import { open } from "./id-policies.ts";
import { requestCancel, signalRun } from "./messages.ts";
import type { Run } from "./run.ts";

/** Delivers a signal that a workflow sends to another, and tells the sender what came of it. */
export function signalExternal(engine: Engine, sender: Run, initiatedId: number): void {
  const record = sender.state.externals.get(initiatedId);
  if (!record || !open(sender)) return;
  const initiated = record.initiated as EventValue<"signalExternalWorkflowExecutionInitiated">;
  const again = () => signalExternal(engine, sender, initiatedId);
  if (waits(engine, sender, initiated, again)) return;
  const failed = attempt(() => {
    const target = targetOf(engine, sender, initiated);
    engine.transact(target, (tx) =>
      signalRun(tx, {
        signalName: initiated.signalName ?? "",
        input: initiated.input,
        header: initiated.header,
        identity: "history-service",
        requestId: crypto.randomUUID(),
        sender: { workflowId: sender.workflowId, runId: sender.runId },
      }),
    );
  });
  engine.transact(sender, (tx) => {
    const { namespaceId, workflowExecution, control } = initiated;
    const { namespace } = sender;
    const about = { namespace, namespaceId, workflowExecution, initiatedEventId: initiatedId };
    if (failed === undefined) tx.add("externalWorkflowExecutionSignaled", { ...about, control });
    else {
      const cause =
        failed.status === GrpcStatus.INVALID_ARGUMENT
          ? SignalFailed.SIGNAL_COUNT_LIMIT_EXCEEDED
          : SignalFailed.EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND;
      tx.add("signalExternalWorkflowExecutionFailed", { ...about, control, cause });
    }
    tx.taskNeeded = true;
  });
}

/** Delivers a cancel request that a workflow sends to another, and tells the sender what came of it. */
export function cancelExternal(engine: Engine, sender: Run, initiatedId: number): void {
  const record = sender.state.externals.get(initiatedId);
  if (!record || !open(sender)) return;
  const initiated = record.initiated as EventValue<"requestCancelExternalWorkflowExecutionInitiated">;
  const failed = attempt(() => {
    const target = targetOf(engine, sender, initiated);
    engine.transact(target, (tx) =>
      requestCancel(tx, {
        ...(initiated.reason ? { reason: initiated.reason } : {}),
        identity: "history-service",
        requestId: crypto.randomUUID(),
        externalInitiatedEventId: initiatedId,
        sender: { workflowId: sender.workflowId, runId: sender.runId },
      }),
    );
  });
  engine.transact(sender, (tx) => {
    const { namespaceId, workflowExecution } = initiated;
    const { namespace } = sender;
    const about = { namespace, namespaceId, workflowExecution, initiatedEventId: initiatedId };
    if (failed === undefined) tx.add("externalWorkflowExecutionCancelRequested", about);
    else {
      tx.add("requestCancelExternalWorkflowExecutionFailed", {
        ...about,
        cause: CancelFailed.EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND,
      });
    }
    tx.taskNeeded = true;
  });
}

type Initiated = EventValue<"signalExternalWorkflowExecutionInitiated"> &
  EventValue<"requestCancelExternalWorkflowExecutionInitiated">;

/** Whether `again` is for later, since the target just now decides whether to close. */
function waits(
  engine: Engine,
  sender: Run,
  { workflowExecution }: Pick<Initiated, "workflowExecution">,
  again: () => void,
): boolean {
  const { workflowId = "", runId = "" } = workflowExecution ?? {};
  const { namespace } = sender;
  const target = runId ? engine.run(namespace, workflowId, runId) : engine.current(namespace, workflowId);
  return target !== undefined && target !== sender && engine.whenDecided(target, again);
}

function targetOf(
  engine: Engine,
  sender: Run,
  initiated: Pick<Initiated, "workflowExecution" | "childWorkflowOnly">,
): Run {
  const { workflowExecution, childWorkflowOnly } = initiated;
  const target = engine.find(sender.namespace, workflowExecution);
  const parent = target.fields.started.parentWorkflowExecution;
  const strange =
    childWorkflowOnly && (parent?.workflowId !== sender.workflowId || parent.runId !== sender.runId);
  // A workflow cannot send to itself: its own change would have to wait for itself. Nobody asks whose child a run was that is over.
  if (target === sender || (strange && open(target)))
    throw new ServiceFailure(GrpcStatus.NOT_FOUND, "workflow parent does not match");
  return target;
}

function attempt(work: () => void): ServiceFailure | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof ServiceFailure) return error;
    throw error;
  }
}
