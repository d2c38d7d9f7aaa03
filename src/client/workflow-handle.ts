import type { QueryDefinition, SignalDefinition } from "../common/definitions.ts";
import { ValueError } from "../common/errors.ts";
import { isRecord, showValue } from "../common/type-guards.ts";
import { ownTypeInfo, type PayloadTypeInfo } from "../common/type-info.ts";
import type { BaseWorkflowHandle } from "../common/workflow-handle.ts";
import type { Workflow, WorkflowResultType } from "../common/workflow-type.ts";
import type { History } from "../gen/codec/temporal/api/history/v1/message.ts";
import type { CallOptions } from "../transport/unary-call.ts";
import { checkOptionalArray, checkOptionalText } from "./check-options.ts";
import type {
  RequestCancelWorkflowExecutionResponse,
  TerminateWorkflowExecutionResponse,
} from "./interceptors.ts";
import type { WorkflowCalls } from "./workflow-calls.ts";
import type { WorkflowClient } from "./workflow-client.ts";
import {
  descriptionFromRaw,
  type WorkflowExecution,
  type WorkflowExecutionDescription,
} from "./workflow-execution.ts";
import { type WorkflowResultOptions, workflowResult } from "./workflow-result.ts";
import { updateMethods, type WorkflowUpdateMethods } from "./workflow-update-methods.ts";

/** Arguments of a signal or query, and options of the call. */
export interface WorkflowMessageOptions<Args extends readonly unknown[]> extends CallOptions {
  readonly args?: Args | undefined;
  /** How arguments and result are converted. A definition brings its own: give a name with it. */
  readonly typeInfo?: PayloadTypeInfo | undefined;
}

/** The definition of a signal or a query. */
interface AnyDefinition {
  readonly type: string;
  readonly name: string;
  readonly typeInfo?: PayloadTypeInfo | undefined;
}

/** Acts on one workflow. Each method takes options of its call last: `deadline`, `metadata`, `abortSignal`. */
export interface WorkflowHandle<T extends Workflow = Workflow>
  extends BaseWorkflowHandle<T>,
    WorkflowUpdateMethods {
  /** The client that made the handle. */
  readonly client: WorkflowClient;
  /**
   * Waits for the result. A deadline is that of the whole wait.
   *
   * @throws {WorkflowFailedError} when the workflow did not complete; `cause` says why
   */
  result(call?: CallOptions): Promise<WorkflowResultType<T>>;
  /** As `signal`, with options for the call. */
  signalWithOptions<Args extends unknown[] = unknown[]>(
    definition: SignalDefinition<Args> | string,
    options: WorkflowMessageOptions<Args>,
  ): Promise<void>;
  /**
   * Asks the workflow.
   *
   * @throws {QueryNotRegisteredError} when it has no such handler, or its handler threw
   * @throws {QueryRejectedError} when the reject condition of the client holds
   */
  query<Ret = unknown, Args extends unknown[] = []>(
    definition: QueryDefinition<Ret, Args> | string,
    ...args: Args
  ): Promise<Ret>;
  /** As `query`, with options for the call. */
  queryWithOptions<Ret = unknown, Args extends unknown[] = unknown[]>(
    definition: QueryDefinition<Ret, Args> | string,
    options: WorkflowMessageOptions<Args>,
  ): Promise<Ret>;
  /** Ends the workflow at once; its code is not asked. */
  terminate(reason?: string, call?: CallOptions): Promise<TerminateWorkflowExecutionResponse>;
  /** Asks the workflow to stop; its code decides. */
  cancel(reason?: string, call?: CallOptions): Promise<RequestCancelWorkflowExecutionResponse>;
  describe(call?: CallOptions): Promise<WorkflowExecutionDescription>;
  /** All events of the run; long histories are fetched page by page. */
  fetchHistory(call?: CallOptions): Promise<History>;
}

/** A handle from `start`: it acts on the latest run of the chain that was started. */
export interface WorkflowHandleWithStartDetails<T extends Workflow = Workflow>
  extends WorkflowHandleWithFirstExecutionRunId<T> {
  /** Whether a worker of this process got the first task with the answer. */
  readonly eagerlyStarted: boolean;
}

/** A handle that knows the first run of its chain, and so cannot hit another chain of the same id. */
export interface WorkflowHandleWithFirstExecutionRunId<T extends Workflow = Workflow>
  extends WorkflowHandle<T> {
  readonly firstExecutionRunId: string;
}

