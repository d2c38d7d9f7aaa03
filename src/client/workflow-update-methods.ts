import type { CallOptions } from "../transport/unary-call.ts";
import { checkOptionalText, checkText } from "./check-options.ts";
import type { UpdateCalls } from "./update-calls.ts";
import type { WorkflowExecution } from "./workflow-execution.ts";
import {
  compileUpdate,
  type GetWorkflowUpdateHandleOptions,
  type UpdateReference,
  type WaitForUpdateStage,
  type WithUpdateArgs,
  type WorkflowUpdateHandle,
  type WorkflowUpdateOptions,
  workflowUpdateHandle,
} from "./workflow-update-handle.ts";
import { checkWaitForStage } from "./workflow-update-stage.ts";

/** What a handle to a workflow can do with updates. */
export interface WorkflowUpdateMethods {
  /**
   * Updates the workflow and waits for the result.
   *
   * @throws {WorkflowUpdateFailedError} when the update was rejected or its handler failed; `cause` says why
   * @throws {WorkflowUpdateRPCTimeoutOrCancelledError} when the deadline of the call passed, or it was cancelled
   */
  executeUpdate<Ret = unknown, Args extends unknown[] = unknown[]>(
    definition: UpdateReference<Ret, Args>,
    options: WorkflowUpdateOptions & WithUpdateArgs<Args>,
    call?: CallOptions,
  ): Promise<Ret>;
  executeUpdate<Ret = unknown>(definition: UpdateReference<Ret, []>): Promise<Ret>;
  /**
   * Updates the workflow, and waits until it has accepted (or rejected) the update, or until its handler ends. Whether it
   * succeeded is told by the handle's `result()`.
   *
   * @throws {WorkflowUpdateRPCTimeoutOrCancelledError} when the deadline of the call passed, or it was cancelled
   */
  startUpdate<Ret = unknown, Args extends unknown[] = unknown[]>(
    definition: UpdateReference<Ret, Args>,
    options: WorkflowUpdateOptions & WithUpdateArgs<Args> & WaitForUpdateStage,
    call?: CallOptions,
  ): Promise<WorkflowUpdateHandle<Ret>>;
  /** A handle to an update that was sent before, without asking the server. */
  getUpdateHandle<Ret = unknown>(
    updateId: string,
    options?: GetWorkflowUpdateHandleOptions,
  ): WorkflowUpdateHandle<Ret>;
}

type AnyUpdateOptions = WorkflowUpdateOptions &
  WaitForUpdateStage & { readonly args?: readonly unknown[] | undefined };

/** Makes the methods for one workflow. */
export function updateMethods(
  calls: UpdateCalls,
  target: WorkflowExecution & { readonly firstExecutionRunId?: string | undefined },
): WorkflowUpdateMethods {
  const { workflowId, runId, firstExecutionRunId } = target;
  const start = async <Ret>(
    definition: unknown,
    { waitForStage, ...options }: AnyUpdateOptions,
    call: CallOptions | undefined,
  ): Promise<WorkflowUpdateHandle<Ret>> => {
    checkWaitForStage(waitForStage);
    const { updateName, args, updateId, typeInfo } = compileUpdate(definition, options);
    const workflowExecution = { workflowId, runId };
    const input = {
      workflowExecution,
      firstExecutionRunId,
      updateName,
      args,
      typeInfo,
      headers: {},
      options: { updateId },
    };
    const output = await calls.start(input, { waitForStage, call });
    const execution = { workflowId, runId: output.workflowRunId || runId };
    const outcome =
      output.outcome ??
      (waitForStage === "COMPLETED" ? await calls.pollOutcome(execution, output.updateId, call) : undefined);
    const outputType = output.outputTypeInfo;
    return workflowUpdateHandle(calls, {
      updateId: output.updateId,
      workflowExecution: execution,
      outcome,
      outputType,
    });
  };
  return {
    async executeUpdate<Ret>(definition: unknown, options: object = {}, call?: CallOptions): Promise<Ret> {
      const handle = await start<Ret>(definition, { ...options, waitForStage: "COMPLETED" }, call);
      return handle.result(call);
    },
    startUpdate: (definition, options, call) => start(definition, options, call),
    getUpdateHandle(updateId, options) {
      checkText(updateId, "updateId");
      checkOptionalText(options?.workflowRunId, "workflowRunId");
      const workflowExecution = { workflowId, runId: options?.workflowRunId ?? runId };
      const outputType = options?.typeInfo?.outputType;
      return workflowUpdateHandle(calls, { updateId, workflowExecution, outcome: undefined, outputType });
    },
  };
}
