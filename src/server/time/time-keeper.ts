// Invariants
// K1. There are two clocks. The environment's is the wall plus all that was skipped; the other is the wall plus what was
//     skipped for all alike. Trees without work go by the first, trees with work by the second: they fall behind by what is
//     skipped meanwhile, and hold no other tree back. Neither clock goes back, nor does the time of any tree.
// K2. While somebody sleeps on the environment's clock, all trees move alike, by one count: locks and work together. Time
//     skips while it is 0 at most and no work is firm. So whoever slept finds that everybody has lived through that time, and a
//     sleep out of an activity, whose own work is in the count, may skip by taking one away.
// K3. Time skips in a turn of its own, when nothing is due and a whole turn has passed in which nothing happened, so that
//     what was just done has had its effects; under unbroken load after `MOST_TURNS` turns.
// K4. Alarms fire in turns of their own, never inside the call that set them; in the order of their moments, those of one
//     moment in the order in which they were set. None is lost when another throws.
import { AlarmHeap } from "./alarm-heap.ts";
import type { Alarm, Timeline } from "./timeline.ts";
import { type ClockHost, TreeClock } from "./tree-clock.ts";
import type { Wall } from "./wall.ts";

/** Longest wait that is asked of the wall; longer ones are waited for in parts. */
const MAX_WAIT_MS = 2 ** 31 - 1;
/** A skip is not put off for longer than this by things that happen. */
const MOST_TURNS = 64;
/** So many alarms fire in one turn; then others have theirs. */
const FIRES_PER_TURN = 256;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * The clocks of all execution trees, real or skipping.
 *
 * @example
 * ```ts
 * const keeper = new TimeKeeper(new SystemWall(), 0);
 * const timeline = keeper.timeline();
 * timeline.at(timeline.now() + 86_400_000, () => console.log("a day later, in no time"));
 * ```
 */
export class TimeKeeper {
  readonly #wall: Wall;
  readonly #onDefect: (error: unknown) => void;
  readonly #host: ClockHost;
  /** Trees that wait for an alarm, by when the first is due by the clock they go by. */
  readonly #idle: AlarmHeap<TreeClock> = new AlarmHeap();
  readonly #busy: AlarmHeap<TreeClock> = new AlarmHeap();
  /** The environment's own: it never has work. */
  readonly #environment: TreeClock;
  readonly #settlers: Set<() => void> = new Set();
  #skippedForIdleMs = 0;
  #skippedForAllMs = 0;
  #order = 0;
  #locks: number;
  #holds = 0;
  #firm = 0;
  #sleeps = 0;
  /** Counts everything that happens, by which quiet turns are told. */
  #activity = 0;
  #watching = false;
  #firing = false;
  #closed = false;
  #stopWaiting: (() => void) | undefined;
  /** When the wall will call, in its time. */
  #waitingForMs = NEVER;

