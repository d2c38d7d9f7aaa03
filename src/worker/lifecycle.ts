// Invariants
// 1. The state moves only along the table below; any other move is a bug and throws.
// 2. STOPPED and FAILED are final.
import { IllegalStateError } from "../common/mod.ts";

/**
 * What a worker is doing:
 *
 * - `INITIALIZED`: created, not yet running
 * - `RUNNING`: polls its task queue
 * - `STOPPING`: shutdown was asked for; nothing new is polled
 * - `DRAINING`: pollers were told to end; tasks received so far are being finished
 * - `DRAINED`: all tasks are finished
 * - `STOPPED`: shutdown is complete, `run()` resolves
 * - `FAILED`: an error from which the worker cannot recover, `run()` rejects with it
 */
export type State = "INITIALIZED" | "RUNNING" | "STOPPING" | "DRAINING" | "DRAINED" | "STOPPED" | "FAILED";

const MOVES: { readonly [from in State]: readonly State[] } = {
  INITIALIZED: ["RUNNING", "FAILED"],
  RUNNING: ["STOPPING", "FAILED"],
  STOPPING: ["DRAINING", "FAILED"],
  DRAINING: ["DRAINED", "FAILED"],
  DRAINED: ["STOPPED", "FAILED"],
  STOPPED: [],
  FAILED: [],
};

/** The state of one worker. */
export class Lifecycle {
  #state: State = "INITIALIZED";
  readonly #onChange: (state: State) => void;

  constructor(onChange: (state: State) => void) {
    this.#onChange = onChange;
  }

  get state(): State {
    return this.#state;
  }

  /** @throws IllegalStateError when the table has no such move */
  moveTo(next: State): void {
    if (!MOVES[this.#state].includes(next)) {
      throw new IllegalStateError(`A worker cannot go from ${this.#state} to ${next}`);
    }
    this.#state = next;
    this.#onChange(next);
  }
}
