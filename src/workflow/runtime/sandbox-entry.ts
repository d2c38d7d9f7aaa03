import type { Payload } from "../../common/payload.ts";
import type { Activation } from "../../core/activation.ts";
import type { Completion } from "../../core/command.ts";

/**
 * The wall between the engine (outside) and workflow code (inside a `node:vm` context, or inline in tests).
 *
 * W1. Everything is synchronous and plain data; no promise ever crosses.
 * W2. Microtasks of the inside run to rest each time an entry returns to the host (`microtaskMode: "afterEvaluate"`), so
 *     the host makes every call through an entry, and inline hosts drain by one turn of their own.
 * W3. Bytes that come from outside are re-wrapped inside, so that `instanceof Uint8Array` holds for user code.
 * W4. One run is inside at a time; `RunInside.current` style state is a single slot.
 */
export interface SandboxEntry {
  /** Workflow types that the bundle exports, for logs and errors. A `default` export stands for any type. */
  workflowTypes(): readonly string[];
  /**
   * Begins a new run. With its first activation, the user's modules are evaluated here, so that the drain that follows is
   * theirs alone; without it, when the run is activated. What they throw fails the first activation.
   */
  open(runId: string, facts: RunFacts, first?: Activation): void;
  /** Applies the jobs of one activation. The drain that follows runs user code. */
  activate(runId: string, activation: Activation): void;
  /** Re-evaluates conditions; true when one was met, so that the host must drain and call again. */
  unblockConditions(runId: string): boolean;
  /** A promise of this run was rejected and nobody handled it: fail the current activation with it. */
  unhandledRejection(runId: string, error: unknown): void;
  /** Whether `conclude` runs none of the user's code, as it does for interceptors, converters of failures and log attributes. */
  concludesQuietly(runId: string): boolean;
  /** Takes what the run answers to the activation. */
  conclude(runId: string): Completion;
  /** Whether `close` runs none of the user's code: the run has no interceptor that might be told of its end. */
  closesQuietly(runId: string): boolean;
  /** Forgets a run: its modules, pending promises and timers. */
  close(runId: string): void;
}

/** What a run knows of its worker. */
export interface RunFacts {
  readonly namespace: string;
  readonly taskQueue: string;
  readonly workflowFailureErrorTypes: readonly string[];
  readonly registeredActivities: readonly string[];
  readonly sinks: { readonly [name: string]: { readonly callDuringReplay: boolean } };
  /** The worker has a `patchActivationCallback`. Default: false. */
  readonly asksBeforePatching?: boolean | undefined;
  /** What answers to queries say of the SDK. */
  readonly sdk?: { readonly name: string; readonly version: string } | undefined;
  /** Somebody asks where the run waits. Default: false. */
  readonly keepsWaitSites?: boolean | undefined;
  /** Answers to `__enhanced_stack_trace` have source text. Default: false. */
  readonly showStackTraceSources?: boolean | undefined;
  /** Each command carries the stack of the call that made it; for reports. Default: false. */
  readonly tracesCommands?: boolean | undefined;
}

/** What the inside may ask of the host, always synchronously. */
export interface SandboxHost {
  /** Log, metric or sink call; already filtered by the replay rule. */
  observe(runId: string, call: unknown): void;
  /** Real time in milliseconds, for `workflowInfo().unsafe.now()` only. */
  nowMs(): number;
  /** UTF-8, since a bare context has neither TextEncoder nor TextDecoder. */
  encodeUtf8(text: string): Uint8Array;
  decodeUtf8(bytes: Uint8Array): string;
  /** Maps positions of a stack from the bundle to the user's files. */
  mapStack(stack: string): string;
  /** The frames of a stack that are in the user's files. */
  framesOf(stack: string): readonly UserFrame[];
  /** The text of one of the user's files; undefined when it is not to be had. */
  sourceText(path: string): string | undefined;
  /** A fresh store that follows async calls (AsyncLocalStorage of the host). */
  asyncLocalStorage(): AsyncStore<unknown>;
  /** Calls with the built-ins as they were before the run changed any. Default: as they are. */
  readonly withOriginals?: (<T>(work: () => T) => T) | undefined;
  /** Asks `patchActivationCallback`. `workflowInfo` is plain data. */
  activatePatch(
    runId: string,
    patchId: string,
    workflowInfo: { readonly [key: string]: unknown },
  ): PatchDecision;
}

/** A frame of a stack, in the user's file. Line and column count from 1. */
export interface UserFrame {
  readonly functionName: string | undefined;
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** Whether a patch becomes active, or why nobody could tell. */
export type PatchDecision = boolean | { readonly error: string };

/** The part of `AsyncLocalStorage` that scopes need. */
export interface AsyncStore<T> {
  getStore(): T | undefined;
  run<R>(store: T, fn: () => R): R;
}

/**
 * What the user section of a bundle evaluates to: called once per run, it gives fresh module state.
 *
 * `globals` are the deterministic globals (Date, Math, setTimeout, …), passed as parameters so that user code reads them as
 * locals, and `own` are those of this run alone; `shared` gives the frozen modules that all runs have in common (`perdure/workflow`, …).
 */
export type WorkflowFactory = (
  globals: { readonly [name: string]: unknown },
  shared: (specifier: string) => unknown,
  own?: { readonly [name: string]: unknown },
) => UserModules;

/** One run's instance of the user's modules. */
export interface UserModules {
  readonly workflows: { readonly [exportName: string]: unknown };
  /** Modules that export `interceptors(): WorkflowInterceptors`, in order. */
  readonly interceptorModules: readonly { readonly [exportName: string]: unknown }[];
  readonly payloadConverter?:
    | { toPayload(value: unknown): Payload; fromPayload(payload: Payload): unknown }
    | undefined;
  readonly failureConverter?: unknown;
}
