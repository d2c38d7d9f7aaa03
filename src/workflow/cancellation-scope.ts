import { CancelledFailure } from "../common/cancelled-failure.ts";
import { type Duration, msOptionalToNumber } from "../common/duration.ts";
import { AsyncLocalStorage } from "./runtime/async-local.ts";
import { assertWritable, maybeCurrentRun, requireRun } from "./runtime/current.ts";
import { SHIELDED_SCOPES } from "./runtime/flags.ts";
import { hasFlag, type Run } from "./runtime/run.ts";

/** Options of a {@link CancellationScope}. */
export interface CancellationScopeOptions {
  /** Time after which the scope cancels itself. Default: never. */
  timeout?: Duration | undefined;
  /** Whether cancellation reaches what is inside. Default `true`. */
  cancellable?: boolean | undefined;
  /** The scope whose cancellation reaches this one. Default: the current scope. */
  parent?: CancellationScope | undefined;
}

/** Says that a scope has no parent. Not exported: there is one such scope in a run. */
const ROOT: unique symbol = Symbol("root scope");

const scopes = new AsyncLocalStorage<CancellationScope>();

/**
 * A region of workflow code that is cancelled as a whole.
 *
 * Scopes form a tree whose root is the workflow's main function. Cancelling a scope cancels the timers, activities and
 * conditions started in it and the scopes below it; they throw a `CancelledFailure`, or an `ActivityFailure` whose cause
 * is one. What is started in a scope that is cancelled already throws at once. A non-cancellable scope shields what is
 * inside from its parents, for clean-up.
 *
 * @example
 * ```ts
 * const scope = new CancellationScope();
 * const result = scope.run(() => slowActivity());
 * setHandler(giveUp, () => scope.cancel());
 * await result;
 * ```
 */
export class CancellationScope {
  /** Whether cancellation reaches what is inside. */
  readonly cancellable: boolean;
  /** The scope that this one was made in. Absent for the root scope. */
  readonly parent?: CancellationScope;
  /** Rejects when cancellation of this scope is requested, also when the scope is not cancellable. Never resolves. */
  readonly cancelRequested: Promise<never>;
  readonly #timeoutMs: number | undefined;
  #isRequested = false;
  #rejectRequested!: (error: unknown) => void;

  constructor(options?: CancellationScopeOptions);
  /** @internal */
  constructor(options: CancellationScopeOptions | undefined, root: typeof ROOT);
  constructor(options?: CancellationScopeOptions, root?: typeof ROOT) {
    this.#timeoutMs = msOptionalToNumber(options?.timeout, "timeout of a CancellationScope");
    this.cancellable = options?.cancellable ?? true;
    this.cancelRequested = new Promise<never>((_, reject) => {
      this.#rejectRequested = reject;
    });
    // Nobody has to watch this promise.
    this.cancelRequested.catch(() => undefined);
    if (root === ROOT) return;
    this.parent = options?.parent ?? CancellationScope.current();
    this.#follow(this.parent);
  }

  /** Whether what is inside is cancelled. Always false for a non-cancellable scope. */
  get consideredCancelled(): boolean {
    return this.#isRequested && this.cancellable;
  }

  /**
   * Runs `fn` with this scope as the current one. Resolves or rejects as `fn` does.
   *
   * @example
   * ```ts
   * await new CancellationScope({ timeout: "10s" }).run(() => sleep("1h")); // throws a CancelledFailure after 10 s
   * ```
   */
  run<T>(fn: () => Promise<T>): Promise<T> {
    return scopes.run(this, () => this.#runInside(fn));
  }

  /**
   * Asks for cancellation. Does nothing when that was done before.
   *
   * @example
   * ```ts
   * scope.cancel();
   * ```
   */
  cancel(): void {
    const run = maybeCurrentRun();
    if (run !== undefined) assertWritable(run, "CancellationScope.cancel()");
    this.#request(
      new CancelledFailure(this.parent === undefined ? "Workflow cancelled" : "Cancellation scope cancelled"),
    );
  }

  /**
   * The scope that the caller is in.
   *
   * @example
   * ```ts
   * if (CancellationScope.current().consideredCancelled) return;
   * ```
   */
  static current(): CancellationScope {
    return scopes.getStore() ?? rootScopeOf(requireRun());
  }

  /**
   * Runs `fn` in a new cancellable scope.
   *
   * @example
   * ```ts
   * await CancellationScope.cancellable(() => Promise.race([work(), sleep("1m")]));
   * ```
   */
  static cancellable<T>(fn: () => Promise<T>): Promise<T> {
    return new this({ cancellable: true }).run(fn);
  }

  /**
   * Runs `fn` shielded from cancellation from outside.
   *
   * @example
   * ```ts
   * await CancellationScope.nonCancellable(() => refund(order));
   * ```
   */
  static nonCancellable<T>(fn: () => Promise<T>): Promise<T> {
    return new this({ cancellable: false }).run(fn);
  }

  /**
   * Runs `fn` in a new scope that cancels itself after `timeout`.
   *
   * @example
   * ```ts
   * await CancellationScope.withTimeout("5 minutes", () => approve());
   * ```
   */
  static withTimeout<T>(timeout: Duration, fn: () => Promise<T>): Promise<T> {
    return new this({ cancellable: true, timeout }).run(fn);
  }

  #request(error: unknown): void {
    this.#isRequested = true;
    this.#rejectRequested(error);
  }

  #follow(parent: CancellationScope): void {
    const isShielded = (): boolean => hasFlag(requireRun(), SHIELDED_SCOPES);
    if (parent.cancellable || (parent.#isRequested && !isShielded())) {
      this.#isRequested = parent.#isRequested;
      parent.cancelRequested.catch((error: unknown) => this.#request(error));
    } else {
      // Asked only when it comes to that: a flag is recorded once it is asked for.
      parent.cancelRequested.catch((error: unknown) => {
        if (!isShielded()) this.#request(error);
      });
    }
  }

  // How many ticks this takes is part of the contract (D2).
  async #runInside<T>(fn: () => Promise<T>): Promise<T> {
    let timer: CancellationScope | undefined;
    const timeoutMs = this.#timeoutMs;
    if (timeoutMs) {
      timer = new CancellationScope();
      timer
        .run(() => requireRun().sleep(timeoutMs))
        .then(
          () => this.cancel(),
          () => undefined,
        );
    }
    try {
      return await fn();
    } finally {
      if (timer !== undefined && !timer.consideredCancelled && hasFlag(requireRun(), SHIELDED_SCOPES)) {
        timer.cancel();
      }
    }
  }
}

/** The outermost scope of a run: the one that a request to cancel the workflow cancels. */
export function rootScopeOf(run: Run): CancellationScope {
  if (run.rootScope instanceof CancellationScope) return run.rootScope;
  const scope = new CancellationScope(undefined, ROOT);
  run.rootScope = scope;
  return scope;
}
