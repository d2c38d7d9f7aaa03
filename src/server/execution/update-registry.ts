// Invariants
// U1. What is known of updates is in the run's state and is taken back with it; here is only who waits for them.
// U2. Who waits is told after the commit, in the order of the commits, and at most once.
import type { UpdateWorkflowExecutionLifecycleStage as Stage } from "../../gen/codec/temporal/api/enums/v1/update.ts";
import { LONG_POLL_MS } from "../limits.ts";
import type { Wall } from "../time/wall.ts";
import type { Run } from "./run.ts";
import type { Transaction } from "./transaction.ts";
import { type Reached, reaches, updateStatus } from "./update-status.ts";

interface Waiter {
  readonly stage: Stage;
  readonly done: (reached: Reached) => void;
}

/** Who waits for the updates of a run. */
export class UpdateRegistry {
  #waiters: Map<string, Set<Waiter>> | undefined;

  /**
   * Waits until an update has come as far as `stage`. After the time of a long poll: gives how far it is then. A caller that
   * leaves is forgotten, and the promise with it.
   */
  wait(
    run: Run,
    wanted: { readonly updateId: string; readonly stage: Stage },
    until: { readonly wall: Wall; readonly signal: AbortSignal },
  ): Promise<Reached> {
    const { updateId, stage } = wanted;
    const now = updateStatus(run, updateId);
    if (now === undefined) throw new Error(`update ${updateId} is not known`);
    if (reaches(now, stage)) return Promise.resolve(now);
    return new Promise((resolve) => {
      this.#waiters ??= new Map();
      const waiters = this.#waiters.get(updateId) ?? new Set<Waiter>();
      this.#waiters.set(updateId, waiters);
      const leave = (): void => {
        stopTimer();
        until.signal.removeEventListener("abort", leave);
        waiters.delete(waiter);
        if (waiters.size === 0 && this.#waiters?.get(updateId) === waiters) this.#waiters.delete(updateId);
        if (this.#waiters?.size === 0) this.#waiters = undefined;
      };
      const done = (reached: Reached): void => {
        leave();
        resolve(reached);
      };
      const waiter: Waiter = { stage, done };
      const stopTimer = until.wall.after(LONG_POLL_MS, () => done(updateStatus(run, updateId) ?? now));
      until.signal.addEventListener("abort", leave);
      waiters.add(waiter);
      if (until.signal.aborted) leave();
    });
  }

  /** Tells who waits, once the change is committed. Without `reached`: how far the update has come by then. */
  tell(tx: Transaction, updateId: string, reached?: Reached): void {
    tx.after(() => {
      const now = reached ?? updateStatus(tx.run, updateId);
      if (now === undefined) return;
      for (const waiter of [...(this.#waiters?.get(updateId) ?? [])]) {
        if (reaches(now, waiter.stage)) waiter.done(now);
      }
    });
  }
}
