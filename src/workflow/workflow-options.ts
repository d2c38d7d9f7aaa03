import type { PayloadTypeInfo } from "../common/type-info.ts";
import type { VersioningBehavior } from "../common/versioning.ts";
import type { Workflow, WorkflowClass } from "../common/workflow-type.ts";

/** Rules that hold for all runs of a workflow. */
export interface WorkflowDefinitionOptions {
  /** What happens to running workflows when a new version of their worker becomes current. Default: the worker's. */
  versioningBehavior?: VersioningBehavior | undefined;
  /** Errors that fail the workflow instead of its task, subclasses included; `Error` stands for whatever is thrown. */
  failureExceptionTypes?: readonly (abstract new (...args: never[]) => Error)[] | undefined;
}

/** Rules, or a function that gives them; it is called once for each run, before the workflow's own code. */
export type WorkflowDefinitionOptionsOrGetter = WorkflowDefinitionOptions | (() => WorkflowDefinitionOptions);

/** What must be known before a workflow's arguments are read. */
export interface WorkflowStaticOptions {
  /** How arguments and result are converted: in the workflow, and by clients and parents that start it by its function. */
  typeInfo?: PayloadTypeInfo | undefined;
}

/** What {@link defineWorkflowOptions} attaches to a workflow function. */
export interface WorkflowDefinitionConfig {
  workflowDefinitionOptions?: WorkflowDefinitionOptionsOrGetter | undefined;
  staticOptions?: WorkflowStaticOptions | undefined;
}

/**
 * Sets rules for all runs of a workflow function.
 *
 * @example
 * ```ts
 * setWorkflowOptions({ versioningBehavior: "PINNED", failureExceptionTypes: [OutOfStock] }, order);
 * export async function order(): Promise<void> {}
 * ```
 */
export function setWorkflowOptions(options: WorkflowDefinitionOptionsOrGetter, fn: Workflow): void {
  defineWorkflowOptions(fn, { workflowDefinitionOptions: options });
}

/**
 * As {@link setWorkflowOptions}, in the order of arguments and with the shape that newer code of the official SDK uses.
 *
 * @example
 * ```ts
 * defineWorkflowOptions(order, { workflowDefinitionOptions: { versioningBehavior: "AUTO_UPGRADE" } });
 * defineWorkflowOptions(refund, { staticOptions: { typeInfo: { inputTypes: [money], outputType: money } } });
 * ```
 */
export function defineWorkflowOptions(fn: Workflow | WorkflowClass, config: WorkflowDefinitionConfig): void {
  Object.assign(fn, config);
}
