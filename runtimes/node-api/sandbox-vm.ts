import { AsyncLocalStorage, executionAsyncId } from "node:async_hooks";
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import vm from "node:vm";
import type { Bundle } from "../../src/engine/bundle.ts";
import type { Inside, InsideOptions } from "../../src/engine/inside/inside.ts";
import {
  type EnginePlatform,
  type Sandbox,
  type SandboxOptions,
  SandboxTimeoutError,
} from "../../src/engine/sandbox.ts";
import { SHARED_SECTION_FILE, USER_SECTION_FILE } from "../../src/engine/source-map.ts";
import type { SandboxHost } from "../../src/workflow/runtime/sandbox-entry.ts";
import { startStackSampler } from "./stack-sampler.ts";

/**
 * The sandbox in a `node:vm` context, one per thread. It guards determinism and keeps runs apart; it is not a security boundary.
 *
 * V1. The context has a microtask queue of its own, which runs to rest at the end of each script that is run in it. So an
 *     untimed entry is a plain call followed by an empty script, a timed one is made by a script. Within a timed one further
 *     entries are untimed ones: each limit costs a thread on Node and on Deno.
 * V2. No promise crosses: what an entry returns is plain data of the inner realm.
 */
const drainScript = new vm.Script("0", { filename: "perdure:drain" });
const callScript = new vm.Script("__perdureCall()", { filename: "perdure:call" });

/** Evaluates a bundle in a new context. */
export function createVmSandbox(bundle: Bundle, host: SandboxHost, options: SandboxOptions): Sandbox {
  const raw = {};
  const context = vm.createContext(raw, { name: "perdure-workflow", microtaskMode: "afterEvaluate" });
  const evaluate = (code: string, filename: string): unknown =>
    new vm.Script(code, { filename }).runInContext(context);
  // A bundle is ours, header and wall version were checked: its sections evaluate to these types.
  const inside = evaluate(bundle.shared, SHARED_SECTION_FILE) as Inside;
  const preload = bundle.preload === "" ? undefined : evaluate(bundle.preload, "workflow-preload.js");
  const entry = inside.start({
    host,
    raw,
    hostClasses: { URL, URLSearchParams },
    lockHostClasses: options.ownRealm,
    preload: preload as InsideOptions["preload"],
    user: evaluate(bundle.user, USER_SECTION_FILE) as InsideOptions["user"],
  });
  const enter = entries(context);
  const InnerPromise = vm.runInContext("Promise", context) as typeof Promise;
  return {
    setTimeLimit: enter.setTimeLimit,
    together: enter.together,
    owns: (promise) => promise instanceof InnerPromise,
    workflowTypes: () => enter.call(() => entry.workflowTypes()),
    open: (runId, facts, first) => enter.call(() => entry.open(runId, facts, first)),
    activate: (runId, activation) => enter.call(() => entry.activate(runId, activation)),
    unblockConditions: (runId) => enter.call(() => entry.unblockConditions(runId)),
    unhandledRejection: (runId, error) => enter.call(() => entry.unhandledRejection(runId, error)),
    concludesQuietly: (runId) => enter.atRest() && entry.concludesQuietly(runId),
    conclude: (runId) => enter.call(() => entry.conclude(runId)),
    // What a stopped script left is run to rest with a limit, before the next run.
    closesQuietly: (runId) => enter.atRest() && entry.closesQuietly(runId),
    close: (runId) => enter.call(() => entry.close(runId)),
  };
}

interface Entries {
  setTimeLimit(ms: number): void;
  together<T>(work: () => T): T;
  call<T>(fn: () => T): T;
  /** False when a time limit left microtasks that would not come to rest. */
  atRest(): boolean;
}

function entries(context: vm.Context): Entries {
  let limitMs = 0;
  let atRest = true;
  let isTimed = false;
  // The slot is no property of the inner global object, and needs nothing that a run may have replaced there.
  const setSlot = vm.runInContext("let __perdureCall; (fn) => { __perdureCall = fn; }", context) as (
    fn: (() => void) | undefined,
  ) => void;
  const timed = <T>(fn: () => T): T => {
    let result: T;
    setSlot(() => {
      setSlot(undefined);
      result = fn();
    });
    try {
      isTimed = true;
      callScript.runInContext(context, { timeout: limitMs });
      isTimed = false;
      atRest = true;
    } catch (error) {
      isTimed = false;
      if ((error as { code?: unknown } | null)?.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
      atRest = settlesAfterTimeout(context, limitMs);
      throw new SandboxTimeoutError(`Workflow code did not come to rest within ${limitMs} ms`, {
        cause: error,
      });
    }
    return result!;
  };
  return {
    setTimeLimit: (ms) => {
      limitMs = ms;
    },
    together: (work) => (limitMs > 0 && !isTimed ? timed(work) : work()),
    call: (fn) => {
      if (limitMs > 0 && !isTimed) return timed(fn);
      let result: ReturnType<typeof fn>;
      try {
        result = fn();
      } finally {
        drainScript.runInContext(context);
      }
      return result;
    },
    atRest: () => atRest,
  };
}

/** Microtasks that the stopped script left must not run on behalf of the next run. */
function settlesAfterTimeout(context: vm.Context, limitMs: number): boolean {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      drainScript.runInContext(context, { timeout: Math.min(limitMs, 50) });
      return true;
    } catch (error) {
      if ((error as { code?: unknown } | null)?.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    }
  }
  return false;
}

const STOPPED: object = { name: "perdure: a timed entry was stopped" };
let guarded = false;

/**
 * Runs `callback`, which must not throw, in a new macrotask. On Node 20 and 22 a microtask that a time limit stopped leaves its async id on Node's
 * stack, and Node aborts the process when the macrotask ends so. An uncaught exception makes Node clear that stack.
 */
export function macrotask(callback: () => void): void {
  setImmediate(() => {
    const before = executionAsyncId();
    callback();
    if (executionAsyncId() === before) return;
    if (!guarded) {
      guarded = true;
      process.on("uncaughtException", (error: unknown) => {
        if (error !== STOPPED) throw error;
      });
    }
    throw STOPPED;
  });
}

type RejectionCallback = (reason: unknown, promise: unknown) => void;
const rejectionCallbacks = new Set<RejectionCallback>();
const tellRejection: RejectionCallback = (reason, promise) => {
  for (const callback of rejectionCallbacks) callback(reason, promise);
};

function onUnhandledRejection(callback: RejectionCallback): () => void {
  if (rejectionCallbacks.size === 0) process.on("unhandledRejection", tellRejection);
  rejectionCallbacks.add(callback);
  return () => {
    rejectionCallbacks.delete(callback);
    if (rejectionCallbacks.size === 0) process.off("unhandledRejection", tellRejection);
  };
}

/** The user's file, if it is where the bundle was made from. */
function sourceText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** What Node, Bun and Deno give the engine. */
export function vmPlatform(options: {
  readonly alwaysTimed: boolean;
  /** Whether this thread may watch itself. Default: it may. */
  readonly mayProfile?: (() => boolean) | undefined;
}): EnginePlatform {
  const { alwaysTimed, mayProfile } = options;
  return {
    createSandbox: createVmSandbox,
    macrotask,
    onUnhandledRejection,
    host: {
      nowMs: () => Date.now(),
      encodeUtf8: (text) => Buffer.from(text, "utf8"),
      decodeUtf8: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"),
      asyncLocalStorage: () => new AsyncLocalStorage<unknown>(),
      sourceText,
    },
    alwaysTimed,
    startSampler: () => (mayProfile === undefined || mayProfile() ? startStackSampler() : undefined),
  };
}
