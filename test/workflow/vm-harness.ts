import { AsyncLocalStorage } from "node:async_hooks";
import vm from "node:vm";
import { build, transform } from "esbuild";
import type { Payload } from "../../src/common/payload.ts";
import { defaultPayloadConverter } from "../../src/converter/sync/default-payload-converter.ts";
import { defaultFailureConverter } from "../../src/converter/sync/failure-converter.ts";
import { setUtf8Host } from "../../src/converter/sync/utf8.ts";
import type { Activation, FailureData, Job } from "../../src/core/activation.ts";
import type { Completion, WorkflowCommand } from "../../src/core/command.ts";
import type {
  RunFacts,
  SandboxEntry,
  SandboxHost,
  UserModules,
} from "../../src/workflow/runtime/sandbox-entry.ts";

/** Runs workflow sources in a vm context as the engine does, one drain after each call of an entry. */
export interface Harness {
  readonly entry: SandboxEntry;
  readonly observed: { readonly runId: string; readonly call: ObservedCall }[];
  /** Number of errors that reached nobody. */
  start(type: string, options?: StartOptions): TestRun;
}

export interface ObservedCall {
  readonly kind: string;
  readonly level?: string;
  readonly message?: string;
  readonly attributes?: { readonly [key: string]: unknown };
  readonly sink?: string;
  readonly fn?: string;
  readonly args?: readonly unknown[];
}

export interface StartOptions {
  readonly runId?: string;
  readonly workflowId?: string;
  readonly args?: readonly unknown[];
  readonly seed?: bigint;
  readonly facts?: Partial<RunFacts>;
  readonly jobs?: readonly Job[];
  readonly activation?: Partial<Activation>;
  readonly attributes?: { readonly [key: string]: unknown };
  readonly headers?: { readonly [key: string]: Payload };
}

export interface TestRun {
  readonly runId: string;
  /** What the first activation was answered with. */
  readonly first: Completion;
  activate(jobs: readonly Job[], activation?: Partial<Activation>): Completion;
  /** As `activate`, for a completion that must be a success. */
  commands(jobs: readonly Job[], activation?: Partial<Activation>): readonly WorkflowCommand[];
  query(name: string, ...args: readonly unknown[]): unknown;
  concludesQuietly(): boolean;
  closesQuietly(): boolean;
  close(): void;
}

export interface Sources {
  /** The workflows module, TypeScript or JavaScript: its text, or its file together with all that it imports. */
  readonly workflows: string | URL;
  /** Modules that export `interceptors`. */
  readonly interceptors?: readonly (string | URL)[];
  /** A module that exports `payloadConverter` or `failureConverter`. */
  readonly converters?: string;
  /** Changes what `perdure/workflow` exports. */
  readonly replace?: (workflow: { readonly [name: string]: unknown }) => object;
  /** The worker's `patchActivationCallback`, as the sandbox sees it. */
  readonly activatePatch?: SandboxHost["activatePatch"];
  /** Compiler options as of a user's tsconfig. */
  readonly experimentalDecorators?: boolean;
}

let runtimeBundle: Promise<string> | undefined;

/** The runtime as one script, made once. */
function runtimeCode(): Promise<string> {
  runtimeBundle ??= build({
    stdin: {
      contents: [
        'export { createSandboxEntry } from "./src/workflow/runtime/mod.ts";',
        'export * as workflow from "./src/workflow/mod.ts";',
        'export * as common from "./src/common/mod.ts";',
        'export { CompositePayloadConverter } from "./src/converter/sync/composite-payload-converter.ts";',
        'export { defaultPayloadConverter } from "./src/converter/sync/default-payload-converter.ts";',
        'export { RawValue } from "./src/converter/sync/raw-value.ts";',
        'export { rawValueTypeInfo } from "./src/converter/sync/type-info.ts";',
        'export { DefaultFailureConverter } from "./src/converter/sync/failure-converter.ts";',
      ].join("\n"),
      resolveDir: new URL("../..", import.meta.url).pathname,
      loader: "ts",
    },
    bundle: true,
    write: false,
    format: "iife",
    globalName: "perdureRuntime",
    target: "es2022",
    platform: "neutral",
    mainFields: ["module", "main"],
    keepNames: true,
  }).then((result) => result.outputFiles[0]!.text);
  return runtimeBundle;
}

