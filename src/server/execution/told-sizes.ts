import type { Run } from "./run.ts";

/**
 * What was warned of already: a limit is told of once when it is passed, and again only after it was kept in between; a value that stays
 * where it is, such as the details of a heartbeat, is told of once, however often the run changes beside it.
 */
export class ToldSizes {
  readonly #over: WeakMap<Run, Set<string>> = new WeakMap();
  readonly #values: WeakSet<object> = new WeakSet();

  /** Whether a limit was just passed by what a run has now. */
  passes(run: Run, limit: string, isOver: boolean): boolean {
    const over = this.#over.get(run);
    if (!isOver) {
      over?.delete(limit);
      return false;
    }
    if (over?.has(limit)) return false;
    if (over === undefined) this.#over.set(run, new Set([limit]));
    else over.add(limit);
    return true;
  }

  /** Whether a value was not told of before. */
  isNew(value: object): boolean {
    if (this.#values.has(value)) return false;
    this.#values.add(value);
    return true;
  }
}
