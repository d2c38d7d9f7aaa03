// Invariants
// 1. A kind without a poll under way is always admitted.
// 2. Neither kind takes the last slot while the other has no poll.
// 3. While the sticky queue reports a backlog larger than its polls, the normal queue waits.

/** The two queues that workflow tasks come from. */
export type QueueKind = "sticky" | "normal";

/** Shares the workflow slots between polls on the sticky and on the normal queue. */
export class StickyBalance {
  readonly #slots: number;
  readonly #active = { sticky: 0, normal: 0 };
  #backlog = 0;
  #waiting: { readonly kind: QueueKind; readonly admit: () => void }[] = [];

  constructor(slots: number) {
    this.#slots = slots;
  }

  /** Waits until a poll of this kind may start; false once the signal is aborted. */
  enter(kind: QueueKind, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.#allows(kind)) {
      this.#active[kind] += 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const onAbort = (): void => {
        this.#waiting = this.#waiting.filter((entry) => entry !== waiter);
        resolve(false);
      };
      const waiter = {
        kind,
        admit: (): void => {
          signal.removeEventListener("abort", onAbort);
          resolve(true);
        },
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(waiter);
    });
  }

  /** A poll of this kind ended. */
  leave(kind: QueueKind): void {
    this.#active[kind] -= 1;
    this.#admitWaiting();
  }

  /** The backlog of the sticky queue, as its last answer said. */
  noteStickyBacklog(count: number): void {
    this.#backlog = count;
    this.#admitWaiting();
  }

  #allows(kind: QueueKind): boolean {
    const own = this.#active[kind];
    const other = this.#active[kind === "sticky" ? "normal" : "sticky"];
    if (own === 0) return true;
    if (other === 0 && own + 1 >= this.#slots) return false;
    if (this.#backlog > 1 && this.#backlog > this.#active.sticky) return kind === "sticky";
    return own + other < this.#slots;
  }

  #admitWaiting(): void {
    for (let at = 0; at < this.#waiting.length; ) {
      const waiter = this.#waiting[at]!;
      if (this.#allows(waiter.kind)) {
        this.#waiting.splice(at, 1);
        this.#active[waiter.kind] += 1;
        waiter.admit();
      } else {
        at += 1;
      }
    }
  }
}

/**
 * How many polls of `maximum` go to each queue when workflows are cached.
 *
 * @example
 * ```ts
 * splitPollers(10, 0.2); // { normal: 2, sticky: 8 }
 * ```
 */
export function splitPollers(
  maximum: number,
  nonStickyRatio: number,
): { readonly normal: number; readonly sticky: number } {
  const normal = Math.max(1, Math.trunc(maximum * nonStickyRatio));
  return { normal, sticky: Math.max(1, maximum - normal) };
}
