/** Who has not done by then lets the next begin all the same: it waits for something. */
const TURN_MS = 25;

/** Lets work begin one after the other, as far as it does not wait for something: so each sees what those before it left. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when the work may begin, with what ends its turn. */
  async take(): Promise<() => void> {
    const before = this.#last;
    let end: () => void = () => {};
    this.#last = new Promise((resolve) => {
      end = resolve;
    });
    await before;
    const timer = setTimeout(end, TURN_MS);
    return () => {
      clearTimeout(timer);
      end();
    };
  }
}
