// Invariants
// A1. A closed run is deleted once its namespace's retention has gone by on the wall since it closed. Skipped time does not count:
//     a workflow that slept for a year in a moment has its result still there to be looked at, and retention is no moment to skip to.
// A2. Nothing waits for that: who calls `sweep` first after that time finds the run gone, and until then nobody can tell.
import { AlarmHeap, type HeapEntry } from "../time/alarm-heap.ts";
import type { Wall } from "../time/wall.ts";
import type { Engine } from "./engine.ts";
import type { Run } from "./run.ts";

/** So many runs are deleted in one go, so that nobody waits for long. */
const RUNS_PER_SWEEP = 1_000;

interface KeptRun extends HeapEntry {
  readonly run: Run;
}

/** Deletes closed runs by their age. */
export class Retention {
  readonly #engine: Engine;
  readonly #wall: Wall;
  readonly #kept: AlarmHeap<KeptRun> = new AlarmHeap();
  #order = 0;

  constructor(engine: Engine, wall: Wall) {
    this.#engine = engine;
    this.#wall = wall;
  }

  /** How many closed runs are kept. */
  get size(): number {
    return this.#kept.size;
  }

  /** A run has closed: its time begins. */
  closed(run: Run): void {
    const retentionMs = this.#engine.parts.retentionMs(run.namespace);
    const entry: KeptRun = { run, key: this.#wall.now() + retentionMs, order: this.#order, index: -1 };
    this.#order += 1;
    this.#kept.push(entry);
    run.kept = { cancel: () => this.#kept.remove(entry) };
  }

  /** Deletes what is old enough. */
  sweep(): void {
    let { first } = this.#kept;
    if (first === undefined) return;
    const nowMs = this.#wall.now();
    for (let left = RUNS_PER_SWEEP; left > 0 && first !== undefined && first.key <= nowMs; left -= 1) {
      this.#engine.remove(first.run);
      // A run that the engine does not know any more leaves by itself alone.
      this.#kept.remove(first);
      first = this.#kept.first;
    }
  }
}
