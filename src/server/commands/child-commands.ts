import { WorkflowTaskFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { ParentClosePolicy, WorkflowIdReusePolicy } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import { cronFault } from "../cron/cron-backoff.ts";
import { startChild } from "../execution/children.ts";
import { presentMemo } from "../execution/null-payload.ts";
import type { EventValue } from "../history/event.ts";
import { fullRetryPolicy, retryPolicyFault } from "../retry/retry-policy.ts";
import { normalTimeouts } from "../rpc/start-request.ts";
import { durationFault, toDuration } from "../wire-time.ts";
import { lengthAndLimit, priorityFault, taskQueueFault, tooLong } from "./activity-attributes.ts";
import { checkedAttributes } from "./checked-attributes.ts";
import { type CommandContext, type CommandHandler, CommandRefused, type CommandValues } from "./command.ts";
import { checkNamespace } from "./external-commands.ts";

type Attributes = CommandValues["startChildWorkflowExecution"];

/** Starts a child workflow. */
export const startChildWorkflowExecution: CommandHandler<"startChildWorkflowExecution"> = (
  context,
  value,
) => {
  const { tx, engine, run, completedId, extras } = context;
  check(context, value);
  const started = tx.fields.started;
  const timeouts = normalTimeouts(value);
  const event = tx.add(
    "startChildWorkflowExecutionInitiated",
    {
      workflowTaskCompletedEventId: completedId,
      ...value,
      ...timeouts,
      workflowRunTimeout: timeouts.workflowRunTimeout ?? toDuration(0),
      workflowIdReusePolicy: value.workflowIdReusePolicy || WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      namespace: run.namespace,
      namespaceId: engine.parts.namespaceId(run.namespace),
      taskQueue: { name: value.taskQueue?.name || started.taskQueue?.name, kind: 1 },
      parentClosePolicy: value.parentClosePolicy || ParentClosePolicy.TERMINATE,
      memo: presentMemo(value.memo),
      searchAttributes: checkedAttributes(context, value, {
        command: "StartChildWorkflowCommand",
        run: `WorkflowId=${value.workflowId} WorkflowType=${value.workflowType?.name} Namespace=${run.namespace}`,
      }),
      retryPolicy: value.retryPolicy && fullRetryPolicy(value.retryPolicy),
    },
    extras,
  );
  tx.after(() => startChild(engine, run, event.eventId));
};

function check({ tx, run, engine }: CommandContext, value: Attributes): void {
  checkNamespace(engine, run.namespace, value.namespace, Cause.BAD_START_CHILD_EXECUTION_ATTRIBUTES);
  const fault = attributesFault(value, {
    namespace: run.namespace,
    nowMs: tx.nowMs,
    parent: tx.fields.started,
  });
  if (fault) throw new CommandRefused(Cause.BAD_START_CHILD_EXECUTION_ATTRIBUTES, fault);
  if (tx.state.children.size >= tx.limits.pending) {
    throw new CommandRefused(
      Cause.PENDING_CHILD_WORKFLOWS_LIMIT_EXCEEDED,
      `the number of pending child workflow executions, ${tx.state.children.size}, has reached the per-workflow limit of ${tx.limits.pending}`,
    );
  }
}

const COMMAND = "StartChildWorkflowExecutionCommand";

/** What is wrong with a child's attributes, in the real server's words; undefined: nothing. */
function attributesFault(
  value: Attributes,
  given: {
    readonly namespace: string;
    readonly nowMs: number;
    readonly parent: EventValue<"workflowExecutionStarted">;
  },
): string | undefined {
  const workflowId = value.workflowId ?? "";
  const type = value.workflowType?.name ?? "";
  const byId = `WorkflowId=${workflowId}`;
  const byType = `WorkflowType=${type}`;
  const namespace = `Namespace=${given.namespace}`;
  if (workflowId === "") return `Required field WorkflowId is not set on ${COMMAND}. ${byType} ${namespace}`;
  if (type === "") return `Required field WorkflowType is not set on ${COMMAND}. ${byId} ${namespace}`;
  if (tooLong(workflowId)) {
    return `WorkflowId on ${COMMAND} exceeds length limit. ${byId} ${lengthAndLimit(workflowId)} ${byType} ${namespace}`;
  }
  if (tooLong(type)) {
    return `WorkflowType on ${COMMAND} exceeds length limit. ${byType} ${lengthAndLimit(type)} ${byId} ${namespace}`;
  }
  const about = `${byId} ${byType} ${namespace}`;
  for (const [name, duration] of [
    ["WorkflowExecutionTimeout", value.workflowExecutionTimeout],
    ["WorkflowRunTimeout", value.workflowRunTimeout],
    ["WorkflowTaskTimeout", value.workflowTaskTimeout],
  ] as const) {
    const fault = durationFault(duration);
    if (fault) return `Invalid ${name} on ${COMMAND}: ${fault}. ${about}`;
  }
  const policyFault = value.retryPolicy && retryPolicyFault(fullRetryPolicy(value.retryPolicy));
  if (policyFault) return `invalid WorkflowRetryPolicy on ${COMMAND}: ${policyFault}. ${about}`;
  const scheduleFault = cronFault(value.cronSchedule ?? "", given.nowMs);
  if (scheduleFault) return `invalid CronSchedule on ${COMMAND}: ${scheduleFault}. ${about}`;
  const queue = value.taskQueue?.name || given.parent.taskQueue?.name || "";
  const queueFault = taskQueueFault({ name: queue });
  if (queueFault) {
    const shown = `TaskQueue=name:"${queue}"  kind:TASK_QUEUE_KIND_NORMAL`;
    return `invalid TaskQueue on ${COMMAND}: ${queueFault}. ${about} ${shown}`;
  }
  return priorityFault(value.priority);
}
