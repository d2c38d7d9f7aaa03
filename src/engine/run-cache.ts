import type { Run } from "../core/run.ts";
import type { RunFacts } from "../workflow/runtime/sandbox-entry.ts";

/** A task that is open in the thread. */
export interface OpenTask {
  readonly taskId: number;
  readonly taskToken: Uint8Array;
  readonly attempt: number;
  readonly isQuery: boolean;
  readonly eagerSlots: number;
  /** Milliseconds that an entry may take; 0: not limited for this task. */
  readonly limitMs: number;
  /** Events given to core for this task, all pages together. */
  events: number;
}

/** A run in the cache. */
export interface CachedRun {
  readonly runId: string;
  readonly workflowId: string;
  readonly workflowType: string;
  readonly run: Run;
  /** Which life of the run this is: unique in the thread. */
  readonly instance: number;
  /** What differs from the facts of the worker. */
  readonly facts?: Partial<RunFacts> | undefined;
  /** The sandbox has it. */
  isOpen: boolean;
  /** The sandbox is to know, or knows, where the run waits. */
  keepsWaitSites?: boolean;
  /** Undefined between tasks. */
  task: OpenTask | undefined;
}

/**
 * The runs of a thread, least recently used first.
 *
 * C1. A run with an open task, whose answer is not confirmed, or with local activities is never given up for another.
 * C2. The cache may hold more than its capacity for as long as C1 asks for it.
 */
export class RunCache {
  readonly #runs: Map<string, CachedRun> = new Map();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = Math.max(1, capacity);
  }

  get size(): number {
    return this.#runs.size;
  }

  get(runId: string): CachedRun | undefined {
    return this.#runs.get(runId);
  }

  /** Adds a run, or makes it the most recently used. */
  touch(run: CachedRun): void {
    this.#runs.delete(run.runId);
    this.#runs.set(run.runId, run);
  }

  delete(runId: string): void {
    this.#runs.delete(runId);
  }

  /** Runs to evict, so that the cache is no larger than it may be. */
  surplus(): CachedRun[] {
    let excess = this.#runs.size - this.#capacity;
    if (excess <= 0) return [];
    const found: CachedRun[] = [];
    for (const run of this.#runs.values()) {
      if (run.task !== undefined || run.run.stage !== "idle" || run.run.locals.outstanding > 0) continue;
      found.push(run);
      if (--excess === 0) break;
    }
    return found;
  }
}
