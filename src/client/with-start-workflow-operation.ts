import { IllegalStateError, ValueError } from "../common/errors.ts";
import type { WorkflowIdConflictPolicy } from "../common/workflow-options.ts";
import type { Workflow, WorkflowClass } from "../common/workflow-type.ts";
import type { WorkflowHandle } from "./workflow-handle.ts";
import type { AnyStartOptions, WorkflowStartOptions } from "./workflow-options.ts";

/** Options to start workflow `T` together with an update: what is done if it runs already must be said. */
export type WithStartWorkflowOptions<T extends Workflow = Workflow> = WorkflowStartOptions<T> & {
  /** What is done if the workflow runs: the update goes to it, or the call fails. */
  workflowIdConflictPolicy: WorkflowIdConflictPolicy;
};

/** The inside of an operation, for the client alone. */
export interface StartOperation {
  readonly workflow: string | Workflow | WorkflowClass;
  readonly options: AnyStartOptions;
  resolve(handle: WorkflowHandle): void;
  reject(error: unknown): void;
}

const insides = new WeakMap<object, StartOperation>();

/**
 * How a workflow is started together with an update, if it does not run yet. Good for one call.
 *
 * @example
 * ```ts
 * const startWorkflowOperation = new WithStartWorkflowOperation(cart, {
 *   workflowId: "cart-1",
 *   taskQueue: "shop",
 *   workflowIdConflictPolicy: "USE_EXISTING",
 * });
 * const total = await client.workflow.executeUpdateWithStart(addItem, { args: ["milk"], startWorkflowOperation });
 * const handle = await startWorkflowOperation.workflowHandle();
 * ```
 */
export class WithStartWorkflowOperation<T extends Workflow> {
  /** The workflow as given: its function, its decorated class or its type. */
  readonly workflowTypeOrFunc: string | Workflow | WorkflowClass;
  readonly options: WithStartWorkflowOptions<T>;
  readonly #handle: Promise<WorkflowHandle<T>>;

  /** @throws {ValueError} when `workflowIdConflictPolicy` is missing */
  constructor(workflow: string | T, options: WithStartWorkflowOptions<T>);
  constructor(workflow: abstract new (...args: never[]) => { run: T }, options: WithStartWorkflowOptions<T>);
  constructor(workflow: string | Workflow | WorkflowClass, options: WithStartWorkflowOptions<T>) {
    if (!options?.workflowIdConflictPolicy) {
      throw new ValueError(
        'workflowIdConflictPolicy is missing; with an update it must say what is done if the workflow runs: "USE_EXISTING", "FAIL" or "TERMINATE_EXISTING"',
      );
    }
    this.workflowTypeOrFunc = workflow;
    this.options = options;
    let inside: StartOperation | undefined;
    this.#handle = new Promise((resolve, reject) => {
      // It is a handle to the workflow that the operation is made for.
      inside = { workflow, options, resolve: (handle) => resolve(handle as WorkflowHandle<T>), reject };
    });
    // Whoever does not ask for the handle learns of the error from the call itself.
    this.#handle.catch(() => undefined);
    if (inside !== undefined) insides.set(this, inside);
  }

  /**
   * The workflow, as soon as it is known to run, whatever becomes of the update. Rejects when it was not started.
   *
   * @example
   * ```ts
   * const handle = await startWorkflowOperation.workflowHandle();
   * ```
   */
  workflowHandle(): Promise<WorkflowHandle<T>> {
    return this.#handle;
  }
}

/**
 * Takes the operation for a call.
 *
 * @throws {IllegalStateError} when it was used before
 * @throws {ValueError} when it is not one
 */
export function takeOperation(operation: unknown): StartOperation {
  if (!(operation instanceof WithStartWorkflowOperation)) {
    throw new ValueError("startWorkflowOperation must be a WithStartWorkflowOperation");
  }
  const inside = insides.get(operation);
  if (inside === undefined) {
    throw new IllegalStateError(
      "This WithStartWorkflowOperation instance has already been executed. Make a new one for each call",
    );
  }
  insides.delete(operation);
  return inside;
}
