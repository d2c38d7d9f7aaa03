import { WorkflowTaskFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { ParentClosePolicy, WorkflowIdReusePolicy } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import { startChild } from "../execution/children.ts";
import { MAX_PENDING } from "../limits.ts";
import { fullRetryPolicy } from "../retry/retry-policy.ts";
import { ServiceFailure } from "../rpc/service-failure.ts";
import { normalTimeouts } from "../rpc/start-request.ts";
import { toDuration } from "../wire-time.ts";
import { tooLong } from "./activity-attributes.ts";
import { type CommandContext, type CommandHandler, CommandRefused, type CommandValues } from "./command.ts";

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
      ...value,
      ...timeouts,
      workflowRunTimeout: timeouts.workflowRunTimeout ?? toDuration(0),
      workflowIdReusePolicy: value.workflowIdReusePolicy || WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      namespace: run.namespace,
      namespaceId: engine.parts.namespaceId(run.namespace),
      taskQueue: { name: value.taskQueue?.name || started.taskQueue?.name, kind: 1 },
      parentClosePolicy: value.parentClosePolicy || ParentClosePolicy.TERMINATE,
      searchAttributes: checkedAttributes(context, value),
      retryPolicy: value.retryPolicy && fullRetryPolicy(value.retryPolicy),
      workflowTaskCompletedEventId: completedId,
    },
    extras,
  );
  tx.after(() => startChild(engine, run, event.eventId));
};

function check({ tx, run }: CommandContext, value: Attributes): void {
  if (!value.workflowId)
    throw refused("Required field WorkflowId is not set on StartChildWorkflowExecutionCommand.");
  if (!value.workflowType?.name) {
    throw refused("Required field WorkflowType is not set on StartChildWorkflowExecutionCommand.");
  }
  if (tooLong(value.workflowId))
    throw refused("WorkflowId on StartChildWorkflowExecutionCommand exceeds length limit.");
  if (tooLong(value.workflowType.name)) {
    throw refused("WorkflowType on StartChildWorkflowExecutionCommand exceeds length limit.");
  }
  if (value.namespace && value.namespace !== run.namespace) {
    throw refused("cross namespace commands are not enabled in the embedded server");
  }
  if (tx.state.children.size >= MAX_PENDING) {
    throw new CommandRefused(
      Cause.PENDING_CHILD_WORKFLOWS_LIMIT_EXCEEDED,
      `the number of pending child workflow executions, ${tx.state.children.size}, has reached the per-workflow limit of ${MAX_PENDING}`,
    );
  }
}

function checkedAttributes(
  { engine, run }: CommandContext,
  value: Attributes,
): Attributes["searchAttributes"] {
  const fields = value.searchAttributes?.indexedFields;
  if (fields === undefined) return undefined;
  try {
    return { indexedFields: engine.parts.searchAttributes.check(run.namespace, fields) };
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    throw new CommandRefused(Cause.BAD_SEARCH_ATTRIBUTES, error.message);
  }
}

function refused(message: string): CommandRefused {
  return new CommandRefused(Cause.BAD_START_CHILD_EXECUTION_ATTRIBUTES, message);
}
