import { CancellationScope } from "./cancellation-scope.ts";
import { maybeCurrentRun } from "./runtime/current.ts";

/**
 * A promise that is resolved from outside. It rejects when the scope in which it was made is cancelled.
 *
 * @example
 * ```ts
 * const approved = new Trigger<boolean>();
 * setHandler(approve, () => approved.resolve(true));
 * await approved;
 * ```
 */
export class Trigger<T> implements PromiseLike<T> {
  readonly resolve: (value: T | PromiseLike<T>) => void;
  readonly reject: (reason?: unknown) => void;
  protected readonly promise: Promise<T>;

  constructor() {
    let resolvePromise!: (value: T | PromiseLike<T>) => void;
    let rejectPromise!: (reason?: unknown) => void;
    const PromiseOfRun = maybeCurrentRun()?.waitSites?.Promise ?? Promise;
    this.promise = new PromiseOfRun<T>((resolve, reject) => {
      const scope = CancellationScope.current();
      if (scope.cancellable) scope.cancelRequested.catch(reject);
      resolvePromise = resolve;
      rejectPromise = reject;
    });
    this.resolve = resolvePromise;
    this.reject = rejectPromise;
    // Nobody has to wait for it.
    this.promise.catch(() => undefined);
  }

  /** Waits for the trigger, as a promise's `then` does. */
  then<Result1 = T, Result2 = never>(
    onfulfilled?: ((value: T) => Result1 | PromiseLike<Result1>) | null,
    onrejected?: ((reason: unknown) => Result2 | PromiseLike<Result2>) | null,
  ): PromiseLike<Result1 | Result2> {
    return this.promise.then(onfulfilled, onrejected);
  }
}
