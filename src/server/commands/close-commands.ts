import { WorkflowTaskFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { RetryState } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import { planNextRun } from "../execution/next-run.ts";
import { type CommandContext, type CommandHandler, CommandRefused } from "./command.ts";

/** Nothing may have happened that the worker has not seen: it decides again. */
export function refuseUnhandled({ tx }: CommandContext): void {
  if (tx.fields.buffer.length > 0) throw new CommandRefused(Cause.UNHANDLED_COMMAND, "");
}

/** The run ends well; with a cron schedule the next one follows. */
export const completeWorkflowExecution: CommandHandler<"completeWorkflowExecution"> = (context, value) => {
  refuseUnhandled(context);
  const { tx, completedId, engine, extras } = context;
  const next = planNextRun(engine, tx, { kind: "completed", result: value.result });
  tx.add(
    "workflowExecutionCompleted",
    { result: value.result, workflowTaskCompletedEventId: completedId, newExecutionRunId: next.runId },
    extras,
  );
};

/** The run fails; by its retry policy or cron schedule another may follow. */
export const failWorkflowExecution: CommandHandler<"failWorkflowExecution"> = (context, value) => {
  refuseUnhandled(context);
  const { tx, completedId, engine, extras } = context;
  if (value.failure === undefined) {
    throw new CommandRefused(
      Cause.BAD_FAIL_WORKFLOW_EXECUTION_ATTRIBUTES,
      "Failure is not set on FailWorkflowExecutionCommand.",
    );
  }
  const next = planNextRun(engine, tx, { kind: "failed", failure: value.failure });
  tx.add(
    "workflowExecutionFailed",
    {
      failure: value.failure,
      retryState: next.retryState ?? RetryState.RETRY_POLICY_NOT_SET,
      workflowTaskCompletedEventId: completedId,
      newExecutionRunId: next.runId,
    },
    extras,
  );
};

/** The run ends as cancelled. */
export const cancelWorkflowExecution: CommandHandler<"cancelWorkflowExecution"> = (context, value) => {
  refuseUnhandled(context);
  const { tx, completedId, extras } = context;
  tx.add(
    "workflowExecutionCanceled",
    { details: value.details, workflowTaskCompletedEventId: completedId },
    extras,
  );
};
