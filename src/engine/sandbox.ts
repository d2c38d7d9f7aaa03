import type { SandboxEntry, SandboxHost } from "../workflow/runtime/sandbox-entry.ts";
import type { Bundle } from "./bundle.ts";
import type { StackSampler } from "./stack-sampler.ts";

/**
 * A place where workflow code runs, seen from the engine. Each call lets the microtasks of the inside run to rest before it
 * returns, and throws a {@link SandboxTimeoutError} when a time limit is set and was exceeded.
 */
export interface Sandbox extends SandboxEntry {
  /** Milliseconds that each further call may take; 0 means unlimited. */
  setTimeLimit(ms: number): void;
  /** Makes the calls in `work` under one time limit, for all of them together: setting a limit is dear. */
  together<T>(work: () => T): T;
  /** Whether a promise was made inside. */
  owns(promise: unknown): boolean;
}

/** What a runtime gives the engine of a thread. */
export interface EnginePlatform {
  /** Evaluates the bundle. Throws what its top level throws. */
  createSandbox(bundle: Bundle, host: SandboxHost, options: SandboxOptions): Sandbox;
  /** Calls back in a new macrotask, after the unhandled rejections of the present one were reported. */
  macrotask(callback: () => void): void;
  /** Reports promises, of any realm, that were rejected with nobody to handle it. The result unsubscribes. */
  onUnhandledRejection(callback: (reason: unknown, promise: unknown) => void): () => void;
  /** The parts of {@link SandboxHost} that a runtime has. */
  readonly host: Pick<
    SandboxHost,
    "nowMs" | "encodeUtf8" | "decodeUtf8" | "asyncLocalStorage" | "sourceText"
  >;
  /** True where a looping thread can't be killed from outside, so that every entry needs a time limit. */
  readonly alwaysTimed: boolean;
  /** Begins to watch this thread. Undefined: it can't, or may not. */
  startSampler(): StackSampler | undefined;
}

export interface SandboxOptions {
  /** True when nothing else lives in this realm (a thread of its own), so that the host's classes may be locked. */
  readonly ownRealm: boolean;
}

/** Workflow code did not come to rest in time. */
export class SandboxTimeoutError extends Error {
  override readonly name: string = "SandboxTimeoutError";
  readonly code = "SANDBOX_TIMEOUT";
}
