// Invariants
// 1. Signal and promise are made when somebody asks for them: most activities never do.
// 2. Whenever they are made, they tell of a cancellation that has already happened as of one to come.
import type { CancelledFailure } from "../../common/cancelled-failure.ts";

/** The ways in which an activity hears that it is cancelled. */
export class Cancellation {
  #failure: CancelledFailure | undefined;
  #abort: AbortController | undefined;
  #promise: Promise<never> | undefined;
  #reject: ((error: CancelledFailure) => void) | undefined;

  /** Aborted with the failure as its reason. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#failure !== undefined) this.#abort.abort(this.#failure);
    }
    return this.#abort.signal;
  }

  /** Rejects with the failure; never resolves. */
  get promise(): Promise<never> {
    if (this.#promise === undefined) {
      this.#promise = new Promise<never>((_, reject) => {
        this.#reject = reject;
      });
      // Nobody has to wait for it.
      this.#promise.catch(() => {});
      if (this.#failure !== undefined) this.#reject?.(this.#failure);
    }
    return this.#promise;
  }

  /** Cancels. Call it once. */
  cancel(failure: CancelledFailure): void {
    this.#failure = failure;
    this.#abort?.abort(failure);
    this.#reject?.(failure);
  }
}
