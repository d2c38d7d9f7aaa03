import type { Poller } from "./matching.ts";

/** How long a poller is remembered. */
const HISTORY_MS = 5 * 60_000;

/** A worker that polled a queue. */
export interface SeenPoller {
  readonly identity: string;
  /** When a poll of it began or ended last, in milliseconds since the epoch. */
  readonly lastMs: number;
  readonly maxTasksPerSecond: number | undefined;
  readonly deploymentName: string | undefined;
  readonly buildId: string | undefined;
}

/** Who polled a queue in the last five minutes. */
export class PollerHistory {
  /** Least lately seen first. */
  readonly #pollers: Map<string, SeenPoller> = new Map();
  #lastMs = Number.NEGATIVE_INFINITY;

  /** When anybody polled last. */
  get lastMs(): number {
    return this.#lastMs;
  }

  saw(poller: Poller, nowMs: number): void {
    const { identity, deploymentName, buildId, maxTasksPerSecond } = poller;
    this.#lastMs = nowMs;
    this.#pollers.delete(identity);
    this.#pollers.set(identity, {
      identity,
      lastMs: nowMs,
      maxTasksPerSecond,
      deploymentName,
      buildId,
    });
    this.#forget(nowMs);
  }

  /** Newest first. */
  seen(nowMs: number): readonly SeenPoller[] {
    this.#forget(nowMs);
    return [...this.#pollers.values()].reverse();
  }

  #forget(nowMs: number): void {
    for (const [identity, { lastMs }] of this.#pollers) {
      if (lastMs >= nowMs - HISTORY_MS) return;
      this.#pollers.delete(identity);
    }
  }
}
