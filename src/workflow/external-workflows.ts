import type { SignalDefinition } from "../common/definitions.ts";
import type { WorkflowSignalOptions } from "../common/workflow-handle.ts";
import type { WorkflowSerializationContext } from "../converter/sync/serialization-context.ts";
import { CancellationScope } from "./cancellation-scope.ts";
import type { SignalTarget } from "./interceptors.ts";
import { patched } from "./patches.ts";
import { requireRun, requireWritableRun } from "./runtime/current.ts";
import { pushCommand } from "./runtime/run.ts";
import { namedSignal, sendSignal } from "./signal-workflow.ts";

/** Acts on a workflow of the same namespace that this one need not have started. For queries use a client, in an activity. */
export interface ExternalWorkflowHandle {
  readonly workflowId: string;
  /** The run that is meant; absent for the one that is open. */
  readonly runId?: string | undefined;
  /**
   * Sends a signal.
   *
   * @throws {ApplicationFailure} when there is no such workflow, or it is closed
   */
  signal<Args extends unknown[] = [], Name extends string = string>(
    definition: SignalDefinition<Args, Name> | string,
    ...args: Args
  ): Promise<void>;
  /** As `signal`, with the arguments as an option. */
  signalWithOptions<Args extends unknown[] = unknown[]>(
    definition: SignalDefinition<Args> | string,
    options: WorkflowSignalOptions<Args>,
  ): Promise<void>;
  /**
   * Asks the workflow to stop; its code decides. Resolves when the request has been delivered. `reason` is shown with it.
   *
   * @throws {ApplicationFailure} when there is no such workflow, or it is closed
   */
  cancel(reason?: string): Promise<void>;
}

/** Histories from before a request was tied to its scope lack the marker of this patch; the official SDK writes it too. */
const CANCEL_WITH_SCOPE = "__temporal_internal_connect_external_handle_cancel_to_scope";

/**
 * Gives a handle to another workflow. The workflow is not looked up: calls on the handle fail if there is none.
 *
 * @throws {IllegalStateError} outside of a workflow
 * @example
 * ```ts
 * await getExternalWorkflowHandle("inventory").signal(restock, item, 10);
 * ```
 */
export function getExternalWorkflowHandle(workflowId: string, runId?: string): ExternalWorkflowHandle {
  requireRun(
    "Workflow.getExternalWorkflowHandle(...) may only be used from a Workflow Execution. Consider using Client.workflow.getHandle(...) instead.",
  );
  const target: SignalTarget = { type: "external", workflowExecution: { workflowId, runId } };
  return {
    workflowId,
    runId,
    signal: (definition, ...args) => sendSignal({ ...namedSignal(definition), args, target }),
    signalWithOptions: (definition, { args = [], typeInfo }) =>
      sendSignal({ ...namedSignal(definition, typeInfo), args, target }),
    cancel: (reason = "") => requestCancel({ workflowId, runId: runId ?? "" }, reason),
  };
}

function requestCancel(
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string },
  reason: string,
): Promise<void> {
  const run = requireWritableRun("cancel");
  const { namespace } = run.info;
  const context: WorkflowSerializationContext = { type: "workflow", namespace, workflowId };
  return new Promise((resolve, reject) => {
    const scope = CancellationScope.current();
    if (scope.cancellable) {
      // Also long after the request was answered: where the marker is in history is part of the contract (D2).
      scope.cancelRequested.catch((error: unknown) => {
        if (patched(CANCEL_WITH_SCOPE)) reject(error);
      });
    }
    if (scope.consideredCancelled && patched(CANCEL_WITH_SCOPE)) return;
    const seq = run.nextSeqs.cancelWorkflow++;
    const target = { namespace, workflowId, runId };
    pushCommand(run, { kind: "requestCancelExternalWorkflow", seq, target, reason });
    run.pending.cancels.set(seq, { resolve, reject, context });
  });
}