async function moduleFunction(source: string | URL, experimentalDecorators = false): Promise<string> {
  // User code is lowered to es2017, as the official bundler does.
  const options = {
    format: "cjs",
    target: "es2017",
    keepNames: true,
    tsconfigRaw: { compilerOptions: { experimentalDecorators, useDefineForClassFields: true } },
  } as const;
  const code =
    typeof source === "string"
      ? (await transform(source, { ...options, loader: "ts" })).code
      : (
          await build({
            ...options,
            entryPoints: [source.pathname],
            bundle: true,
            write: false,
            platform: "neutral",
            mainFields: ["module", "main"],
            external: ["perdure/*"],
          })
        ).outputFiles[0]!.text;
  return `(function (require, globals) {
    const { Date, Math, Intl, Promise = globalThis.Promise, setTimeout, clearTimeout, setInterval, console, WeakRef, FinalizationRegistry, performance,
      crypto, AsyncLocalStorage } = globals;
    const module = { exports: {} };
    const exports = module.exports;
    ${code}
    return module.exports;
  })`;
}

interface Inside {
  createSandboxEntry(
    host: SandboxHost,
    factory: (globals: object, shared: unknown, own: object | undefined) => UserModules,
  ): SandboxEntry;
  readonly [name: string]: unknown;
}

type ModuleFunction = (
  require: (name: string) => unknown,
  globals: object,
) => { readonly [name: string]: unknown };

const NOW_MS = 1_700_000_000_000;

/** Makes a sandbox of its own for some sources. */
export async function harness(sources: Sources | string): Promise<Harness> {
  const given = typeof sources === "string" ? { workflows: sources } : sources;
  const context = vm.createContext({}, { microtaskMode: "afterEvaluate" });
  const runtime = await runtimeCode();
  const inside = vm.runInContext(`${runtime}; perdureRuntime`, context, { filename: "runtime.js" }) as Inside;
  const evaluate = async (source: string | URL, filename: string): Promise<ModuleFunction> =>
    vm.runInContext(await moduleFunction(source, given.experimentalDecorators), context, {
      filename,
    }) as ModuleFunction;
  const workflows = await evaluate(given.workflows, "workflows.js");
  const interceptors = await Promise.all(
    (given.interceptors ?? []).map((source) => evaluate(source, "interceptors.js")),
  );
  const converters =
    given.converters === undefined ? undefined : await evaluate(given.converters, "converters.js");
  const api = { ...(inside["workflow"] as object) };
  const modules: { readonly [name: string]: unknown } = {
    "perdure/workflow": given.replace?.(api) ?? api,
    "perdure/common": inside["common"],
    "perdure/converter": inside,
  };
  const require = (name: string): unknown => {
    if (modules[name] === undefined) throw new Error(`No module ${name}`);
    return modules[name];
  };
  const observed: Harness["observed"] = [];
  const inner = inside.createSandboxEntry(testHost(observed, given.activatePatch), (shared, _, own) => {
    const globals = { ...shared, ...own };
    const loaded = converters?.(require, globals);
    return {
      workflows: workflows(require, globals),
      interceptorModules: interceptors.map((module) => module(require, globals)),
      // The tests write converters, good and bad.
      ...(loaded as Partial<UserModules>),
    };
  });
  const entry = drained(context, inner);
  let runs = 0;
  return {
    entry,
    observed,
    start: (type, options = {}) => startRun(entry, type, { runId: `run-${++runs}`, ...options }),
  };
}

