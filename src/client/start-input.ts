import type { SignalDefinition } from "../common/definitions.ts";
import { ownTypeInfo, type SignalTypeInfo } from "../common/type-info.ts";
import { extractWorkflowTypeAndConfig } from "../common/workflow-name.ts";
import type { Workflow, WorkflowClass } from "../common/workflow-type.ts";
import { checkOptionalArray, checkText } from "./check-options.ts";
import type { WorkflowSignalWithStartInput, WorkflowStartInput } from "./interceptors.ts";
import { type AnyStartOptions, compileWorkflowOptions } from "./workflow-options.ts";

type AnyWorkflow = string | Workflow | WorkflowClass;

/** Options of signal-with-start as they come in, of any workflow and signal. */
export type AnySignalOptions = AnyStartOptions & {
  readonly signal: SignalDefinition<unknown[]> | string;
  readonly signalArgs?: readonly unknown[] | undefined;
  readonly signalTypeInfo?: SignalTypeInfo | undefined;
};

/**
 * What the first interceptor of a start gets.
 *
 * @throws {ValueError} naming the option, its value and what is allowed
 */
export function startInput(workflow: AnyWorkflow, options: AnyStartOptions): WorkflowStartInput {
  const { type: workflowType, typeInfo } = extractWorkflowTypeAndConfig(workflow, options?.typeInfo);
  return { workflowType, options: compileWorkflowOptions(options, typeInfo), headers: {} };
}

/**
 * What the first interceptor of a signal-with-start gets.
 *
 * @throws {ValueError} naming the option, its value and what is allowed
 */
export function signalWithStartInput(
  workflow: AnyWorkflow,
  options: AnySignalOptions,
): WorkflowSignalWithStartInput {
  const { signal, signalArgs, signalTypeInfo, ...rest } = options ?? {};
  const signalName = typeof signal === "string" ? signal : signal?.name;
  checkText(signalName, "signal");
  checkOptionalArray(signalArgs, "signalArgs");
  return {
    ...startInput(workflow, rest),
    signalName,
    signalArgs: signalArgs ?? [],
    signalTypeInfo: typeof signal === "string" ? signalTypeInfo : ownTypeInfo(signal, signalTypeInfo),
  };
}
