import { WorkflowTaskFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { ContinueAsNewInitiator as Initiator } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import { continueRun } from "../execution/continue-run.ts";
import { CONTINUE_AS_NEW_MIN_INTERVAL_MS } from "../limits.ts";
import { ServiceFailure } from "../rpc/service-failure.ts";
import { normalTimeouts } from "../rpc/start-request.ts";
import { durationMs } from "../wire-time.ts";
import { refuseUnhandled } from "./close-commands.ts";
import { type CommandContext, type CommandHandler, CommandRefused, type CommandValues } from "./command.ts";

/** Ends the run; the next one of the chain begins with new arguments. */
export const continueAsNewWorkflowExecution: CommandHandler<"continueAsNewWorkflowExecution"> = (
  context,
  value,
) => {
  refuseUnhandled(context);
  const { tx, completedId, extras, engine } = context;
  const { started } = tx.fields;
  const { workflowRunTimeout = NO_TIMEOUT, workflowTaskTimeout } = normalTimeouts({
    workflowExecutionTimeout: started.workflowExecutionTimeout,
    workflowRunTimeout: durationMs(value.workflowRunTimeout)
      ? value.workflowRunTimeout
      : started.workflowRunTimeout,
    workflowTaskTimeout: durationMs(value.workflowTaskTimeout)
      ? value.workflowTaskTimeout
      : started.workflowTaskTimeout,
  });
  const newExecutionRunId = crypto.randomUUID();
  const backoffMs = Math.max(durationMs(value.backoffStartInterval) ?? 0, tightLoopMs(context));
  const attributes = {
    newExecutionRunId,
    workflowType: value.workflowType?.name ? value.workflowType : started.workflowType,
    taskQueue: { name: value.taskQueue?.name || started.taskQueue?.name, kind: 1 },
    input: value.input,
    workflowRunTimeout,
    workflowTaskTimeout,
    workflowTaskCompletedEventId: completedId,
    backoffStartInterval: value.backoffStartInterval,
    initiator: value.initiator,
    failure: value.failure,
    lastCompletionResult: value.lastCompletionResult,
    header: value.header,
    memo: value.memo,
    searchAttributes: checkedAttributes(context, value),
  };
  tx.add("workflowExecutionContinuedAsNew", attributes, extras);
  continueRun(engine, tx, {
    runId: newExecutionRunId,
    initiator: value.initiator || Initiator.WORKFLOW,
    backoffMs,
    attempt: 1,
    changes: {
      workflowType: attributes.workflowType,
      taskQueue: attributes.taskQueue,
      input: value.input,
      workflowRunTimeout,
      workflowTaskTimeout,
      retryPolicy: value.retryPolicy ?? started.retryPolicy,
      cronSchedule: value.cronSchedule || started.cronSchedule,
      header: value.header,
      memo: value.memo ?? { fields: tx.fields.memo },
      searchAttributes: attributes.searchAttributes ?? { indexedFields: tx.fields.searchAttributes },
      continuedFailure: value.failure,
      lastCompletionResult: value.lastCompletionResult,
    },
  });
};

const NO_TIMEOUT = { seconds: 0n, nanos: 0 };

/** A run that continues at once again and again is slowed down: each lives a second at least. */
function tightLoopMs({ tx }: CommandContext): number {
  const livedMs = tx.nowMs - tx.fields.executionMs;
  return Math.max(0, CONTINUE_AS_NEW_MIN_INTERVAL_MS - livedMs);
}

function checkedAttributes(
  { engine, run }: CommandContext,
  value: CommandValues["continueAsNewWorkflowExecution"],
): CommandValues["continueAsNewWorkflowExecution"]["searchAttributes"] {
  const fields = value.searchAttributes?.indexedFields;
  if (fields === undefined) return undefined;
  try {
    return { indexedFields: engine.parts.searchAttributes.check(run.namespace, fields) };
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    throw new CommandRefused(Cause.BAD_SEARCH_ATTRIBUTES, error.message);
  }
}
