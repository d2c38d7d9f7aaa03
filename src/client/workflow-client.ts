import { ValueError } from "../common/errors.ts";
import { showValue } from "../common/type-guards.ts";
import type {
  WithWorkflowArgs,
  Workflow,
  WorkflowClass,
  WorkflowOfClass,
  WorkflowResultType,
} from "../common/workflow-type.ts";
import type { CallOptions } from "../transport/unary-call.ts";
import { BaseClient } from "./base-client.ts";
import { checkOptionalArray, checkOptionalText, checkText } from "./check-options.ts";
import { type BaseClientOptions, ClientScope } from "./client-scope.ts";
import type { WorkflowClientInterceptor } from "./interceptors.ts";
import { type QueryRejectCondition, queryRejectConditionNames } from "./query-reject-condition.ts";
import { workflowCallError } from "./rpc-errors.ts";
import { type AnySignalOptions, signalWithStartInput, startInput } from "./start-input.ts";
import { takeOperation, type WithStartWorkflowOperation } from "./with-start-workflow-operation.ts";
import { WorkflowCalls } from "./workflow-calls.ts";
import { type CountWorkflowExecution, countFromRaw } from "./workflow-execution.ts";
import {
  type GetWorkflowHandleOptions,
  type HandleTarget,
  type WorkflowHandle,
  type WorkflowHandleWithSignaledRunId,
  type WorkflowHandleWithStartDetails,
  workflowHandle,
} from "./workflow-handle.ts";
import { type AsyncWorkflowListIterable, type ListOptions, listWorkflows } from "./workflow-list.ts";
import type {
  AnyStartOptions,
  WorkflowSignalWithStartOptions,
  WorkflowStartOptions,
} from "./workflow-options.ts";
import { type WorkflowResultOptions, workflowResult } from "./workflow-result.ts";
import {
  compileUpdate,
  type UpdateReference,
  type WaitForUpdateStage,
  type WithUpdateArgs,
  type WorkflowUpdateHandle,
  type WorkflowUpdateOptions,
  workflowUpdateHandle,
} from "./workflow-update-handle.ts";
import { checkWaitForStage } from "./workflow-update-stage.ts";

/** What is special to a workflow client. */
export interface WorkflowClientSettings {
  /** Wrap the client's calls, the first outermost. */
  interceptors?: readonly WorkflowClientInterceptor[] | undefined;
  /** In which states of a workflow its queries are refused. Default `"NONE"`. */
  queryRejectCondition?: QueryRejectCondition | undefined;
}

/** They, with defaults filled in. */
type LoadedSettings = {
  readonly [Name in keyof WorkflowClientSettings]-?: NonNullable<WorkflowClientSettings[Name]>;
};

/** Options of {@link WorkflowClient}. */
export interface WorkflowClientOptions extends BaseClientOptions, WorkflowClientSettings {}

/** Options of update-with-start. */
export type UpdateWithStartOptions<T extends Workflow, Args extends unknown[]> = WorkflowUpdateOptions &
  WithUpdateArgs<Args> & {
    /** How the workflow is started. Good for one call. */
    readonly startWorkflowOperation: WithStartWorkflowOperation<T>;
  };

type AnyUpdateWithStartOptions = WorkflowUpdateOptions &
  WaitForUpdateStage & {
    readonly args?: readonly unknown[] | undefined;
    readonly startWorkflowOperation: unknown;
  };

/**
 * Starts workflows, and gives handles to act on them.
 *
 * @example
 * ```ts
 * const handle = await client.workflow.start(order, { workflowId: "order-1", taskQueue: "orders", args: [7] });
 * console.log(await handle.result());
 * ```
 */
export class WorkflowClient extends BaseClient<LoadedSettings> {
  readonly #calls: WorkflowCalls;
  readonly #queryRejectCondition: number;