function testHost(observed: Harness["observed"], activatePatch: Sources["activatePatch"]): SandboxHost {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return {
    observe: (runId, call) => void observed.push({ runId, call: call as ObservedCall }),
    nowMs: () => NOW_MS + 5,
    encodeUtf8: (text) => encoder.encode(text),
    decodeUtf8: (bytes) => decoder.decode(bytes),
    mapStack: (stack) => stack.replaceAll("workflows.js", "src/workflows.ts"),
    framesOf: (stack) =>
      Array.from(
        stack.matchAll(/at (?:(?:async )?(\S+) \()?workflows\.js:(\d+):(\d+)/g),
        ([, name, line, column]) => ({
          functionName: name,
          path: "src/workflows.ts",
          line: Number(line),
          column: Number(column),
        }),
      ),
    sourceText: (path) => `text of ${path}`,
    asyncLocalStorage: () => new AsyncLocalStorage<unknown>(),
    activatePatch: activatePatch ?? (() => true),
  };
}

/** Every call is made by a script, so that microtasks run to rest before it returns. */
function drained(context: vm.Context, inner: SandboxEntry): SandboxEntry {
  const script = new vm.Script("perdureCall()");
  const call = <T>(fn: () => T): T => {
    context["perdureCall"] = fn;
    return script.runInContext(context) as T;
  };
  return {
    workflowTypes: () => call(() => inner.workflowTypes()),
    open: (runId, facts, first) => call(() => inner.open(runId, facts, first)),
    activate: (runId, activation) => call(() => inner.activate(runId, activation)),
    unblockConditions: (runId) => call(() => inner.unblockConditions(runId)),
    unhandledRejection: (runId, error) => call(() => inner.unhandledRejection(runId, error)),
    conclude: (runId) => call(() => inner.conclude(runId)),
    concludesQuietly: (runId) => inner.concludesQuietly(runId),
    closesQuietly: (runId) => inner.closesQuietly(runId),
    close: (runId) => call(() => inner.close(runId)),
  };
}

function startRun(
  entry: SandboxEntry,
  type: string,
  options: StartOptions & { readonly runId: string },
): TestRun {
  const { runId } = options;
  const base: Activation = {
    runId,
    timestampMs: NOW_MS,
    isReplaying: false,
    historyLength: 3,
    historySizeBytes: 100,
    continueAsNewSuggested: false,
    continueAsNewReasons: [],
    targetDeploymentVersionChanged: false,
    availableFlags: [],
    lastSdkVersion: "",
    jobs: [],
    ...options.activation,
  };
  const facts: RunFacts = {
    namespace: "default",
    taskQueue: "queue",
    workflowFailureErrorTypes: [],
    registeredActivities: ["greet", "default"],
    sinks: {},
    ...options.facts,
  };
  const init = initializeJob(type, options);
  const first: Activation = { ...base, jobs: [init, ...(options.jobs ?? [])] };
  entry.open(runId, facts, first);
  const step = (activation: Activation): Completion => {
    entry.activate(runId, activation);
    while (entry.unblockConditions(runId)) {}
    return entry.conclude(runId);
  };
  const activate = (jobs: readonly Job[], over: Partial<Activation> = {}): Completion =>
    step({ ...base, timestampMs: NOW_MS + 1000, ...over, jobs });
  const answers = (jobs: readonly Job[], over?: Partial<Activation>): readonly WorkflowCommand[] =>
    commandsOf(activate(jobs, over));
  return {
    runId,
    first: step(first),
    activate,
    commands: answers,
    query: (name, ...args) => answerOf(answers([queryJob(name, ...args)], { isReplaying: true })),
    concludesQuietly: () => entry.concludesQuietly(runId),
    closesQuietly: () => entry.closesQuietly(runId),
    close: () => entry.close(runId),
  };
}

function initializeJob(type: string, options: StartOptions): Job {
  return {
    kind: "initializeWorkflow",
    workflowId: options.workflowId ?? "wf",
    workflowType: type,
    args: (options.args ?? []).map(payload),
    headers: options.headers ?? {},
    randomnessSeed: options.seed ?? 2190767061165566105n,
    startTimeMs: NOW_MS - 10,
    attributes: {
      ...EMPTY_ATTRIBUTES,
      ...options.attributes,
    } as Extract<Job, { kind: "initializeWorkflow" }>["attributes"],
  };
}

const EMPTY_ATTRIBUTES = {
  parentWorkflowNamespace: "",
  originalExecutionRunId: "",
  continuedExecutionRunId: "",
  firstExecutionRunId: "first-run",
  attempt: 1,
  cronSchedule: "",
  workflowTaskTimeout: { seconds: 10n, nanos: 0 },
};

/** The commands of a completion that must be a success. */
export function commandsOf(completion: Completion): readonly WorkflowCommand[] {
  if (completion.kind === "failure") {
    throw new Error(`The task failed: ${completion.failure.message}\n${completion.failure.stackTrace ?? ""}`);
  }
  return completion.commands;
}

/** The kinds of the commands of a completion. */
export function kindsOf(completion: Completion): readonly string[] {
  return commandsOf(completion).map((command) => command.kind);
}

/** The failure of a completion that must be one. */
export function failureOf(completion: Completion): FailureData {
  if (completion.kind !== "failure")
    throw new Error(`The task succeeded: ${JSON.stringify(kindsOf(completion))}`);
  return completion.failure;
}

/** The result of a run that must be complete. */
export function resultOf(completion: Completion): unknown {
  const command = commandsOf(completion).find(({ kind }) => kind === "completeWorkflow");
  if (command?.kind !== "completeWorkflow")
    throw new Error(`Not complete: ${kindsOf(completion).join(", ")}`);
  return command.result && value(command.result);
}

/** The error that a run failed with. */
export function errorOf(completion: Completion): Error & { readonly [key: string]: unknown } {
  const command = commandsOf(completion).find(({ kind }) => kind === "failWorkflow");
  if (command?.kind !== "failWorkflow") throw new Error(`Not failed: ${kindsOf(completion).join(", ")}`);
  return toError(command.failure);
}

/** The error that a failure stands for. */
export function toError(failure: FailureData): Error & { readonly [key: string]: unknown } {
  const error = defaultFailureConverter.failureToError(failure, defaultPayloadConverter);
  return error as Error & { readonly [key: string]: unknown };
}

function answerOf(commands: readonly WorkflowCommand[]): unknown {
  const [command] = commands;
  if (commands.length !== 1 || command?.kind !== "respondToQuery") {
    throw new Error(`Not one answer: ${commands.map(({ kind }) => kind).join(", ")}`);
  }
  if (command.answer.kind === "failed") throw toError(command.answer.failure);
  return command.answer.response && value(command.answer.response);
}

setUtf8Host(undefined);

/** A value as a payload. */
export function payload(given: unknown): Payload {
  return defaultPayloadConverter.toPayload(given);
}

/** A payload as a value. */
export function value(given: Payload): unknown {
  return defaultPayloadConverter.fromPayload(given);
}

export const signalJob = (signalName: string, ...args: readonly unknown[]): Job => ({
  kind: "signalWorkflow",
  signalName,
  args: args.map(payload),
  headers: {},
  identity: "test",
  originatingEventId: 0,
});

export const updateJob = (
  updateName: string,
  more: {
    readonly args?: readonly unknown[];
    readonly updateId?: string;
    readonly runValidator?: boolean;
  } = {},
): Job => {
  const { args = [], updateId = `${updateName}-id`, runValidator = true } = more;
  return {
    kind: "doUpdate",
    updateId,
    protocolInstanceId: updateId,
    updateName,
    args: args.map(payload),
    headers: {},
    identity: "test",
    runValidator,
  };
};

export const timerJob = (seq: number): Job => ({ kind: "fireTimer", seq });

export const cancelJob: Job = { kind: "cancelWorkflow", reason: "" };

export const queryJob = (queryType: string, ...args: readonly unknown[]): Job => ({
  kind: "queryWorkflow",
  queryId: "query",
  queryType,
  args: args.map(payload),
  headers: {},
});

export const activityJob = (seq: number, result?: unknown): Job => ({
  kind: "resolveActivity",
  seq,
  resolution: { kind: "completed", result: payload(result) },
});

/** An activity that failed or was cancelled, as the server tells it. */
export const activityFailureJob = (seq: number, kind: "failed" | "cancelled", message = "boom"): Job => ({
  kind: "resolveActivity",
  seq,
  resolution: {
    kind,
    failure: {
      message: "Activity task failed",
      failureInfo: {
        case: "activityFailureInfo",
        value: { activityType: { name: "act" }, activityId: `${seq}`, retryState: 4, identity: "worker" },
      },
      cause:
        kind === "failed"
          ? { message, failureInfo: { case: "applicationFailureInfo", value: { type: "Boom" } } }
          : { message: "cancelled", failureInfo: { case: "canceledFailureInfo", value: {} } },
    },
  },
});
