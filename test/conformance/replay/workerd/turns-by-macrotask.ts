import type { Completion } from "../../../../src/core/command.ts";
import { thrownFailure } from "../../../../src/engine/failure.ts";
import type { Turn } from "../../../../src/engine/turns.ts";
import type { SandboxEntry } from "../../../../src/workflow/runtime/sandbox-entry.ts";

/**
 * Gives the sandbox to one run at a time where nothing lets microtasks run to rest at once: a macrotask passes after each entry
 * instead, and replayed activations follow each other one by one.
 */
export class TurnsByMacrotask {
  readonly #sandbox: SandboxEntry;
  readonly #rest: () => Promise<void>;
  #tail: Promise<unknown> = Promise.resolve();

  /** `rest` is fulfilled in a new macrotask. */
  constructor(sandbox: SandboxEntry, rest: () => Promise<void>) {
    this.#sandbox = sandbox;
    this.#rest = rest;
  }

  /** Runs an activation when its turn comes. Never rejects. */
  activate(turn: Turn): Promise<Completion> {
    return this.#then(async () => {
      try {
        return await this.#run(turn);
      } catch (error) {
        return { kind: "failure", failure: thrownFailure(error, (stack) => stack) };
      }
    });
  }

  /** Lets the sandbox forget a run, in turn. */
  close(runId: string): void {
    void this.#then(async () => {
      this.#sandbox.close(runId);
      await this.#rest();
    });
  }

  /** Fulfilled when all that was asked for is done. */
  async idle(): Promise<void> {
    await this.#tail;
  }

  async #run({ runId, open, activation }: Turn): Promise<Completion> {
    const sandbox = this.#sandbox;
    if (open !== undefined) {
      sandbox.open(runId, open, activation);
      await this.#rest();
    }
    sandbox.activate(runId, activation);
    for (let moved = true; moved; moved = sandbox.unblockConditions(runId)) await this.#rest();
    await this.#rest();
    const completion = sandbox.conclude(runId);
    await this.#rest();
    return completion;
  }

  #then<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => undefined);
    return done;
  }
}
