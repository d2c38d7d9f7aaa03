import type { FromThread, ThreadInit, ToThread } from "../engine/protocol.ts";

/** What a runtime must give to run a worker; chosen by `#platform/worker`. Implemented under `runtimes/<name>/worker.ts`. */
export interface WorkerPlatform {
  readonly name: "node" | "bun" | "deno" | "edge";
  /** Starts a workflow thread and sends it `init`. Resolves when it is ready; rejects with what `initFailed` says. */
  startThread(init: ThreadInit, handlers: ThreadHandlers): Promise<WorkflowThread>;
  /** Makes a workflow bundle from the user's entry file. Rejects with a BundleError when esbuild is missing. */
  bundle(options: BundleRequest): Promise<string>;
  readTextFile(path: string): Promise<string>;
  /** Calls back on the first of the given process signals; the returned function unsubscribes. */
  onSignals(signals: readonly string[], callback: (signal: string) => void): () => void;
  /** Heap limit of this process in bytes, for the default size of the workflow cache; undefined where unknown. */
  heapLimitBytes(): number | undefined;
  /** How many threads the machine runs at a time; at least 1. */
  parallelism(): number;
  /** Stops the clock for a while without keeping the process alive when `unref` is set. */
  setTimer(callback: () => void, ms: number, options?: { unref?: boolean }): { clear(): void };
}

/** A running workflow thread, seen from the main thread. */
export interface WorkflowThread {
  post(message: ToThread): void;
  /** Ends the thread, even in an endless loop where the runtime can; resolves when it is gone. */
  terminate(): Promise<void>;
}

export interface ThreadHandlers {
  message(message: FromThread): void;
  /** The thread ended by itself: out of memory, or an error outside of any run. */
  died(error: Error): void;
}

export interface BundleRequest {
  /** Absolute path or URL of the module that exports the workflows. */
  readonly workflowsPath: string;
  readonly payloadConverterPath?: string | undefined;
  readonly failureConverterPath?: string | undefined;
  readonly interceptorModules?: readonly string[] | undefined;
  /** Modules replaced by stubs that throw when used. */
  readonly ignoreModules?: readonly string[] | undefined;
  /** Further specifiers evaluated once per thread and shared by all runs. */
  readonly preloadModules?: readonly string[] | undefined;
  readonly sourceMap?: boolean | undefined;
}
