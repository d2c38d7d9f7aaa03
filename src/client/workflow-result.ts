import { CancelledFailure } from "../common/cancelled-failure.ts";
import { retryStateNames } from "../common/retry-state.ts";
import { TerminatedFailure } from "../common/terminated-failure.ts";
import { TimeoutFailure } from "../common/timeout-failure.ts";
import type { PayloadTypeInfo, TypeInfo } from "../common/type-info.ts";
import { decodeArrayFromPayloads, decodeFromPayloadsAtIndex } from "../converter/codec-run.ts";
import { decodeOptionalFailureToOptionalError } from "../converter/failure-codec.ts";
import { HistoryEventFilterType } from "../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { HistoryEvent } from "../gen/codec/temporal/api/history/v1/message.ts";
import type { CallOptions } from "../transport/unary-call.ts";
import { WorkflowContinuedAsNewError, WorkflowFailedError } from "./client-errors.ts";
import type { CallingScope } from "./client-scope.ts";
import { workflowCallError } from "./rpc-errors.ts";
import type { WorkflowExecution } from "./workflow-execution.ts";

/** How a result is waited for. */
export interface WorkflowResultOptions {
  /** Whether to go on with the next run when a run ends by continuing as new, retry or cron. Default `true`. */
  readonly followRuns?: boolean | undefined;
  /** How the result is converted. Handles from `start` know it of workflow functions that say so themselves. */
  readonly typeInfo?: PayloadTypeInfo | undefined;
}

/**
 * Waits until a workflow ends, and gives its result.
 *
 * @throws {WorkflowFailedError} when it did not complete
 * @throws {WorkflowContinuedAsNewError} when it continued as new and runs are not followed
 * @throws {WorkflowNotFoundError} when there is no such workflow
 */
export function workflowResult(
  scope: CallingScope,
  execution: WorkflowExecution,
  options: WorkflowResultOptions & CallOptions,
): Promise<unknown> {
  return scope.whileWaiting(() => waitForResult(scope, execution, options));
}

async function waitForResult(
  scope: CallingScope,
  { workflowId, runId }: WorkflowExecution,
  { followRuns = true, typeInfo, ...call }: WorkflowResultOptions & CallOptions,
): Promise<unknown> {
  let execution: WorkflowExecution = { workflowId, runId };
  for (;;) {
    const event = await closeEvent(scope, execution, call);
    const next = followRuns ? nextRunId(event) : undefined;
    if (next === undefined) return outcome(scope, workflowId, { event, type: typeInfo?.outputType });
    execution = { workflowId, runId: next };
  }
}

/** The last event of a run, waited for. */
async function closeEvent(
  scope: CallingScope,
  execution: WorkflowExecution,
  call: CallOptions,
): Promise<HistoryEvent> {
  let nextPageToken: Uint8Array | undefined;
  for (;;) {
    const request = {
      namespace: scope.namespace,
      execution,
      nextPageToken,
      skipArchival: true,
      waitNewEvent: true,
      historyEventFilterType: HistoryEventFilterType.CLOSE_EVENT,
    };
    const response = await scope.connection.workflowService
      .getWorkflowExecutionHistory(request, call)
      .catch((error: unknown) => {
        throw workflowCallError(error, "Failed to get Workflow execution history", execution);
      });
    // A page without events: the server's long poll ran out, the workflow is still open.
    const event = response.history?.events.at(-1);
    if (event !== undefined) return event;
    nextPageToken = response.nextPageToken;
  }
}

/** The run that carries on what this event ended, if one does. */
function nextRunId({ attributes }: HistoryEvent): string | undefined {
  switch (attributes.case) {
    case "workflowExecutionCompletedEventAttributes":
    case "workflowExecutionFailedEventAttributes":
    case "workflowExecutionTimedOutEventAttributes":
    case "workflowExecutionContinuedAsNewEventAttributes":
      return attributes.value.newExecutionRunId || undefined;
    default:
      return undefined;
  }
}

async function outcome(
  scope: CallingScope,
  workflowId: string,
  { event, type }: { readonly event: HistoryEvent; readonly type: TypeInfo | undefined },
): Promise<unknown> {
  const converter = await scope.converter;
  const context = scope.workflowContext(workflowId);
  const { attributes } = event;
  switch (attributes.case) {
    case "workflowExecutionCompletedEventAttributes":
      return decodeFromPayloadsAtIndex(converter, 0, attributes.value.result?.payloads, context, type);
    case "workflowExecutionFailedEventAttributes": {
      const { failure, retryState } = attributes.value;
      const cause = await decodeOptionalFailureToOptionalError(converter, failure, context);
      throw new WorkflowFailedError("Workflow execution failed", cause, retryStateNames.decode(retryState));
    }
    case "workflowExecutionCanceledEventAttributes": {
      const details = await decodeArrayFromPayloads(converter, attributes.value.details?.payloads, context);
      const cause = withoutStack(new CancelledFailure("Workflow canceled", details));
      throw new WorkflowFailedError("Workflow execution cancelled", cause, "NON_RETRYABLE_FAILURE");
    }
    case "workflowExecutionTerminatedEventAttributes": {
      const message = attributes.value.reason || "Workflow execution terminated";
      const cause = withoutStack(new TerminatedFailure(message));
      throw new WorkflowFailedError(message, cause, "NON_RETRYABLE_FAILURE");
    }
    case "workflowExecutionTimedOutEventAttributes": {
      const message = "Workflow execution timed out";
      const cause = withoutStack(new TimeoutFailure(message, undefined, "START_TO_CLOSE"));
      throw new WorkflowFailedError(message, cause, retryStateNames.decode(attributes.value.retryState));
    }
    case "workflowExecutionContinuedAsNewEventAttributes":
      throw new WorkflowContinuedAsNewError(
        "Workflow execution continued as new",
        attributes.value.newExecutionRunId,
      );
    default:
      throw new TypeError(
        `The server named event ${event.eventId} (${attributes.case}) as the end of a workflow`,
      );
  }
}

/** It happened at the server: a stack of this place would mislead. */
function withoutStack<E extends Error>(error: E): E {
  error.stack = "";
  return error;
}
