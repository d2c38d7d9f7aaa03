/**
 * Lets only so much work be under way at a time; the rest waits its turn.
 *
 * G1: at most `places` pieces are under way. G2: while some wait, all places are taken.
 */
export class Gate {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(places: number) {
    this.#free = places;
  }

  /** Does the work when there is a place for it. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // The place goes from one to the next.
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
