import type { SignalDefinition } from "./definitions.ts";
import type { PayloadTypeInfo, SignalTypeInfo } from "./type-info.ts";
import type { Workflow, WorkflowResultType } from "./workflow-type.ts";

/** What a signal that is sent by its name carries. */
export interface WorkflowSignalOptions<Args extends unknown[] = unknown[]> {
  /** Default: none. */
  readonly args?: Args | undefined;
  /** How the arguments are converted. A definition brings its own: give a name with it. */
  readonly typeInfo?: SignalTypeInfo | undefined;
}

/** What a query that is asked by its name carries. */
export interface WorkflowQueryOptions<Args extends unknown[] = unknown[]> {
  /** Default: none. */
  readonly args?: Args | undefined;
  /** How arguments and result are converted. A definition brings its own: give a name with it. */
  readonly typeInfo?: PayloadTypeInfo | undefined;
}

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
  /** As `signal`, with the arguments as an option. */
  signalWithOptions<Args extends unknown[] = unknown[]>(
    definition: SignalDefinition<Args> | string,
    options: WorkflowSignalOptions<Args>,
  ): Promise<void>;
}
