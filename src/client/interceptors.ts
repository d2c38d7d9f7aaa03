import type { Headers, NextCall } from "../common/interceptors.ts";
import type { PayloadTypeInfo, SignalTypeInfo, TypeInfo } from "../common/type-info.ts";
import type { Outcome } from "../gen/codec/temporal/api/update/v1/message.ts";
import type {
  RequestCancelWorkflowExecutionResponse,
  TerminateWorkflowExecutionResponse,
} from "../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { DescribeWorkflowExecutionResponse, WorkflowExecution } from "./workflow-execution.ts";
import type { CompiledWorkflowOptions } from "./workflow-options.ts";
import type { WorkflowUpdateOptions } from "./workflow-update-handle.ts";

export type { RequestCancelWorkflowExecutionResponse, TerminateWorkflowExecutionResponse };

/** Input of {@link WorkflowClientInterceptor.startWithDetails}. */
export interface WorkflowStartInput {
  readonly workflowType: string;
  readonly headers: Headers;
  readonly options: CompiledWorkflowOptions;
}

/** Output of {@link WorkflowClientInterceptor.startWithDetails}. */
export interface WorkflowStartOutput {
  readonly runId: string;
  /** Whether a worker of this process got the first task with the answer. */
  readonly eagerlyStarted: boolean;
}

/** Input of {@link WorkflowClientInterceptor.signal}. */
export interface WorkflowSignalInput {
  readonly signalName: string;
  readonly args: readonly unknown[];
  /** How the arguments are converted. */
  readonly typeInfo?: SignalTypeInfo | undefined;
  readonly workflowExecution: WorkflowExecution;
  readonly headers: Headers;
}

/** Input of {@link WorkflowClientInterceptor.signalWithStart}. */
export interface WorkflowSignalWithStartInput {
  readonly workflowType: string;
  readonly signalName: string;
  readonly signalArgs: readonly unknown[];
  /** How the arguments of the signal are converted; those of the workflow are in the options. */
  readonly signalTypeInfo?: SignalTypeInfo | undefined;
  readonly headers: Headers;
  readonly options: CompiledWorkflowOptions;
}

/** Input of {@link WorkflowClientInterceptor.startUpdate}. */
export interface WorkflowStartUpdateInput {
  readonly updateName: string;
  readonly args: readonly unknown[];
  /** How arguments and result are converted. */
  readonly typeInfo?: PayloadTypeInfo | undefined;
  readonly workflowExecution: WorkflowExecution;
  /** Guards against another chain of runs under the same id. */
  readonly firstExecutionRunId?: string | undefined;
  readonly headers: Headers;
  readonly options: WorkflowUpdateOptions;
}

/** Output of {@link WorkflowClientInterceptor.startUpdate}. */
export interface WorkflowStartUpdateOutput {
  readonly updateId: string;
  readonly workflowRunId: string;
  /** Present when the update has completed already, or was rejected. */
  readonly outcome?: Outcome | undefined;
  /** How the result is converted. */
  readonly outputTypeInfo?: TypeInfo | undefined;
}

/** Input of {@link WorkflowClientInterceptor.startUpdateWithStart}. */
export interface WorkflowStartUpdateWithStartInput {
  readonly workflowType: string;
  readonly workflowStartOptions: CompiledWorkflowOptions;
  readonly workflowStartHeaders: Headers;
  readonly updateName: string;
  readonly updateArgs: readonly unknown[];
  /** How arguments and result of the update are converted. */
  readonly updateTypeInfo?: PayloadTypeInfo | undefined;
  readonly updateOptions: WorkflowUpdateOptions;
  readonly updateHeaders: Headers;
}

/** Output of {@link WorkflowClientInterceptor.startUpdateWithStart}. */
export interface WorkflowStartUpdateWithStartOutput {
  readonly workflowExecution: WorkflowExecution;
  readonly updateId: string;
  /** Present when the update has completed already, or was rejected. */
  readonly updateOutcome?: Outcome | undefined;
  /** How the result of the update is converted. */
  readonly updateOutputTypeInfo?: TypeInfo | undefined;
}

/** Input of {@link WorkflowClientInterceptor.query}. */
export interface WorkflowQueryInput {
  readonly queryType: string;
  readonly args: readonly unknown[];
  /** How arguments and result are converted. */
  readonly typeInfo?: PayloadTypeInfo | undefined;
  readonly workflowExecution: WorkflowExecution;
  /** Number of a `QueryRejectCondition`. */
  readonly queryRejectCondition?: number | undefined;
  readonly headers: Headers;
}

