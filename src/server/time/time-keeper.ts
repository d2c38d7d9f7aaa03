// Invariants
// K1. The time of a tree is wall + skipped - lag. It never goes back: `skipped` and, while the tree is busy, `lag` grow
//     together; nothing makes either smaller.
// K2. Time skips only when nothing is due, at least one idle tree waits for an alarm, and skipping is allowed. A busy tree
//     falls behind by as much as was skipped, and holds no other tree back.
// K3. Alarms fire in turns of their own, never inside the call that set them; those of one moment in the order in which they
//     were set.
import { AlarmHeap, type HeapEntry } from "./alarm-heap.ts";
import type { Alarm, Timeline } from "./timeline.ts";
import type { Wall } from "./wall.ts";

interface Entry extends HeapEntry {
  readonly fire: () => void;
}

/** Longest wait that is asked of the wall; longer ones are waited for in parts. */
const MAX_WAIT_MS = 2 ** 31 - 1;

/** How many turns of the event loop pass quietly before time skips: so much that what was just done has had its effects. */
const QUIET_TURNS = 1;

/** The clocks of all execution trees, real or skipping. */
export class TimeKeeper {
  readonly #wall: Wall;
  /** Trees that wait for an alarm, by the moment of the first in the keeper's own time. */
  readonly #trees: AlarmHeap<Tree> = new AlarmHeap();
  readonly #busy: Set<Tree> = new Set();
  readonly #quiet: Set<() => void> = new Set();
  #skippedMs = 0;
  #order = 0;
  #locks: number;
  #stopWaiting: (() => void) | undefined;
  /** What the wall waits for, in the keeper's time; undefined: nothing. */
  #waitingFor: number | undefined;
  /** Counts everything that happens, by which quiet turns are told. */
  #activity = 0;
  #watching = false;

  /** @param locks how many locks hold time at first; time never skips while there are any. Infinity: wall clock for ever */
  constructor(wall: Wall, locks: number) {
    this.#wall = wall;
    this.#locks = locks;
  }

  /** The environment's time: that of a tree that was never left behind. */
  now(): number {
    return this.#wall.now() + this.#skippedMs;
  }

  /** The number of locks that keep time from skipping. */
  get locks(): number {
    return this.#locks;
  }

  /** Adds to the locks (or takes away): at 0 time skips. */
  addLocks(count: number): void {
    this.#locks += count;
    this.touch();
  }

  /** A clock for a new tree. */
  timeline(): Timeline {
    return new Tree(this);
  }

  /** Resolves when no tree has work and nothing is due, after quiet turns. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#quiet.add(resolve);
      this.touch();
    });
  }

  /** Stops waiting for anything. */
  close(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#waitingFor = undefined;
    this.#locks = Number.POSITIVE_INFINITY;
    for (const resolve of this.#quiet) resolve();
    this.#quiet.clear();
  }

  nextOrder(): number {
    this.#order += 1;
    return this.#order;
  }

  /** A tree's first alarm, or its lag, has changed. */
  moved(tree: Tree): void {
    const first = tree.firstMs;
    if (first === undefined) this.#trees.remove(tree);
    else {
      tree.key = first + tree.lag;
      tree.order = tree.firstOrder;
      if (tree.index < 0) this.#trees.push(tree);
      else this.#trees.moved(tree);
    }
    this.touch();
  }

  setBusy(tree: Tree, busy: boolean): void {
    if (busy) this.#busy.add(tree);
    else this.#busy.delete(tree);
    this.touch();
  }

  /** Something happened: waits anew for what comes first. */
  touch(): void {
    this.#activity += 1;
    this.#wait();
    if (this.#locks === 0 || this.#quiet.size > 0) this.#watch();
  }

  #wait(): void {
    const first = this.#trees.first;
    if (first?.key === this.#waitingFor) return;
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#waitingFor = first?.key;
    if (first === undefined) return;
    const waitMs = Math.min(MAX_WAIT_MS, Math.max(0, Math.ceil(first.key - this.now())));
    this.#stopWaiting = this.#wall.after(waitMs, () => {
      this.#stopWaiting = undefined;
      this.#waitingFor = undefined;
      this.#fireDue();
    });
  }

