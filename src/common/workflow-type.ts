/** Any workflow function. Workflows in user code have narrower types. */
export type Workflow = (...args: never[]) => Promise<unknown>;

/** What a workflow function resolves to. */
export type WorkflowReturnType = Promise<unknown>;

/** What the promise of a workflow `W` resolves to. */
export type WorkflowResultType<W extends Workflow> = Awaited<ReturnType<W>>;

/** A class that defines a workflow by decorators. */
export type WorkflowClass = abstract new (...args: never[]) => object;

/** The workflow function that a decorated class stands for: its method `run`, when it has one of that name. */
export type WorkflowOfClass<C extends WorkflowClass> =
  InstanceType<C> extends { run: infer Run extends Workflow } ? Run : Workflow;

/** Arguments for a workflow; those of a workflow known by name only are unknown. */
export type WorkflowArgs<W extends Workflow> = number extends Parameters<W>["length"]
  ? [Parameters<W>[number]] extends [never]
    ? readonly unknown[]
    : Readonly<Parameters<W>>
  : Readonly<Parameters<W>>;

/** Adds `args` to options; required when the workflow has a required parameter. */
export type WithWorkflowArgs<W extends Workflow, T> = T &
  (Parameters<W> extends [unknown, ...unknown[]]
    ? { /** Arguments of the workflow. */ args: WorkflowArgs<W> }
    : { /** Arguments of the workflow. */ args?: WorkflowArgs<W> | undefined });

/** Any activity function. */
export type ActivityFunction<P extends unknown[] = never[], R = unknown> = (...args: P) => Promise<R>;

/** Activities by name. */
export type ActivityInterface = Record<string, ActivityFunction>;

/** Any handler of a signal. */
export type WorkflowSignalType = (...args: never[]) => Promise<void> | void;

/** Any handler of a query. */
export type WorkflowQueryType = (...args: never[]) => unknown;

/** Any handler of an update. */
export type WorkflowUpdateType = (...args: never[]) => unknown;

/** Any validator of an update: throwing rejects it. */
export type WorkflowUpdateValidatorType = (...args: never[]) => void;

/** Activities by name, of unknown types. */
export type UntypedActivities = Record<string, ActivityFunction>;

/** A history with the id of the workflow that it belongs to. */
export interface HistoryAndWorkflowId<H = unknown> {
  workflowId: string;
  history: H;
}
