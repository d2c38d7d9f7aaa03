import type { UpdateDefinition } from "../common/definitions.ts";
import { ValueError } from "../common/errors.ts";
import { isRecord, showValue } from "../common/type-guards.ts";
import { ownTypeInfo, type PayloadTypeInfo, type TypeInfo } from "../common/type-info.ts";
import { decodeFromPayloadsAtIndex } from "../converter/codec-run.ts";
import { decodeOptionalFailureToOptionalError } from "../converter/failure-codec.ts";
import type { Outcome } from "../gen/codec/temporal/api/update/v1/message.ts";
import type { CallOptions } from "../transport/unary-call.ts";
import { checkOptionalArray, checkOptionalText } from "./check-options.ts";
import type { UpdateCalls } from "./update-calls.ts";
import { WorkflowUpdateFailedError } from "./update-errors.ts";
import type { WorkflowExecution } from "./workflow-execution.ts";
import type { WaitableUpdateStage } from "./workflow-update-stage.ts";

/** Options of an update, without its arguments. */
export interface WorkflowUpdateOptions {
  /**
   * Names the update in its run: a second one of the same id gives the outcome of the first. Default: a random one.
   */
  readonly updateId?: string | undefined;
  /** How arguments and result are converted. A definition brings its own: give a name with it. */
  readonly typeInfo?: PayloadTypeInfo | undefined;
}

/** Arguments of an update, in its options. */
export type WithUpdateArgs<Args extends readonly unknown[]> = Args extends readonly [unknown, ...unknown[]]
  ? { /** Arguments of the update. */ readonly args: Args }
  : { /** Arguments of the update. */ readonly args?: Args | undefined };

/** An update as clients call it: by its definition or its name. */
export type UpdateReference<Ret, Args extends unknown[]> = UpdateDefinition<Ret, Args> | string;

/** Options of `startUpdate`. */
export interface WaitForUpdateStage {
  /** What is waited for: that the workflow accepts the update, or that its handler ends. */
  readonly waitForStage: WaitableUpdateStage;
}

/** An update that was sent. */
export interface WorkflowUpdateHandle<Ret> {
  readonly updateId: string;
  readonly workflowId: string;
  /** The run that got the update; undefined if it is not known. */
  readonly workflowRunId?: string | undefined;
  /**
   * Waits for the result. The server is asked until it is known, and not again.
   *
   * @throws {WorkflowUpdateFailedError} when the update was rejected or its handler failed; `cause` says why
   * @throws {WorkflowUpdateRPCTimeoutOrCancelledError} when the deadline of the wait passed, or it was cancelled
   */
  result(call?: CallOptions): Promise<Ret>;
}

/** Options of `getUpdateHandle`. */
export interface GetWorkflowUpdateHandleOptions {
  /** The run that got the update. Default: that of the workflow's handle; if it has none, the latest. */
  readonly workflowRunId?: string | undefined;
  /** How the result is converted. */
  readonly typeInfo?: Pick<PayloadTypeInfo, "outputType"> | undefined;
}

/** What the handle of an update is made from. */
export interface UpdateHandleTarget {
  readonly updateId: string;
  readonly workflowExecution: WorkflowExecution;
  /** If it is known already. */
  readonly outcome: Outcome | undefined;
  /** How the result is converted. */
  readonly outputType: TypeInfo | undefined;
}

/** Makes the handle of an update. */
export function workflowUpdateHandle<Ret>(
  calls: UpdateCalls,
  target: UpdateHandleTarget,
): WorkflowUpdateHandle<Ret> {
  const { updateId, workflowExecution, outputType } = target;
  const { workflowId, runId } = workflowExecution;
  let { outcome } = target;
  return {
    updateId,
    workflowId,
    workflowRunId: runId || undefined,
    async result(call) {
      outcome ??= await calls.pollOutcome(workflowExecution, updateId, call);
      // What a handler returns is known by its definition only.
      return (await resultOf(calls, workflowId, { outcome, outputType })) as Ret;
    },
  };
}

async function resultOf(
  { scope }: UpdateCalls,
  workflowId: string,
  {
    outcome: { value },
    outputType,
  }: { readonly outcome: Outcome; readonly outputType: TypeInfo | undefined },
): Promise<unknown> {
  const converter = await scope.converter;
  const context = scope.workflowContext(workflowId);
  if (value.case === "failure") {
    const cause = await decodeOptionalFailureToOptionalError(converter, value.value, context);
    throw new WorkflowUpdateFailedError("Workflow Update failed", cause);
  }
  return decodeFromPayloadsAtIndex(converter, 0, value.value?.payloads, context, outputType);
}

/** An update as it is sent. */
export interface CompiledUpdate {
  readonly updateName: string;
  readonly args: readonly unknown[];
  readonly updateId: string | undefined;
  readonly typeInfo: PayloadTypeInfo | undefined;
}

/**
 * Checks what users give for an update.
 *
 * @throws {ValueError} naming the option, its value and what is allowed
 */
export function compileUpdate(
  definition: unknown,
  options: WorkflowUpdateOptions & { readonly args?: readonly unknown[] | undefined },
): CompiledUpdate {
  const updateName: unknown = isRecord(definition) ? definition["name"] : definition;
  if (typeof updateName !== "string" || updateName === "") {
    throw new ValueError(`update is ${showValue(definition)}; it must be a definition or a non-empty name`);
  }
  const { args, updateId, typeInfo } = options;
  checkOptionalArray(args, "args");
  checkOptionalText(updateId, "updateId");
  // Made by `defineUpdate`, or shaped like that.
  const own = isRecord(definition)
    ? ownTypeInfo<PayloadTypeInfo>(definition as unknown as UpdateDefinition<unknown>, typeInfo)
    : typeInfo;
  return { updateName, args: args ?? [], updateId: updateId || undefined, typeInfo: own };
}