/** Input of {@link WorkflowClientInterceptor.terminate}. */
export interface WorkflowTerminateInput {
  readonly workflowExecution: WorkflowExecution;
  readonly reason?: string | undefined;
  /** Recorded in history, converted as arguments are. */
  readonly details?: readonly unknown[] | undefined;
  /** Guards against another chain of runs under the same id. */
  readonly firstExecutionRunId?: string | undefined;
}

/** Input of {@link WorkflowClientInterceptor.cancel}. */
export interface WorkflowCancelInput {
  readonly workflowExecution: WorkflowExecution;
  readonly reason?: string | undefined;
  /** Guards against another chain of runs under the same id. */
  readonly firstExecutionRunId?: string | undefined;
}

/** Input of {@link WorkflowClientInterceptor.describe}. */
export interface WorkflowDescribeInput {
  readonly workflowExecution: WorkflowExecution;
}

/**
 * Wraps calls of a workflow client. Each method may change the input before `next(input)`, or what comes back. The first
 * interceptor of a list is the outermost.
 */
export interface WorkflowClientInterceptor {
  /** Wraps starting, seeing the run id only. Not called when `startWithDetails` is there. */
  start?(input: WorkflowStartInput, next: NextCall<WorkflowStartInput, Promise<string>>): Promise<string>;
  /** Wraps starting. */
  startWithDetails?(
    input: WorkflowStartInput,
    next: NextCall<WorkflowStartInput, Promise<WorkflowStartOutput>>,
  ): Promise<WorkflowStartOutput>;
  signal?(input: WorkflowSignalInput, next: NextCall<WorkflowSignalInput, Promise<void>>): Promise<void>;
  /** Resolves to the run id of the workflow that got the signal. */
  signalWithStart?(
    input: WorkflowSignalWithStartInput,
    next: NextCall<WorkflowSignalWithStartInput, Promise<string>>,
  ): Promise<string>;
  /** Wraps sending an update, whatever is waited for. */
  startUpdate?(
    input: WorkflowStartUpdateInput,
    next: NextCall<WorkflowStartUpdateInput, Promise<WorkflowStartUpdateOutput>>,
  ): Promise<WorkflowStartUpdateOutput>;
  /** Wraps update-with-start. */
  startUpdateWithStart?(
    input: WorkflowStartUpdateWithStartInput,
    next: NextCall<WorkflowStartUpdateWithStartInput, Promise<WorkflowStartUpdateWithStartOutput>>,
  ): Promise<WorkflowStartUpdateWithStartOutput>;
  query?(input: WorkflowQueryInput, next: NextCall<WorkflowQueryInput, Promise<unknown>>): Promise<unknown>;
  terminate?(
    input: WorkflowTerminateInput,
    next: NextCall<WorkflowTerminateInput, Promise<TerminateWorkflowExecutionResponse>>,
  ): Promise<TerminateWorkflowExecutionResponse>;
  cancel?(
    input: WorkflowCancelInput,
    next: NextCall<WorkflowCancelInput, Promise<RequestCancelWorkflowExecutionResponse>>,
  ): Promise<RequestCancelWorkflowExecutionResponse>;
  describe?(
    input: WorkflowDescribeInput,
    next: NextCall<WorkflowDescribeInput, Promise<DescribeWorkflowExecutionResponse>>,
  ): Promise<DescribeWorkflowExecutionResponse>;
}

/** Interceptors of a client, by part. */
export interface ClientInterceptors {
  workflow?: readonly WorkflowClientInterceptor[] | undefined;
}

/** An interceptor for starting alone: makes `startWithDetails` of a `start` where there is only the latter. */
export function withStartDetails(interceptor: WorkflowClientInterceptor): WorkflowClientInterceptor {
  const { start, startWithDetails } = interceptor;
  if (startWithDetails !== undefined || start === undefined) return interceptor;
  return {
    startWithDetails: async (input, next) => {
      let eagerlyStarted = false;
      const runId = await start.call(interceptor, input, async (changed) => {
        const output = await next(changed);
        eagerlyStarted = output.eagerlyStarted;
        return output.runId;
      });
      return { runId, eagerlyStarted };
    },
  };
}
