import type { SignalDefinition } from "./definitions.ts";
import type { Workflow, WorkflowResultType } from "./workflow-type.ts";

/** What every handle to a workflow can do, in clients and in workflows. */
export interface BaseWorkflowHandle<T extends Workflow> {
  readonly workflowId: string;
  /** Waits for the workflow's result. */
  result(): Promise<WorkflowResultType<T>>;
  /** Sends a signal. */
  signal<Args extends unknown[] = [], Name extends string = string>(
    definition: SignalDefinition<Args, Name> | string,
    ...args: Args
  ): Promise<void>;
}
