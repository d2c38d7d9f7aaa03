import { maybeCurrentRun } from "./current.ts";

/** One value in force, linked to those of other keys. A key occurs at most once in a chain. */
interface Binding {
  readonly key: object;
  readonly value: unknown;
  readonly next: Binding | undefined;
}

/**
 * A value that follows asynchronous calls. All instances of all runs share one store of the host, so that a run which
 * is forgotten leaves nothing behind there.
 *
 * @example
 * ```ts
 * const tenant = new AsyncLocalStorage<string>();
 * await tenant.run("acme", async () => {
 *   await sleep(1000);
 *   log.info(tenant.getStore() ?? ""); // "acme"
 * });
 * ```
 */
export class AsyncLocalStorage<T> {
  /** The value in force, or undefined outside of any `run`. */
  getStore(): T | undefined {
    return find<T>(bindings(), this)?.value;
  }

  /** Calls `callback` with `store` in force there and in all that it starts. Returns its result. */
  run<R, Args extends unknown[]>(store: T, callback: (...args: Args) => R, ...args: Args): R {
    const run = maybeCurrentRun();
    if (run === undefined) return callback(...args);
    const next = without(bindings(), this);
    return run.asyncStore.run({ key: this, value: store, next }, () => callback(...args));
  }

  /** Calls `callback` with no value in force. Returns its result. */
  exit<R, Args extends unknown[]>(callback: (...args: Args) => R, ...args: Args): R {
    const run = maybeCurrentRun();
    if (run === undefined) return callback(...args);
    return run.asyncStore.run(without(bindings(), this), () => callback(...args));
  }
}

function bindings(): Binding | undefined {
  // Only this module writes to the store.
  return maybeCurrentRun()?.asyncStore.getStore() as Binding | undefined;
}

function find<T>(chain: Binding | undefined, key: object): { readonly value: T } | undefined {
  for (let binding = chain; binding !== undefined; binding = binding.next) {
    // A binding is made by the typed `run` of its key.
    if (binding.key === key) return binding as { readonly value: T };
  }
  return undefined;
}

function without(chain: Binding | undefined, key: object): Binding | undefined {
  if (chain === undefined || find(chain, key) === undefined) return chain;
  if (chain.key === key) return chain.next;
  return { key: chain.key, value: chain.value, next: without(chain.next, key) };
}
