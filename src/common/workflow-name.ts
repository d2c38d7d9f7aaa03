import { ValueError } from "./errors.ts";
import { showValue, typeName } from "./type-guards.ts";
import type { PayloadTypeInfo } from "./type-info.ts";
import type { Workflow, WorkflowClass } from "./workflow-type.ts";

// Decorators register here rather than on the class itself: `Symbol.metadata` is missing on most runtimes, and `client`
// must find names without importing `workflow`.
const names = new WeakMap<object, string>();

/**
 * Gives a workflow function, a decorated class or its run method the name that the server knows it by.
 *
 * @example
 * ```ts
 * registerWorkflowName(OrderWorkflow, "order");
 * ```
 */
export function registerWorkflowName(target: Workflow | WorkflowClass, name: string): void {
  names.set(target, name);
}

/**
 * The name that was registered for a function or class; undefined when none was.
 *
 * @example
 * ```ts
 * registeredWorkflowName(OrderWorkflow); // "order"
 * ```
 */
export function registeredWorkflowName(target: object): string | undefined {
  return names.get(target);
}

/**
 * The workflow type that a text, a function or a decorated class stands for.
 *
 * @throws {ValueError} when it is anything else, an empty text, or a function without a name
 * @example
 * ```ts
 * extractWorkflowType("order"); // "order"
 * ```
 */
export function extractWorkflowType(workflow: string | Workflow | WorkflowClass): string {
  if (typeof workflow === "string" && workflow !== "") return workflow;
  if (typeof workflow === "function") {
    const name = names.get(workflow) ?? workflow.name;
    if (name !== "") return name;
    throw new ValueError(
      "Invalid workflow type: the workflow function has no name; name it, or give the type as text",
    );
  }
  throw new ValueError(
    `Invalid workflow type: ${showValue(workflow)} (${typeName(workflow)}); give a name, a workflow function or a decorated class`,
  );
}

/** A workflow's type and how its arguments and result are converted. */
export interface WorkflowTypeOptions {
  type: string;
  typeInfo?: PayloadTypeInfo | undefined;
}

/**
 * As {@link extractWorkflowType}, with the type information that `defineWorkflowOptions` has given the function; for a name it is that
 * of the call.
 *
 * @throws {ValueError} when it is no workflow, or the call brings type information for a function, which has its own
 * @example
 * ```ts
 * extractWorkflowTypeAndConfig("order", { outputType: money }); // { type: "order", typeInfo: { outputType: money } }
 * ```
 */
export function extractWorkflowTypeAndConfig(
  workflow: string | Workflow | WorkflowClass,
  callSiteTypeInfo?: PayloadTypeInfo,
): WorkflowTypeOptions {
  const type = extractWorkflowType(workflow);
  if (typeof workflow === "string") return { type, typeInfo: callSiteTypeInfo };
  if (callSiteTypeInfo === undefined) return { type, typeInfo: typeInfoOf(workflow) };
  throw new ValueError(
    `typeInfo is given for the workflow function '${type}', which has its own: set it once with ` +
      "defineWorkflowOptions(workflow, { staticOptions: { typeInfo } }), or give the workflow's name instead",
  );
}

/**
 * What `defineWorkflowOptions` has said of the arguments and the result of a workflow function; undefined when it has not.
 *
 * @example
 * ```ts
 * typeInfoOf(order)?.outputType;
 * ```
 */
export function typeInfoOf(workflow: object): PayloadTypeInfo | undefined {
  if (!Object.hasOwn(workflow, "staticOptions")) return undefined;
  // Written by `defineWorkflowOptions`.
  const { staticOptions } = workflow as { staticOptions?: { typeInfo?: PayloadTypeInfo } | null };
  return staticOptions?.typeInfo;
}
