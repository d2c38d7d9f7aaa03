/** How many runs and tasks each thread has; the last thread is the spare one. */
export class ThreadLoads {
  readonly #runs: number[];
  readonly #tasks: number[];
  readonly #onBusy: (thread: number, busy: boolean) => void;

  constructor(threads: number, onBusy: (thread: number, busy: boolean) => void) {
    this.#runs = new Array<number>(threads + 1).fill(0);
    this.#tasks = new Array<number>(threads + 1).fill(0);
    this.#onBusy = onBusy;
  }

  /** The ordinary thread with the fewest runs. */
  leastLoaded(): number {
    const ordinary = this.#runs.slice(0, -1);
    return ordinary.indexOf(Math.min(...ordinary));
  }

  runs(thread: number): number {
    return this.#runs[thread]!;
  }

  countRun(thread: number, change: 1 | -1): void {
    this.#runs[thread]! += change;
  }

  countTask(thread: number, change: 1 | -1): void {
    this.#tasks[thread]! += change;
    this.#onBusy(thread, this.#tasks[thread]! > 0);
  }
}
