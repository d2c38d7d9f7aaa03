import type { EventGroupMarker } from "../../common/event-group.ts";
import type { NexusTypeInfo } from "../../common/nexus-service.ts";
import type { PayloadTypeInfo, SignalTypeInfo, TypeInfo } from "../../common/type-info.ts";
import type { FailureConverter } from "../../converter/sync/failure-converter.ts";
import type { PayloadConverter } from "../../converter/sync/payload-converter.ts";
import type {
  ActivitySerializationContext,
  WorkflowSerializationContext,
} from "../../converter/sync/serialization-context.ts";
import type { Job } from "../../core/activation.ts";
import type { WorkflowCommand } from "../../core/command.ts";
import type { DoUpdateJob } from "../../core/update-jobs.ts";
import type {
  TimerOptions,
  WorkflowInboundCallsInterceptor,
  WorkflowInternalsInterceptor,
  WorkflowOutboundCallsInterceptor,
} from "../interceptors.ts";
import type { StartNexusOperationOutput } from "../nexus-operation-options.ts";
import type { WorkflowInfo } from "../workflow-info.ts";
import { assertWritable } from "./current.ts";
import { currentEventGroups } from "./event-groups.ts";
import type { FlagLedger, SdkFlag } from "./flags.ts";
import type { RandomState } from "./random.ts";
import type { ReadOnlyReason } from "./read-only.ts";
import type { AsyncStore, RunFacts, SandboxHost } from "./sandbox-entry.ts";
import { type WaitSites, withPlainStacks } from "./wait-sites.ts";

/**
 * All that the runtime knows of one run.
 *
 * R1. Sequence numbers start at 1 for each kind and are never given back, whatever becomes of the call.
 * R2. `pending` holds what the server still has to answer; `conditions` what the workflow itself has to reach.
 * R3. Once `taskError` is set the activation fails with it and its commands are dropped; the first error wins.
 * R4. While `readOnly` is set nothing else of the record changes, save `answers`; `random` is put back afterwards.
 * R5. `info` is replaced, never changed: code may keep what it was given.
 */
export interface Run {
  readonly runId: string;
  readonly facts: RunFacts;
  readonly host: SandboxHost;
  readonly asyncStore: AsyncStore<unknown>;
  info: WorkflowInfo;
  nowMs: number;
  /** SDK version of the task being replayed, for the language flags. */
  sdkVersion: string;
  readonly flags: FlagLedger;
  randomSeed: readonly number[];
  random: RandomState;
  readonly randomStreams: Map<string, RandomState>;
  readonly converters: RunConverters;
  readonly interceptors: RunInterceptors;
  readonly handlers: HandlerTable;
  readonly nextSeqs: {
    timer: number;
    activity: number;
    condition: number;
    childWorkflow: number;
    signalWorkflow: number;
    cancelWorkflow: number;
    nexusOperation: number;
  };
  readonly pending: {
    readonly timers: Map<number, Resolver<void>>;
    readonly activities: Map<number, ActivityResolver>;
    readonly childStarts: Map<number, WorkflowResolver<string>>;
    readonly children: Map<number, ChildResolver>;
    readonly signals: Map<number, ExternalResolver>;
    readonly cancels: Map<number, ExternalResolver>;
    readonly nexusOperations: Map<number, NexusResolver>;
  };
  readonly conditions: Map<number, Condition>;
  /** Where the run waits; kept when somebody asks for its stacks. */
  readonly waitSites: WaitSites | undefined;
  /** Patches that history has, and what was decided on those that the code asked for. */
  readonly patches: { readonly known: Set<string>; readonly decisions: Map<string, boolean> };
  commands: WorkflowCommand[];
  readonly definition: RunDefinition;
  /** The outermost cancellation scope, made on first use by `cancellation-scope.ts`. */
  rootScope: object | undefined;
  /** Starts a timer as `sleep` does; here because scopes need it and timers need scopes. */
  readonly sleep: (durationMs: number, options?: TimerOptions) => Promise<void>;
  /** What `setCurrentDetails` set. */
  currentDetails: string;
  isCancelled: boolean;
  isCompleted: boolean;
  /** What `setTimeout` started and `clearTimeout` may cancel, by handle. */
  readonly timeouts: Map<number, { cancel(): void }>;
  readOnly: ReadOnlyReason | undefined;
  /** Whether any handler ran: only then commands may belong to a group of events. */
  hasEventGroups: boolean;
  taskError: { readonly error: unknown } | undefined;
}

export interface RunInterceptors {
  readonly inbound: WorkflowInboundCallsInterceptor[];
  readonly outbound: WorkflowOutboundCallsInterceptor[];
  readonly internals: WorkflowInternalsInterceptor[];
}

/** Where the answer to a command goes. */
export interface Resolver<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** Where the answer to an activity goes, and whose payloads it holds. */
export interface ActivityResolver extends Resolver<unknown> {
  readonly context: ActivitySerializationContext;
  /** How its result is converted. */
  readonly outputType: TypeInfo | undefined;
}

/** Where the answer to what concerns another workflow goes; payloads in it are that workflow's. */
export interface WorkflowResolver<T> extends Resolver<T> {
  readonly context: WorkflowSerializationContext;
}

/** Where the result of a child goes. */
export interface ChildResolver extends WorkflowResolver<unknown> {
  /** How it is converted. */
  readonly outputType: TypeInfo | undefined;
}

