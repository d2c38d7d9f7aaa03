// Invariants
// 1. 0 <= #used <= size.
// 2. While someone waits, no slot is free: a slot given back goes to the one who waits longest.
import type { SlotPermit, SlotSupplier } from "./supplier.ts";

/** A fixed number of slots, given out in the order asked. */
export class FixedSlots implements SlotSupplier {
  readonly size: number;
  #used = 0;
  readonly #waiting: ((permit: SlotPermit) => void)[] = [];

  constructor(size: number) {
    this.size = size;
  }

  get used(): number {
    return this.#used;
  }

  tryReserve(): SlotPermit | undefined {
    if (this.#used >= this.size) return undefined;
    this.#used += 1;
    return this.#permit();
  }

  reserve(signal: AbortSignal): Promise<SlotPermit | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    const free = this.tryReserve();
    if (free !== undefined) return Promise.resolve(free);
    return new Promise((resolve) => {
      const onAbort = (): void => {
        const at = this.#waiting.indexOf(give);
        if (at >= 0) this.#waiting.splice(at, 1);
        resolve(undefined);
      };
      const give = (permit: SlotPermit): void => {
        signal.removeEventListener("abort", onAbort);
        resolve(permit);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(give);
    });
  }

  #permit(): SlotPermit {
    let held = true;
    return {
      release: () => {
        if (!held) return;
        held = false;
        const next = this.#waiting.shift();
        if (next !== undefined) next(this.#permit());
        else this.#used -= 1;
      },
    };
  }
}
