import { AsyncLocalStorage } from "node:async_hooks";
import type { AsyncLocal } from "../../src/platform/platform.ts";

/** An {@link AsyncLocal} over AsyncLocalStorage. */
export function asyncLocal<T>(): AsyncLocal<T> {
  const storage = new AsyncLocalStorage<T>();
  return {
    get: () => storage.getStore(),
    run: (value, body) => storage.run(value, body),
  };
}