  /** @throws {ValueError} naming the option, its value and what is allowed */
  constructor(options: WorkflowClientOptions = {}, scope: ClientScope = new ClientScope(options)) {
    const { interceptors = [], queryRejectCondition = "NONE" } = options;
    super(scope, { interceptors, queryRejectCondition });
    checkOptionalArray(interceptors, "interceptors");
    this.#calls = new WorkflowCalls(scope, interceptors);
    this.#queryRejectCondition = queryRejectConditionNames.encode(queryRejectCondition);
  }

  /**
   * Starts a workflow, named by its function, its decorated class or its type.
   *
   * @throws {WorkflowExecutionAlreadyStartedError} when the id is taken and its policies say so
   * @throws {ValueError} when an option is not valid or an argument cannot be converted
   * @example
   * ```ts
   * const handle = await client.workflow.start("order", { workflowId: "order-1", taskQueue: "orders", args: [7] });
   * ```
   */
  start<T extends Workflow>(
    workflow: string | T,
    options: WorkflowStartOptions<T>,
    call?: CallOptions,
  ): Promise<WorkflowHandleWithStartDetails<T>>;
  start<C extends WorkflowClass>(
    workflow: C,
    options: WorkflowStartOptions<WorkflowOfClass<C>>,
    call?: CallOptions,
  ): Promise<WorkflowHandleWithStartDetails<WorkflowOfClass<C>>>;
  async start(
    workflow: string | Workflow | WorkflowClass,
    options: AnyStartOptions,
    call?: CallOptions,
  ): Promise<WorkflowHandleWithStartDetails> {
    const input = startInput(workflow, options);
    const { runId, eagerlyStarted } = await this.#calls.start(input, call);
    const { workflowId, followRuns, typeInfo } = input.options;
    // Without `runId`: the handle is to follow the chain when it continues as new.
    const handle = this.#handle({
      workflowId,
      followRuns,
      typeInfo,
      firstExecutionRunId: runId,
      runIdForResult: runId,
    });
    return { firstExecutionRunId: runId, eagerlyStarted, ...handle };
  }

  /**
   * Starts a workflow and waits for its result: that of the run that was started, or of those that carry it on.
   *
   * @throws {WorkflowFailedError} when the workflow did not complete; `cause` says why
   * @throws {WorkflowExecutionAlreadyStartedError} when the id is taken and its policies say so
   * @example
   * ```ts
   * const total = await client.workflow.execute(order, { workflowId: "order-1", taskQueue: "orders", args: [7] });
   * ```
   */
  execute<T extends Workflow>(
    workflow: string | T,
    options: WorkflowStartOptions<T>,
    call?: CallOptions,
  ): Promise<WorkflowResultType<T>>;
  execute<C extends WorkflowClass>(
    workflow: C,
    options: WorkflowStartOptions<WorkflowOfClass<C>>,
    call?: CallOptions,
  ): Promise<WorkflowResultType<WorkflowOfClass<C>>>;
  async execute(workflow: string | Workflow, options: AnyStartOptions, call?: CallOptions): Promise<unknown> {
    const handle = await this.start(workflow, options, call);
    return handle.result(call);
  }

  /**
   * Sends a signal to a workflow, which is started first if it does not run.
   *
   * @throws {WorkflowExecutionAlreadyStartedError} when the id is taken and its policies say so
   * @throws {ValueError} when an option is not valid or an argument cannot be converted
   * @example
   * ```ts
   * await client.workflow.signalWithStart(cart, { workflowId: "cart-1", taskQueue: "shop", signal: add, signalArgs: ["milk"] });
   * ```
   */
  signalWithStart<T extends Workflow, SignalArgs extends unknown[] = []>(
    workflow: string | T,
    options: WithWorkflowArgs<T, WorkflowSignalWithStartOptions<SignalArgs>>,
    call?: CallOptions,
  ): Promise<WorkflowHandleWithSignaledRunId<T>>;
  signalWithStart<C extends WorkflowClass, SignalArgs extends unknown[] = []>(
    workflow: C,
    options: WithWorkflowArgs<WorkflowOfClass<C>, WorkflowSignalWithStartOptions<SignalArgs>>,
    call?: CallOptions,
  ): Promise<WorkflowHandleWithSignaledRunId<WorkflowOfClass<C>>>;
  async signalWithStart(
    workflow: string | Workflow | WorkflowClass,
    options: AnySignalOptions,
    call?: CallOptions,
  ): Promise<WorkflowHandleWithSignaledRunId> {
    const input = signalWithStartInput(workflow, options);
    const signaledRunId = await this.#calls.signalWithStart(input, call);
    const { workflowId, followRuns, typeInfo } = input.options;
    const target = { workflowId, followRuns, typeInfo, runIdForResult: signaledRunId };
    return { ...this.#handle(target), signaledRunId };
  }

  /**
   * Updates a workflow, which is started first if it does not run, and waits for the result of the update.
   *
   * @throws {WorkflowUpdateFailedError} when the update was rejected or its handler failed; `cause` says why
   * @throws {WorkflowExecutionAlreadyStartedError} when the workflow runs and its policies say so
   * @throws {IllegalStateError} when the operation was used before
   * @example
   * ```ts
   * const startWorkflowOperation = new WithStartWorkflowOperation(cart, {
   *   workflowId: "cart-1",
   *   taskQueue: "shop",
   *   workflowIdConflictPolicy: "USE_EXISTING",
   * });
   * await client.workflow.executeUpdateWithStart(addItem, { args: ["milk"], startWorkflowOperation });
   * ```
   */
  async executeUpdateWithStart<T extends Workflow, Ret = unknown, Args extends unknown[] = unknown[]>(
    definition: UpdateReference<Ret, Args>,
    options: UpdateWithStartOptions<T, Args>,
    call?: CallOptions,
  ): Promise<Ret> {
    const handle = await this.#updateWithStart<Ret>(
      definition,
      { ...options, waitForStage: "COMPLETED" },
      call,
    );
    return handle.result(call);
  }

  /**
   * Updates a workflow, which is started first if it does not run, and waits until it has accepted (or rejected) the
   * update, or until its handler ends.
   *
   * @throws {WorkflowExecutionAlreadyStartedError} when the workflow runs and its policies say so
   * @throws {IllegalStateError} when the operation was used before
   * @example
   * ```ts
   * const update = await client.workflow.startUpdateWithStart(addItem, {
   *   args: ["milk"],
   *   waitForStage: "ACCEPTED",
   *   startWorkflowOperation,
   * });
   * ```
   */
  async startUpdateWithStart<T extends Workflow, Ret = unknown, Args extends unknown[] = unknown[]>(
    definition: UpdateReference<Ret, Args>,
    options: UpdateWithStartOptions<T, Args> & WaitForUpdateStage,
    call?: CallOptions,
  ): Promise<WorkflowUpdateHandle<Ret>> {
    return this.#updateWithStart<Ret>(definition, options, call);
  }

  /**
   * A handle to a workflow, without asking the server. Without a run id it acts on the latest run.
   *
   * @throws {ValueError} when an id is not text
   * @example
   * ```ts
   * await client.workflow.getHandle("order-1").cancel();
   * ```
   */
  getHandle<T extends Workflow>(
    workflowId: string,
    runId?: string,
    options: GetWorkflowHandleOptions = {},
  ): WorkflowHandle<T> {
    checkText(workflowId, "workflowId");
    checkOptionalText(runId, "runId");
    checkOptionalText(options.firstExecutionRunId, "firstExecutionRunId");
    return this.#handle<T>({ ...options, workflowId, runId });
  }

  /**
   * Waits for a workflow's result.
   *
   * @throws {WorkflowFailedError} when the workflow did not complete; `cause` says why
   * @example
   * ```ts
   * await client.workflow.result("order-1");
   * ```
   */
  async result<T extends Workflow>(
    workflowId: string,
    runId?: string,
    options: WorkflowResultOptions & CallOptions = {},
  ): Promise<WorkflowResultType<T>> {
    checkText(workflowId, "workflowId");
    // What a workflow returns is known by its type only.
    return (await workflowResult(this.scope, { workflowId, runId }, options)) as WorkflowResultType<T>;
  }

  /**
   * Lists workflows. The server's index lags a little behind.
   *
   * @throws {ValueError} when an option is not valid
   * @example
   * ```ts
   * for await (const info of client.workflow.list({ query: "ExecutionStatus = 'Running'" })) console.log(info.workflowId);
   * ```
   */
  list(options: ListOptions & CallOptions = {}): AsyncWorkflowListIterable {
    const { query: _query, pageSize: _pageSize, nextPageToken: _token, ...call } = options;
    return listWorkflows(this.scope, options, (execution) => this.#calls.fetchHistory(execution, call));
  }

  /**
   * Counts workflows; with `GROUP BY` in the query, by group as well. The server's index lags a little behind.
   *
   * @example
   * ```ts
   * const { count } = await client.workflow.count("WorkflowType = 'order'");
   * ```
   */
  async count(query?: string, call?: CallOptions): Promise<CountWorkflowExecution> {
    if (query !== undefined && typeof query !== "string") {
      throw new ValueError(`query is ${showValue(query)}; it must be a string`);
    }
    const request = { namespace: this.scope.namespace, query };
    try {
      return countFromRaw(await this.workflowService.countWorkflowExecutions(request, call));
    } catch (error) {
      throw workflowCallError(error, "Failed to count Workflows");
    }
  }

  async #updateWithStart<Ret>(
    definition: unknown,
    options: AnyUpdateWithStartOptions,
    call: CallOptions | undefined,
  ): Promise<WorkflowUpdateHandle<Ret>> {
    const operation = takeOperation(options.startWorkflowOperation);
    try {
      const { waitForStage } = options;
      checkWaitForStage(waitForStage);
      const { updateName, args, updateId, typeInfo: updateTypeInfo } = compileUpdate(definition, options);
      const { workflowType, options: workflowStartOptions } = startInput(
        operation.workflow,
        operation.options,
      );
      const { workflowId, followRuns, typeInfo } = workflowStartOptions;
      const { updates } = this.#calls;
      const input = {
        workflowType,
        workflowStartOptions,
        workflowStartHeaders: {},
        updateName,
        updateArgs: args,
        updateTypeInfo,
        updateOptions: { updateId },
        updateHeaders: {},
      };
      const output = await updates.startWithStart(input, {
        waitForStage,
        call,
        onStarted: ({ runId, firstExecutionRunId, started }) => {
          const first = firstExecutionRunId || (started ? runId : undefined);
          const target = {
            workflowId,
            followRuns,
            typeInfo,
            firstExecutionRunId: first,
            runIdForResult: runId,
          };
          operation.resolve(this.#handle(target));
        },
      });
      const { workflowExecution } = output;
      const outcome =
        output.updateOutcome ??
        (waitForStage === "COMPLETED"
          ? await updates.pollOutcome(workflowExecution, output.updateId, call)
          : undefined);
      const outputType = output.updateOutputTypeInfo;
      return workflowUpdateHandle(updates, {
        updateId: output.updateId,
        workflowExecution,
        outcome,
        outputType,
      });
    } catch (error) {
      // Nothing happens when the workflow was started before.
      operation.reject(error);
      throw error;
    }
  }

  #handle<T extends Workflow>(target: Omit<HandleTarget, "queryRejectCondition">): WorkflowHandle<T> {
    const queryRejectCondition = this.#queryRejectCondition;
    return workflowHandle<T>(this, this.#calls, { ...target, queryRejectCondition });
  }
}
