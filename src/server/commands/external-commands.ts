import { WorkflowTaskFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { type Engine, isRunId } from "../execution/engine.ts";
import { cancelExternal, signalExternal } from "../execution/externals.ts";
import { lengthAndLimit, tooLong } from "./activity-attributes.ts";
import { type CommandContext, type CommandHandler, CommandRefused } from "./command.ts";

/** Signals another workflow. */
export const signalExternalWorkflowExecution: CommandHandler<"signalExternalWorkflowExecution"> = (
  context,
  value,
) => {
  const { tx, engine, run, completedId, extras } = context;
  const cause = Cause.BAD_SIGNAL_WORKFLOW_EXECUTION_ATTRIBUTES;
  const command = "SignalExternalWorkflowExecutionCommand";
  if (value.execution === undefined) throw new CommandRefused(cause, `Execution is not set on ${command}.`);
  const { workflowId, runId } = value.execution;
  const namespace = value.namespace ?? "";
  checkNamespace(engine, run.namespace, namespace, cause);
  const signalName = value.signalName ?? "";
  const rest = `Namespace=${namespace} RunId=${runId ?? ""}`;
  const also = `${rest} SignalName=${signalName}`;
  checkTarget({ cause, command, workflowId, runId, also, rest: also });
  if (signalName === "") {
    throw new CommandRefused(cause, `SignalName is not set on ${command}. WorkflowId=${workflowId} ${rest}`);
  }
  checkPending(context, "signal", Cause.PENDING_SIGNALS_LIMIT_EXCEEDED);
  const event = tx.add(
    "signalExternalWorkflowExecutionInitiated",
    {
      workflowTaskCompletedEventId: completedId,
      namespace,
      namespaceId: engine.parts.namespaceId(run.namespace),
      workflowExecution: { workflowId, runId },
      signalName: value.signalName,
      input: value.input,
      control: value.control,
      childWorkflowOnly: value.childWorkflowOnly,
      header: value.header,
    },
    extras,
  );
  tx.after(() => signalExternal(engine, run, event.eventId));
};

/** Asks another workflow to cancel itself. */
export const requestCancelExternalWorkflowExecution: CommandHandler<
  "requestCancelExternalWorkflowExecution"
> = (context, value) => {
  const { tx, engine, run, completedId, extras } = context;
  const cause = Cause.BAD_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_ATTRIBUTES;
  const { workflowId, runId } = value;
  const namespace = value.namespace ?? "";
  checkNamespace(engine, run.namespace, namespace, cause);
  const command = "RequestCancelExternalWorkflowExecutionCommand";
  const also = `RunId=${runId ?? ""} Namespace=${namespace}`;
  checkTarget({
    cause,
    command,
    workflowId,
    runId,
    also,
    rest: `Namespace=${namespace} RunId=${runId ?? ""}`,
  });
  for (const child of tx.state.children.values()) {
    if (child.initiated.workflowId !== workflowId) continue;
    if (Number(child.initiated.workflowTaskCompletedEventId) !== completedId) continue;
    throw new CommandRefused(
      cause,
      `Start and RequestCancel for child workflow is not allowed in same workflow task. WorkflowId=${workflowId} ${also}`,
    );
  }
  checkPending(context, "cancel", Cause.PENDING_REQUEST_CANCEL_LIMIT_EXCEEDED);
  const event = tx.add(
    "requestCancelExternalWorkflowExecutionInitiated",
    {
      workflowTaskCompletedEventId: completedId,
      namespace,
      namespaceId: engine.parts.namespaceId(run.namespace),
      workflowExecution: { workflowId, runId },
      control: value.control,
      childWorkflowOnly: value.childWorkflowOnly,
      reason: value.reason,
    },
    extras,
  );
  tx.after(() => cancelExternal(engine, run, event.eventId));
};

function checkTarget(target: {
  readonly cause: Cause;
  readonly command: string;
  readonly workflowId: string | undefined;
  readonly runId: string | undefined;
  /** What messages say besides: where the workflow id is known, and where it is not. */
  readonly also: string;
  readonly rest: string;
}): void {
  const { cause, command, workflowId, runId, also, rest } = target;
  if (!workflowId) throw new CommandRefused(cause, `WorkflowId is not set on ${command}. ${rest}`);
  if (tooLong(workflowId)) {
    throw new CommandRefused(
      cause,
      `WorkflowId on ${command} exceeds length limit. WorkflowId=${workflowId} ${lengthAndLimit(workflowId)} ${also}`,
    );
  }
  if (runId && !isRunId(runId)) {
    throw new CommandRefused(cause, `Invalid RunId set on ${command}. WorkflowId=${workflowId} ${also}`);
  }
}

/** A command may name its own namespace or none. @throws {ServiceFailure} NOT_FOUND when there is none of that name */
export function checkNamespace(engine: Engine, own: string, wanted: string | undefined, cause: Cause): void {
  if (!wanted || wanted === own) return;
  engine.parts.namespaceId(wanted);
  throw new CommandRefused(cause, "cross namespace commands are not allowed");
}

function checkPending({ tx }: CommandContext, kind: "signal" | "cancel", cause: Cause): void {
  const most = tx.limits.pending;
  if (tx.state.externals.size < most) return;
  let pending = 0;
  for (const external of tx.state.externals.values()) if (external.kind === kind) pending += 1;
  if (pending < most) return;
  const what = kind === "signal" ? "signals to external workflows" : "requests to cancel external workflows";
  throw new CommandRefused(
    cause,
    `the number of pending ${what}, ${pending}, has reached the per-workflow limit of ${most}`,
  );
}