/** Where the answer of a workflow that is no child goes: it says only whether it was reached. */
export type ExternalResolver = WorkflowResolver<void>;

/** Where the answer to a Nexus operation goes, and how it comes out of its payload. */
export interface NexusResolver {
  /** Until it has started. */
  started: Resolver<StartNexusOperationOutput> | undefined;
  /** From then on. */
  completed: Resolver<unknown> | undefined;
  readonly outputType: NexusTypeInfo<unknown> | undefined;
}

/** A `condition` that does not hold yet. */
export interface Condition {
  readonly predicate: () => boolean;
  resolve(): void;
}

/** Values and errors of this run to and from wire data. */
export interface RunConverters {
  payload: PayloadConverter;
  failure: FailureConverter;
  readonly context: WorkflowSerializationContext;
}

/** What runs, and under which rules. */
export interface RunDefinition {
  /** Starts the main function. Set once the user's modules have been evaluated. */
  start: ((args: unknown[]) => unknown) | undefined;
  /** Makes the instance of a workflow class; runs before any handler. */
  construct: ((args: unknown[]) => void) | undefined;
  /** How arguments and result are converted. Set once the user's modules have been evaluated. */
  typeInfo: PayloadTypeInfo | undefined;
  /** Evaluated once, when the run is initialised. */
  options: (() => DefinitionRules) | undefined;
  /** `VersioningBehavior` number. */
  versioningBehavior: number;
  failureExceptionTypes: readonly FailureExceptionType[];
}

/** Rules that a definition states for its runs. */
export interface DefinitionRules {
  readonly versioningBehavior: number;
  readonly failureExceptionTypes: readonly FailureExceptionType[];
}

/** An error class, compared by `instanceof`. */
export type FailureExceptionType = abstract new (...args: never[]) => Error;

export type SignalJob = Extract<Job, { kind: "signalWorkflow" }>;

/** What becomes of a handler that still runs when the workflow ends. */
export type UnfinishedPolicyName = "WARN_AND_ABANDON" | "ABANDON";

export interface SignalHandlerEntry {
  readonly handler: (...args: unknown[]) => unknown;
  readonly typeInfo?: SignalTypeInfo | undefined;
  readonly description?: string | undefined;
  readonly unfinishedPolicy: UnfinishedPolicyName;
}

export interface QueryHandlerEntry {
  readonly handler: (...args: unknown[]) => unknown;
  readonly typeInfo?: PayloadTypeInfo | undefined;
  readonly description?: string | undefined;
}

export interface UpdateHandlerEntry {
  readonly handler: (...args: unknown[]) => unknown;
  readonly validator: ((...args: unknown[]) => unknown) | undefined;
  readonly typeInfo?: PayloadTypeInfo | undefined;
  readonly description?: string | undefined;
  readonly unfinishedPolicy: UnfinishedPolicyName;
}

export interface HandlerTable {
  readonly signals: Map<string, SignalHandlerEntry>;
  readonly queries: Map<string, QueryHandlerEntry>;
  readonly updates: Map<string, UpdateHandlerEntry>;
  defaultSignal: ((signalName: string, ...args: unknown[]) => unknown) | undefined;
  defaultQuery: ((queryName: string, ...args: unknown[]) => unknown) | undefined;
  /** Its functions get the name of the update before its arguments. */
  defaultUpdate: UpdateHandlerEntry | undefined;
  /** Signals that came before there was a handler, in order. */
  readonly bufferedSignals: SignalJob[];
  /** Updates of this activation for which there is no handler yet, in order. */
  readonly bufferedUpdates: DoUpdateJob[];
  nextSignalExecution: number;
  readonly signalsInProgress: Map<number, HandlerInProgress>;
  /** By update id. */
  readonly updatesInProgress: Map<string, HandlerInProgress>;
}

/** A handler that was called and has not settled. */
export interface HandlerInProgress {
  readonly name: string;
  readonly policy: UnfinishedPolicyName;
}

/** Adds a command to the answer. Refused while a query is answered or an update is validated. */
export function pushCommand(
  run: Run,
  command: WorkflowCommand,
  eventGroups?: readonly EventGroupMarker[],
): void {
  assertWritable(run, `The command ${command.kind}`);
  const eventGroupMarkers =
    command.kind === "respondToUpdate" ? undefined : currentEventGroups(run, eventGroups);
  const annotated = eventGroupMarkers === undefined ? command : { ...command, eventGroupMarkers };
  run.commands.push(run.facts.tracesCommands === true ? { ...annotated, stack: callStack() } : annotated);
}

/** Frames that a trace holds: those of the runtime come first. */
const TRACED_FRAMES = 60;

function callStack(): string {
  return withPlainStacks(TRACED_FRAMES, () => new Error("called").stack ?? "");
}

/** Adds a command that ends the run. */
export function pushFinalCommand(run: Run, command: WorkflowCommand): void {
  run.commands.push(command);
  run.isCompleted = true;
}

/** Whether a language flag is on for the current task. */
export function hasFlag(run: Run, flag: SdkFlag): boolean {
  return run.flags.has(flag, {
    isReplaying: run.info.unsafe.isReplaying,
    buildId: run.info.currentBuildId,
    sdkVersion: run.sdkVersion,
  });
}

/** Keeps an error that fails the current task (R3). */
export function recordTaskError(run: Run, error: unknown): void {
  run.taskError ??= { error };
}
