/** How far a concurrent mapping runs ahead of its reader. */
export interface ConcurrencyOptions {
  /** How many items are worked on at a time. At least 1; default 5. */
  readonly concurrency?: number | undefined;
  /** How many results wait to be read before work pauses. Default: no limit. */
  readonly bufferLimit?: number | undefined;
}

/**
 * Maps items as they come, several at a time; results come in the order in which they are ready.
 *
 * @example
 * ```ts
 * for await (const history of mapConcurrently(ids, fetchHistory, { concurrency: 10 })) replay(history);
 * ```
 */
export async function* mapConcurrently<A, B>(
  source: AsyncIterable<A>,
  map: (item: A) => Promise<B>,
  options: ConcurrencyOptions = {},
): AsyncGenerator<B, void, undefined> {
  const ahead = new ReadAhead(source[Symbol.asyncIterator](), map, options);
  try {
    for (;;) {
      const next = await ahead.next();
      if (next === undefined) return;
      yield next.value;
    }
  } finally {
    await ahead.stop();
  }
}

/**
 * M1: items in work are at most `concurrency`, and together with unread results at most `concurrency + bufferLimit`.
 * M2: after the first error, or after `stop`, no further item is taken.
 * M3: one `pull` at a time asks the source.
 */
class ReadAhead<A, B> {
  readonly #source: AsyncIterator<A>;
  readonly #map: (item: A) => Promise<B>;
  readonly #concurrency: number;
  readonly #limit: number;
  readonly #ready: { readonly value: B }[] = [];
  #failure: { readonly error: unknown } | undefined;
  #working = 0;
  #pulling = false;
  #ended = false;
  #wake = (): void => {};

  constructor(source: AsyncIterator<A>, map: (item: A) => Promise<B>, options: ConcurrencyOptions) {
    this.#source = source;
    this.#map = map;
    this.#concurrency = options.concurrency ?? 5;
    this.#limit = this.#concurrency + (options.bufferLimit ?? Number.POSITIVE_INFINITY);
  }

  /** The next result; undefined when there is none left. Throws the first error once all earlier results are read. */
  async next(): Promise<{ readonly value: B } | undefined> {
    for (;;) {
      const result = this.#ready.shift();
      void this.#pull();
      if (result !== undefined) return result;
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#ended && this.#working === 0 && !this.#pulling) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async stop(): Promise<void> {
    this.#ended = true;
    await this.#source.return?.();
  }

  get #hasRoom(): boolean {
    return this.#working < this.#concurrency && this.#working + this.#ready.length < this.#limit;
  }

  async #pull(): Promise<void> {
    if (this.#pulling) return;
    this.#pulling = true;
    try {
      while (!this.#ended && this.#hasRoom) {
        const { done, value } = await this.#source.next();
        if (done) this.#ended = true;
        else if (!this.#ended) void this.#work(value);
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#pulling = false;
    this.#wake();
  }

  async #work(item: A): Promise<void> {
    this.#working++;
    try {
      this.#ready.push({ value: await this.#map(item) });
    } catch (error) {
      this.#fail(error);
    }
    this.#working--;
    this.#wake();
    await this.#pull();
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#ended = true;
  }
}