  /**
   * @param locks how many locks hold time at first; time does not skip while there are any. Infinity: wall clock for ever
   * @param onDefect hears of what alarms throw. Default: it is thrown in a turn of its own
   */
  constructor(wall: Wall, locks: number, onDefect?: (error: unknown) => void) {
    this.#wall = wall;
    this.#locks = locks;
    this.#onDefect = onDefect ?? ((error) => void wall.after(0, () => rethrow(error)));
    this.#host = {
      clockMs: (skips) => this.#clockMs(skips),
      nextOrder: () => {
        this.#activity += 1;
        this.#order += 1;
        return this.#order;
      },
      replace: (tree, change) => this.#replace(tree, change),
      held: (change, firm) => {
        this.#holds += change;
        this.#firm += firm;
        this.#happened();
      },
    };
    this.#environment = new TreeClock(this.#host);
  }

  /** The environment's time: that of a tree that was never left behind. */
  now(): number {
    return this.#clockMs(true);
  }

  /** How many locks keep time from skipping. Below 0 only while sleeps out of work go on. */
  get locks(): number {
    return this.#locks;
  }

  /** How many pieces of work are under way in all trees. */
  get holds(): number {
    return this.#holds;
  }

  /** How many trees wait for an alarm. */
  get waiting(): number {
    return this.#idle.size + this.#busy.size;
  }

  /** Adds to the locks, or takes away: without any, time skips. */
  addLocks(count: number): void {
    this.#locks += count;
    this.#happened();
  }

  /** A clock for a new tree. */
  timeline(): Timeline {
    return new TreeClock(this.#host);
  }

  /** Calls `done` when the environment's clock reaches a moment. Until then all trees move alike (K2). */
  sleepUntil(atMs: number, done: () => void): Alarm {
    this.#sleeps += 1;
    let sleeping = true;
    const end = (): boolean => {
      if (!sleeping) return false;
      sleeping = false;
      this.#sleeps -= 1;
      return true;
    };
    const alarm = this.#environment.at(atMs, () => {
      if (end()) done();
    });
    return {
      cancel: () => {
        alarm.cancel();
        if (end()) this.#happened();
      },
    };
  }

  /** Resolves when no tree has work and nothing is due, after a quiet turn; at once when closed. */
  settled(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#settlers.add(resolve);
      this.#happened();
    });
  }

  /** Stops waiting for anything: no alarm fires any more. */
  close(): void {
    this.#closed = true;
    this.#stop();
    for (const resolve of this.#settlers) resolve();
    this.#settlers.clear();
  }

  #clockMs(skips: boolean): number {
    return this.#wall.now() + this.#skippedForAllMs + (skips ? this.#skippedForIdleMs : 0);
  }

  #heapOf(tree: TreeClock): AlarmHeap<TreeClock> {
    return tree.skips ? this.#idle : this.#busy;
  }

  #replace(tree: TreeClock, change: () => void): void {
    const before = this.#heapOf(tree);
    change();
    tree.rekey();
    const after = this.#heapOf(tree);
    if (before === after && tree.index >= 0 && tree.waits) before.moved(tree);
    else {
      before.remove(tree);
      if (tree.waits) after.push(tree);
    }
    this.#happened();
  }

  /** Something happened: waits anew for what comes first, and watches for quiet. */
  #happened(): void {
    this.#activity += 1;
    if (this.#closed || this.#firing) return;
    this.#wait();
    if (this.#watching || !(this.#maySkip() || this.#settlers.size > 0)) return;
    this.#watching = true;
    this.#watch(this.#activity, 1);
  }

  /** How long until the first alarm of a heap is due. */
  #untilMs(heap: AlarmHeap<TreeClock>): number {
    const { first } = heap;
    return first === undefined ? NEVER : first.key - this.#clockMs(heap === this.#idle);
  }

  #wait(): void {
    const waitMs = Math.ceil(Math.max(0, Math.min(this.#untilMs(this.#idle), this.#untilMs(this.#busy))));
    const atMs = this.#wall.now() + Math.min(MAX_WAIT_MS, waitMs);
    // A call too early costs less than asking the wall anew for each alarm that is set and taken back.
    if (this.#waitingForMs <= atMs && waitMs < NEVER) return;
    this.#stop();
    if (waitMs === NEVER) return;
    this.#waitingForMs = atMs;
    this.#stopWaiting = this.#wall.after(Math.min(MAX_WAIT_MS, waitMs), () => {
      this.#stop();
      this.#fireDue();
    });
  }

  #stop(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#waitingForMs = NEVER;
  }

  #fireDue(): void {
    const lastOrder = this.#order;
    this.#firing = true;
    for (let fired = 0; fired < FIRES_PER_TURN && !this.#closed; fired += 1) {
      const tree = this.#nextDue();
      // What was set meanwhile has its own turn.
      if (tree === undefined || tree.order > lastOrder) break;
      try {
        tree.takeFirst()?.();
      } catch (error) {
        this.#onDefect(error);
      }
    }
    this.#firing = false;
    this.#happened();
  }

  /** The tree whose alarm has been due for longest. */
  #nextDue(): TreeClock | undefined {
    const idleMs = this.#untilMs(this.#idle);
    const busyMs = this.#untilMs(this.#busy);
    if (Math.min(idleMs, busyMs) > 0) return undefined;
    const [idle, busy] = [this.#idle.first, this.#busy.first];
    if (idleMs !== busyMs || idle === undefined || busy === undefined) return idleMs < busyMs ? idle : busy;
    return idle.order < busy.order ? idle : busy;
  }

  #maySkip(): boolean {
    if (this.#sleeps > 0) return this.#firm === 0 && this.#locks + this.#holds <= 0;
    return this.#locks === 0;
  }

  /** Looks, turn by turn, whether nothing happened since the last; then tells who waits for that, and skips. */
  #watch(seen: number, turn: number): void {
    this.#wall.after(0, () => {
      if (this.#closed) return;
      const quiet = seen === this.#activity;
      if (!quiet && turn < MOST_TURNS) {
        this.#watch(this.#activity, turn + 1);
        return;
      }
      this.#watching = false;
      const waitMs = Math.min(this.#untilMs(this.#idle), this.#untilMs(this.#busy));
      if (quiet && waitMs > 0 && this.#holds === 0) this.#tellSettlers();
      if (waitMs > 0 && this.#maySkip()) this.#skip();
      if (!quiet) this.#happened();
    });
  }

  #tellSettlers(): void {
    for (const resolve of this.#settlers) resolve();
    this.#settlers.clear();
  }

  #skip(): void {
    if (this.#sleeps > 0) {
      this.#skippedForAllMs += Math.min(this.#untilMs(this.#idle), this.#untilMs(this.#busy));
    } else {
      const ms = this.#untilMs(this.#idle);
      if (ms === NEVER) return;
      this.#skippedForIdleMs += ms;
    }
    this.#fireDue();
  }
}

function rethrow(error: unknown): never {
  throw error;
}
