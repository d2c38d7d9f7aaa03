/**
 * Where a run waits, for the `__stack_trace` query.
 *
 * S1. Sites are kept only for a run that was opened for it: an error for each wait costs several microseconds. The engine
 *     re-runs a workflow whose stacks are asked for.
 * S2. Nothing here changes what the workflow does, nor in how many ticks: its promises are those that it would have anyway.
 */
export interface WaitSites {
  /** Stacks of all places at which the run waits now, in the order in which the waits began. */
  stacks(): string[];
  /** A map of what is waited for: an entry is a wait. */
  map<Key, Value>(): Map<Key, Value>;
  /** The class of promises for user code. */
  readonly Promise: PromiseConstructor;
}

/** How many frames of a stack are kept: interceptors lie between user code and the wait. */
const FRAMES = 50;

/** Begins to keep sites. */
export function keepWaitSites(): WaitSites {
  const open = new Set<Error>();
  return {
    stacks: () => Array.from(open, stackOf),
    map: () => new WaitMap(open),
    Promise: noticedPromise(open),
  };
}

/** How V8 and JavaScriptCore make stacks; the language has neither. Workflow code may have set them for itself. */
interface StackOptions {
  stackTraceLimit?: number | undefined;
  prepareStackTrace?: unknown;
}

/** Calls with the stacks of the engine, whatever workflow code made of them. */
export function withPlainStacks<T>(frames: number, call: () => T): T {
  const options = Error as StackOptions;
  const { stackTraceLimit, prepareStackTrace } = options;
  const isPrepared = Object.hasOwn(options, "prepareStackTrace");
  try {
    options.stackTraceLimit = frames;
    if (isPrepared) options.prepareStackTrace = undefined;
    return call();
  } finally {
    options.stackTraceLimit = stackTraceLimit;
    if (isPrepared) options.prepareStackTrace = prepareStackTrace;
  }
}

function site(): Error {
  return withPlainStacks(FRAMES, () => new Error("waits"));
}

/** Made when it is asked for. */
function stackOf(begun: Error): string {
  return withPlainStacks(FRAMES, () => begun.stack ?? "");
}

class WaitMap<Key, Value> extends Map<Key, Value> {
  readonly #open: Set<Error>;
  readonly #sites: Map<Key, Error> = new Map();

  constructor(open: Set<Error>) {
    super();
    this.#open = open;
  }

  override set(key: Key, value: Value): this {
    this.#end(key);
    const begun = site();
    this.#sites.set(key, begun);
    this.#open.add(begun);
    return super.set(key, value);
  }

  override delete(key: Key): boolean {
    this.#end(key);
    return super.delete(key);
  }

  #end(key: Key): void {
    const begun = this.#sites.get(key);
    if (begun === undefined) return;
    this.#sites.delete(key);
    this.#open.delete(begun);
  }
}

type Executor = (resolve: (value: unknown) => void, reject: (reason: unknown) => void) => void;

/** `Promise`, with a site for each one that is made by `new` and has not been resolved. */
function noticedPromise(open: Set<Error>): PromiseConstructor {
  const construct = (executor: Executor, newTarget: object): object => {
    if (typeof executor !== "function") return Reflect.construct(Promise, [executor], newTarget as never);
    const begun = site();
    open.add(begun);
    const noticed: Executor = (resolve, reject) => {
      const ended =
        (settle: (value: unknown) => void) =>
        (value: unknown): void => {
          open.delete(begun);
          settle(value);
        };
      executor(ended(resolve), ended(reject));
    };
    return Reflect.construct(Promise, [noticed], newTarget as never);
  };
  const proxy: PromiseConstructor = new Proxy(Promise, {
    construct: (_, [executor], newTarget) =>
      construct(executor as Executor, newTarget === proxy ? Promise : newTarget),
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, receiver);
      if (typeof value !== "function" || receiver !== proxy) return value;
      // Its static methods make promises of the real class: the other ones would take more ticks.
      return (...args: unknown[]): unknown => Reflect.apply(value, target, args);
    },
  });
  return proxy;
}