/** A handle from `signalWithStart`. */
export interface WorkflowHandleWithSignaledRunId<T extends Workflow = Workflow> extends WorkflowHandle<T> {
  /** The run that got the signal. */
  readonly signaledRunId: string;
}

/** Options of `getHandle`. */
export interface GetWorkflowHandleOptions extends WorkflowResultOptions {
  /** `cancel` and `terminate` fail unless the workflow is of the chain that began with this run. */
  readonly firstExecutionRunId?: string | undefined;
}

/** What a handle acts on. */
export interface HandleTarget extends GetWorkflowHandleOptions, WorkflowExecution {
  /** The run whose result is waited for, when not `runId`. */
  readonly runIdForResult?: string | undefined;
  /** Number of a `QueryRejectCondition`. */
  readonly queryRejectCondition: number;
}

function nameOf(definition: { readonly name: string } | string, kind: "signal" | "query"): string {
  const name: unknown = isRecord(definition) ? definition.name : definition;
  if (typeof name === "string" && name !== "") return name;
  throw new ValueError(`${kind} is ${showValue(definition)}; it must be a definition or a non-empty name`);
}

type AnyMessageOptions = WorkflowMessageOptions<readonly unknown[]>;

/** The calls of signals and queries, however a handle's method names them. */
function messageCalls(calls: WorkflowCalls, target: HandleTarget) {
  const { workflowId, runId, queryRejectCondition } = target;
  const workflowExecution: WorkflowExecution = { workflowId, runId };
  const signal = async (
    definition: AnyDefinition | string,
    { args = [], typeInfo, ...call }: AnyMessageOptions,
  ): Promise<void> => {
    const signalName = nameOf(definition, "signal");
    checkOptionalArray(args, "args");
    const own = typeof definition === "string" ? typeInfo : ownTypeInfo(definition, typeInfo);
    await calls.signal({ workflowExecution, signalName, args, typeInfo: own, headers: {} }, call);
  };
  const query = async <Ret>(
    definition: AnyDefinition | string,
    { args = [], typeInfo, ...call }: AnyMessageOptions,
  ): Promise<Ret> => {
    const queryType = nameOf(definition, "query");
    checkOptionalArray(args, "args");
    const own = typeof definition === "string" ? typeInfo : ownTypeInfo(definition, typeInfo);
    const input = {
      workflowExecution,
      queryType,
      args,
      typeInfo: own,
      headers: {},
      queryRejectCondition,
    };
    // What a handler returns is known by its definition only.
    return (await calls.query(input, call)) as Ret;
  };
  return { signal, query };
}

/** Makes a handle. */
export function workflowHandle<T extends Workflow>(
  client: WorkflowClient,
  calls: WorkflowCalls,
  target: HandleTarget,
): WorkflowHandle<T> {
  const { workflowId, runId, firstExecutionRunId } = target;
  const workflowExecution: WorkflowExecution = { workflowId, runId };
  const { signal, query } = messageCalls(calls, target);

  return {
    client,
    workflowId,
    ...updateMethods(calls.updates, target),
    async result(call) {
      const execution = { workflowId, runId: target.runIdForResult ?? runId };
      const options = { ...call, followRuns: target.followRuns, typeInfo: target.typeInfo };
      // What a workflow returns is known by its type only.
      return (await workflowResult(calls.scope, execution, options)) as WorkflowResultType<T>;
    },
    signal: (definition, ...args) => signal(definition, { args }),
    signalWithOptions: (definition, options) => signal(definition, options),
    query: (definition, ...args) => query(definition, { args }),
    queryWithOptions: (definition, options) => query(definition, options),
    async terminate(reason, call) {
      checkOptionalText(reason, "reason");
      return calls.terminate({ workflowExecution, reason, firstExecutionRunId }, call);
    },
    async cancel(reason, call) {
      checkOptionalText(reason, "reason");
      return calls.cancel({ workflowExecution, reason, firstExecutionRunId }, call);
    },
    async describe(call) {
      const raw = await calls.describe({ workflowExecution }, call);
      const { namespace } = calls.scope;
      return descriptionFromRaw(raw, { converter: await calls.scope.converter, namespace });
    },
    fetchHistory: (call) => calls.fetchHistory(workflowExecution, call),
  };
}
