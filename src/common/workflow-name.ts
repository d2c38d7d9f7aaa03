import { ValueError } from "./errors.ts";
import { showValue, typeName } from "./type-guards.ts";
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
