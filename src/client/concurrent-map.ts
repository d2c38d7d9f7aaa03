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
 * M1: items in work are at most `concurrency`, and together with unread results at most `concurrency + bufferLimit`.
 * M2: after the first error, or when the reader leaves, no further item is taken.
 *
 * @example
 * ```ts
 * for await (const history of mapConcurrently(ids, fetchHistory, { concurrency: 10 })) replay(history);
 * ```
 */
export async function* mapConcurrently<A, B>(
  source: AsyncIterable<A>,
  map: (item: A) => Promise<B>,
  { concurrency = 5, bufferLimit = Number.POSITIVE_INFINITY }: ConcurrencyOptions = {},
): AsyncGenerator<B, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  const ready: B[] = [];
  let failure: { readonly error: unknown } | undefined;
  let working = 0;
  let pulling = false;
  let ended = false;
  let wake = (): void => {};

  const fail = (error: unknown): void => {
    failure ??= { error };
    ended = true;
  };
  const work = async (item: A): Promise<void> => {
    try {
      ready.push(await map(item));
    } catch (error) {
      fail(error);
    }
    working--;
    wake();
    await pull();
  };
  const pull = async (): Promise<void> => {
    if (pulling) return;
    pulling = true;
    try {
      while (!ended && working < concurrency && working + ready.length < concurrency + bufferLimit) {
        const { done, value } = await iterator.next();
        if (done) ended = true;
        if (ended) break;
        working++;
        void work(value);
      }
    } catch (error) {
      fail(error);
    }
    pulling = false;
    wake();
  };

  try {
    for (;;) {
      void pull();
      if (ready.length > 0) yield ready.shift()!;
      else if (failure !== undefined) throw failure.error;
      else if (ended && working === 0 && !pulling) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    ended = true;
    await iterator.return?.();
  }
}
