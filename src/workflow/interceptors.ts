import type { EventGroupMarker } from "../common/event-group.ts";
import type { Headers } from "../common/interceptors.ts";
import type { MetricTags } from "../common/meter.ts";
import type { PayloadTypeInfo, SignalTypeInfo } from "../common/type-info.ts";
import type { Activation } from "../core/activation.ts";
import type { WorkflowCommand } from "../core/command.ts";
import type { MarkerTime } from "../core/local-activity-jobs.ts";
import type { ActivityOptions, LocalActivityOptions } from "./activity-options.ts";
import type { ChildWorkflowOptionsWithDefaults } from "./child-workflow-options.ts";
import type { ContinueAsNewOptions } from "./continue-as-new-options.ts";
import type { StartNexusOperationInput, StartNexusOperationOutput } from "./nexus-operation-options.ts";

/** What a module of workflow interceptors exports under the name `interceptors`. Called once for each run. */
export type WorkflowInterceptorsFactory = () => WorkflowInterceptors;

/** Interceptors of one run. The first of a list is the outermost. */
export interface WorkflowInterceptors {
  inbound?: WorkflowInboundCallsInterceptor[];
  outbound?: WorkflowOutboundCallsInterceptor[];
  internals?: WorkflowInternalsInterceptor[];
}

/** Intercepts calls into workflow code. Each method is optional. */
export interface WorkflowInboundCallsInterceptor {
  /** The main function is called. */
  execute?(
    input: WorkflowExecuteInput,
    next: (input: WorkflowExecuteInput) => Promise<unknown>,
  ): Promise<unknown>;
  /** A signal reaches its handler. */
  handleSignal?(input: SignalInput, next: (input: SignalInput) => Promise<void>): Promise<void>;
  /** An update is validated, if its handler has a validator: throwing rejects it. Synchronous; may only read. */
  validateUpdate?(input: UpdateInput, next: (input: UpdateInput) => void): void;
  /** An update that was accepted reaches its handler. */
  handleUpdate?(input: UpdateInput, next: (input: UpdateInput) => Promise<unknown>): Promise<unknown>;
  /** A query is answered. */
  handleQuery?(input: QueryInput, next: (input: QueryInput) => Promise<unknown>): Promise<unknown>;
}

/** The call of the main function. */
export interface WorkflowExecuteInput {
  readonly args: unknown[];
  readonly headers: Headers;
}

/** The call of a signal handler. */
export interface SignalInput {
  readonly signalName: string;
  readonly args: unknown[];
  readonly headers: Headers;
}

/** The call of an update's validator or handler. */
export interface UpdateInput {
  readonly updateId: string;
  readonly name: string;
  readonly args: unknown[];
  readonly headers: Headers;
}

/** The call of a query handler. */
export interface QueryInput {
  readonly queryId: string;
  readonly queryName: string;
  readonly args: unknown[];
  readonly headers: Headers;
}

/** Intercepts what workflow code asks for. Each method is optional. */
export interface WorkflowOutboundCallsInterceptor {
  /** A timer is started. */
  startTimer?(input: TimerInput, next: (input: TimerInput) => Promise<void>): Promise<void>;
  /** An activity is scheduled. */
  scheduleActivity?(input: ActivityInput, next: (input: ActivityInput) => Promise<unknown>): Promise<unknown>;
  /** A local activity is scheduled; called again for each attempt that follows a timer. */
  scheduleLocalActivity?(
    input: LocalActivityInput,
    next: (input: LocalActivityInput) => Promise<unknown>,
  ): Promise<unknown>;
  /**
   * A child workflow is started. Gives two promises: one of the run id, which rejects when the child cannot be started, and
   * one of the child's result.
   */
  startChildWorkflowExecution?(
    input: StartChildWorkflowExecutionInput,
    next: (input: StartChildWorkflowExecutionInput) => Promise<[Promise<string>, Promise<unknown>]>,
  ): Promise<[Promise<string>, Promise<unknown>]>;
  /** An operation of a Nexus service is started; `result` in what comes back is its end. */
  startNexusOperation?(
    input: StartNexusOperationInput,
    next: (input: StartNexusOperationInput) => Promise<StartNexusOperationOutput>,
  ): Promise<StartNexusOperationOutput>;
  /** A child or another workflow is signalled. */
  signalWorkflow?(
    input: SignalWorkflowInput,
    next: (input: SignalWorkflowInput) => Promise<void>,
  ): Promise<void>;
  /** The workflow continues as new. `next` never resolves: it throws what ends the run. */
  continueAsNew?(
    input: ContinueAsNewInput,
    next: (input: ContinueAsNewInput) => Promise<never>,
  ): Promise<never>;
  /** Attributes of a log line are gathered; what is returned goes with the line. */
  getLogAttributes?(
    input: GetLogAttributesInput,
    next: (input: GetLogAttributesInput) => Record<string, unknown>,
  ): Record<string, unknown>;
  /** Tags of a metric's value are gathered; what is returned goes with the value. */
  getMetricTags?(input: GetMetricTagsInput, next: (input: GetMetricTagsInput) => MetricTags): MetricTags;
}

