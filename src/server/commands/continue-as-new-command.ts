import { WorkflowTaskFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { TaskQueueKind } from "../../gen/codec/temporal/api/enums/v1/task_queue.ts";
import { ContinueAsNewInitiator as Initiator } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import { continueRun, slowedMs } from "../execution/continue-run.ts";
import { presentMemo } from "../execution/null-payload.ts";
import type { EventValue } from "../history/event.ts";
import { fullRetryPolicy, retryPolicyFault } from "../retry/retry-policy.ts";
import { normalTimeouts } from "../rpc/start-request.ts";
import { durationFault, durationMs, toDuration } from "../wire-time.ts";
import { lengthAndLimit, taskQueueFault, tooLong } from "./activity-attributes.ts";
import { checkedAttributes } from "./checked-attributes.ts";
import { refuseUnhandled } from "./close-commands.ts";
import { type CommandContext, type CommandHandler, CommandRefused, type CommandValues } from "./command.ts";

type Attributes = CommandValues["continueAsNewWorkflowExecution"];

/** Ends the run; the next one of the chain begins with new arguments. */
export const continueAsNewWorkflowExecution: CommandHandler<"continueAsNewWorkflowExecution"> = (
  context,
  value,
) => {
  refuseUnhandled(context);
  const { tx, completedId, extras, engine } = context;
  const attributes = normalAttributes(context, value);
  const newExecutionRunId = crypto.randomUUID();
  tx.add(
    "workflowExecutionContinuedAsNew",
    { newExecutionRunId, workflowTaskCompletedEventId: completedId, ...attributes },
    extras,
  );
  const { retryPolicy } = value;
  continueRun(engine, tx, {
    runId: newExecutionRunId,
    initiator: value.initiator || Initiator.WORKFLOW,
    backoffMs: backoffMs(context, value),
    attempt: 1,
    changes: {
      workflowType: attributes.workflowType,
      taskQueue: attributes.taskQueue,
      input: value.input,
      workflowRunTimeout: attributes.workflowRunTimeout,
      workflowTaskTimeout: attributes.workflowTaskTimeout,
      retryPolicy: retryPolicy && fullRetryPolicy(retryPolicy),
      cronSchedule: value.cronSchedule ?? "",
      header: value.header,
      memo: attributes.memo,
      searchAttributes: attributes.searchAttributes,
      continuedFailure: value.failure,
      lastCompletionResult: value.lastCompletionResult,
    },
  });
};

/** What the event says: the command's attributes, with those of the run where they are left out. */
function normalAttributes(
  context: CommandContext,
  value: Attributes,
): EventValue<"workflowExecutionContinuedAsNew"> {
  const { started } = context.tx.fields;
  const workflowType = value.workflowType?.name ? value.workflowType : started.workflowType;
  const taskQueue = { name: value.taskQueue?.name || started.taskQueue?.name, kind: TaskQueueKind.NORMAL };
  checkAttributes(value, workflowType?.name ?? "", taskQueue.name ?? "");
  const { workflowRunTimeout, workflowTaskTimeout } = normalTimeouts({
    workflowExecutionTimeout: started.workflowExecutionTimeout,
    workflowRunTimeout: durationMs(value.workflowRunTimeout)
      ? value.workflowRunTimeout
      : started.workflowRunTimeout,
    workflowTaskTimeout: durationMs(value.workflowTaskTimeout)
      ? value.workflowTaskTimeout
      : started.workflowTaskTimeout,
  });
  return {
    workflowType,
    taskQueue,
    input: value.input,
    workflowRunTimeout: workflowRunTimeout ?? toDuration(0),
    workflowTaskTimeout,
    backoffStartInterval: value.backoffStartInterval,
    initiator: value.initiator,
    failure: value.failure,
    lastCompletionResult: value.lastCompletionResult,
    header: value.header,
    memo: presentMemo(value.memo),
    searchAttributes: checkedAttributes(context, value, {
      command: COMMAND,
      run: aboutRun(workflowType?.name ?? "", taskQueue.name ?? ""),
    }),
  };
}

const COMMAND = "ContinueAsNewWorkflowExecutionCommand";

function aboutRun(workflowType: string, taskQueue: string): string {
  return `WorkflowType=${workflowType} TaskQueue=name:"${taskQueue}"  kind:TASK_QUEUE_KIND_NORMAL`;
}

function checkAttributes(value: Attributes, workflowType: string, taskQueue: string): void {
  const about = aboutRun(workflowType, taskQueue);
  if (tooLong(workflowType)) {
    throw refused(
      `WorkflowType on ${COMMAND} exceeds length limit. WorkflowType=${workflowType} ${lengthAndLimit(workflowType)}`,
    );
  }
  const queueFault = taskQueueFault({ name: taskQueue });
  if (queueFault) throw refused(`error validating ${COMMAND} TaskQueue: ${queueFault}. ${about}`);
  for (const name of ["WorkflowRunTimeout", "WorkflowTaskTimeout", "BackoffStartInterval"] as const) {
    const fault = durationFault(
      value[`${name.charAt(0).toLowerCase()}${name.slice(1)}` as Uncapitalize<typeof name>],
    );
    if (fault) throw refused(`Invalid ${name} on ${COMMAND}: ${fault}. ${about}`);
  }
  const policyFault = value.retryPolicy && retryPolicyFault(fullRetryPolicy(value.retryPolicy));
  if (policyFault) throw refused(`invalid WorkflowRetryPolicy on ${COMMAND}: ${policyFault}. ${about}`);
}

function backoffMs({ tx }: CommandContext, value: Attributes): number | undefined {
  const waitMs = slowedMs(tx, durationMs(value.backoffStartInterval) ?? 0);
  return waitMs > 0 ? waitMs : undefined;
}

function refused(message: string): CommandRefused {
  return new CommandRefused(Cause.BAD_CONTINUE_AS_NEW_ATTRIBUTES, message);
}
