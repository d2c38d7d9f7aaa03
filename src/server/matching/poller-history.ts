import type { Poller } from "./matching.ts";

/** How long a poller is remembered. */
const HISTORY_MS = 5 * 60_000;

/** A worker that polled a queue. */
export interface SeenPoller {
  readonly identity: string;
  readonly lastMs: number;
  readonly deploymentName: string | undefined;
  readonly buildId: string | undefined;
  readonly versioned: boolean;
}

/** Who polled a queue in the last five minutes. */
export class PollerHistory {
  readonly #pollers: Map<string, SeenPoller> = new Map();
  #lastMs = Number.NEGATIVE_INFINITY;

  /** When anybody polled last. */
  get lastMs(): number {
    return this.#lastMs;
  }

  saw(poller: Poller, nowMs: number): void {
    const { identity, deploymentName, buildId, versioned } = poller;
    this.#lastMs = nowMs;
    this.#pollers.set(identity, { identity, lastMs: nowMs, deploymentName, buildId, versioned });
  }

  /** Newest first. */
  seen(nowMs: number): readonly SeenPoller[] {
    for (const [identity, { lastMs }] of this.#pollers) {
      if (lastMs < nowMs - HISTORY_MS) this.#pollers.delete(identity);
    }
    return [...this.#pollers.values()].sort((a, b) => b.lastMs - a.lastMs);
  }
}