  #fireDue(): void {
    const nowMs = this.now();
    for (let tree = this.#trees.first; tree !== undefined && tree.key <= nowMs; tree = this.#trees.first) {
      tree.fireFirst();
    }
    this.touch();
  }

  /** Looks, turn by turn, whether all is quiet; then tells who waits for that, and skips. */
  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    let seen = this.#activity;
    let quietTurns = 0;
    const look = (): void => {
      quietTurns = seen === this.#activity ? quietTurns + 1 : 0;
      seen = this.#activity;
      if (quietTurns < QUIET_TURNS) {
        this.#wall.after(0, look);
        return;
      }
      this.#watching = false;
      this.#allQuiet();
    };
    this.#wall.after(0, look);
  }

  #allQuiet(): void {
    const nowMs = this.now();
    const due = (this.#trees.first?.key ?? Number.POSITIVE_INFINITY) <= nowMs;
    if (this.#busy.size === 0 && !due) {
      for (const resolve of this.#quiet) resolve();
      this.#quiet.clear();
    }
    if (this.#locks !== 0 || due) return;
    const target = this.#firstIdle();
    if (target !== undefined) this.#skip(target - nowMs);
  }

  /** When the first alarm of a tree without work is due. */
  #firstIdle(): number | undefined {
    // Busy trees are few: they are looked past by taking them out for a moment.
    const passed: Tree[] = [];
    let first = this.#trees.first;
    while (first !== undefined && this.#busy.has(first)) {
      passed.push(first);
      this.#trees.remove(first);
      first = this.#trees.first;
    }
    for (const tree of passed) this.#trees.push(tree);
    return first?.key;
  }

  #skip(ms: number): void {
    if (ms <= 0) return;
    this.#skippedMs += ms;
    for (const tree of this.#busy) {
      tree.lag += ms;
      if (tree.index >= 0) {
        tree.key += ms;
        this.#trees.moved(tree);
      }
    }
    this.#waitingFor = undefined;
    this.touch();
  }
}

/** The clock of one tree. */
class Tree implements Timeline, HeapEntry {
  key = 0;
  order = 0;
  index = -1;
  lag = 0;
  readonly #keeper: TimeKeeper;
  readonly #alarms: AlarmHeap<Entry> = new AlarmHeap();
  #holds = 0;

  constructor(keeper: TimeKeeper) {
    this.#keeper = keeper;
  }

  get firstMs(): number | undefined {
    return this.#alarms.first?.key;
  }

  get firstOrder(): number {
    return this.#alarms.first?.order ?? 0;
  }

  now(): number {
    return this.#keeper.now() - this.lag;
  }

  at(atMs: number, fire: () => void): Alarm {
    const entry: Entry = { key: atMs, order: this.#keeper.nextOrder(), index: -1, fire };
    this.#alarms.push(entry);
    if (this.#alarms.first === entry) this.#keeper.moved(this);
    return { cancel: () => this.#cancel(entry) };
  }

  hold(): () => void {
    this.#holds += 1;
    if (this.#holds === 1) this.#keeper.setBusy(this, true);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holds -= 1;
      if (this.#holds === 0) this.#keeper.setBusy(this, false);
      else this.#keeper.touch();
    };
  }

  end(): void {
    for (let first = this.#alarms.first; first !== undefined; first = this.#alarms.first) {
      this.#alarms.remove(first);
    }
    this.#keeper.moved(this);
  }

  /** Fires the first alarm. */
  fireFirst(): void {
    const first = this.#alarms.first;
    if (first === undefined) return;
    this.#alarms.remove(first);
    this.#keeper.moved(this);
    first.fire();
  }

  #cancel(entry: Entry): void {
    const wasFirst = this.#alarms.first === entry;
    this.#alarms.remove(entry);
    if (wasFirst) this.#keeper.moved(this);
  }
}