/** A timer to start. `durationMs` is at least 1; `seq` is its number in the run. */
export interface TimerInput {
  readonly durationMs: number;
  readonly seq: number;
  readonly options?: TimerOptions | undefined;
}

/** Options of a timer. */
export interface TimerOptions {
  /** One line that says what the timer is for, shown by the web UI and the CLI. */
  readonly summary?: string | undefined;
  /** Groups of events that its events belong to. Experimental, as in the official SDK. */
  readonly eventGroups?: EventGroupMarker[] | undefined;
}

/** An activity to schedule. `seq` is its number in the run. */
export interface ActivityInput {
  readonly activityType: string;
  readonly args: unknown[];
  /** How arguments and result are converted; an interceptor may replace it. */
  readonly typeInfo?: PayloadTypeInfo | undefined;
  readonly options: ActivityOptions;
  readonly headers: Headers;
  readonly seq: number;
}

/** A local activity to schedule. `seq` is its number in the run. */
export interface LocalActivityInput {
  readonly activityType: string;
  readonly args: unknown[];
  /** How arguments and result are converted; an interceptor may replace it. */
  readonly typeInfo?: PayloadTypeInfo | undefined;
  readonly options: LocalActivityOptions;
  readonly headers: Headers;
  readonly seq: number;
  /** More than 1 after a wait that a timer kept. */
  readonly attempt: number;
  /** When the first attempt was scheduled; undefined for that one itself. */
  readonly originalScheduleTime?: MarkerTime | undefined;
}

/** A child workflow to start. `seq` is its number in the run. */
export interface StartChildWorkflowExecutionInput {
  readonly workflowType: string;
  readonly options: ChildWorkflowOptionsWithDefaults;
  readonly headers: Headers;
  readonly seq: number;
}

/** A signal to send. `seq` is its number in the run. */
export interface SignalWorkflowInput {
  readonly signalName: string;
  readonly args: unknown[];
  /** How the arguments are converted. */
  readonly typeInfo?: SignalTypeInfo | undefined;
  readonly target: SignalTarget;
  readonly headers: Headers;
  readonly seq: number;
}

/** Who is signalled: a child of this workflow, or any workflow. */
export type SignalTarget =
  | { readonly type: "child"; readonly childWorkflowId: string }
  | {
      readonly type: "external";
      readonly workflowExecution: { readonly workflowId: string; readonly runId?: string | undefined };
    };

/** The next run: its arguments, headers and options. */
export interface ContinueAsNewInput {
  readonly args: unknown[];
  readonly headers: Headers;
  readonly options: ContinueAsNewInputOptions;
}

/** Options of the next run; its type is always there. */
export type ContinueAsNewInputOptions = ContinueAsNewOptions & { workflowType: string };

/** Tags of a metric. */
export type GetMetricTagsInput = MetricTags;

/** Attributes of a log line. */
export type GetLogAttributesInput = Record<string, unknown>;

/** Intercepts the runtime itself. Experimental, as in the official SDK. */
export interface WorkflowInternalsInterceptor {
  /** Jobs are applied: once for an activation, twice where signals are applied by themselves. */
  activate?(input: ActivateInput, next: (input: ActivateInput) => void): void;
  /** The answer to an activation is gathered; the commands may be changed. */
  concludeActivation?(
    input: ConcludeActivationInput,
    next: (input: ConcludeActivationInput) => ConcludeActivationOutput,
  ): ConcludeActivationOutput;
  /** The run leaves the cache. */
  dispose?(input: DisposeInput, next: (input: DisposeInput) => void): void;
}

/** A batch of jobs to apply; `batchIndex` counts the batches of an activation from 0. */
export interface ActivateInput {
  readonly activation: Activation;
  readonly batchIndex: number;
}

/** The commands that answer an activation. */
export interface ConcludeActivationInput {
  readonly commands: readonly WorkflowCommand[];
}

/** The commands to answer with. */
export type ConcludeActivationOutput = ConcludeActivationInput;

/** Has no fields yet. */
export type DisposeInput = Readonly<Record<string, never>>;
