// Invariants
// C1. A tree goes by one of the keeper's two clocks: the one that skips while it has no work, the one that does not while it
//     has. `shift` is what its own time is ahead of that clock; changing clocks changes `shift` so that its time stays.
// C2. `key` is when its first alarm is due by the clock that it goes by.
import { AlarmHeap, type HeapEntry } from "./alarm-heap.ts";
import type { Alarm, Timeline } from "./timeline.ts";

/** What a tree's clock asks of the keeper. */
export interface ClockHost {
  /** Time by the clock that skips, or by the one that stands still meanwhile. */
  clockMs(skips: boolean): number;
  /** Numbers alarms in the order in which they are set. */
  nextOrder(): number;
  /** Takes the tree out of the heap of its clock, lets it change, and puts it back where it now belongs. */
  replace(tree: TreeClock, change: () => void): void;
  /** Work began (1) or ended (-1), and how much of it is firm. */
  held(change: number, firm: number): void;
}

/** The clock of one execution tree. */
export class TreeClock implements Timeline, HeapEntry {
  key = 0;
  order = 0;
  index = -1;
  readonly #host: ClockHost;
  readonly #alarms: AlarmHeap<SetAlarm> = new AlarmHeap();
  #shift = 0;
  #holds = 0;

  constructor(host: ClockHost) {
    this.#host = host;
  }

  /** Whether it goes by the clock that skips. */
  get skips(): boolean {
    return this.#holds === 0;
  }

  get waits(): boolean {
    return this.#alarms.size > 0;
  }

  now(): number {
    return this.#host.clockMs(this.skips) + this.#shift;
  }

  at(atMs: number, fire: () => void): Alarm {
    // One that is past is due now, after those that already are. Whole milliseconds, so that sums stay exact.
    const alarm = new SetAlarm(this, Math.max(Math.ceil(atMs), this.now()), this.#host.nextOrder(), fire);
    const { first } = this.#alarms;
    if (first !== undefined && first.key <= alarm.key) this.#alarms.push(alarm);
    else this.#host.replace(this, () => this.#alarms.push(alarm));
    return alarm;
  }

  hold(firm = false): () => void {
    const firmly = firm ? 1 : 0;
    this.#count(1, firmly);
    let held = true;
    return () => {
      if (held) this.#count(-1, -firmly);
      held = false;
    };
  }

  /** Brings `key` and `order` to what they should be. */
  rekey(): void {
    const { first } = this.#alarms;
    if (first === undefined) return;
    this.key = first.key - this.#shift;
    this.order = first.order;
  }

  /** Takes the first alarm out, to be fired. */
  takeFirst(): (() => void) | undefined {
    const { first } = this.#alarms;
    if (first === undefined) return undefined;
    this.cancel(first);
    return first.fire;
  }

  cancel(alarm: SetAlarm): void {
    if (alarm.index < 0) return;
    if (alarm.index > 0) this.#alarms.remove(alarm);
    else this.#host.replace(this, () => this.#alarms.remove(alarm));
  }

  #count(change: number, firm: number): void {
    const { skips } = this;
    const holds = this.#holds + change;
    if (skips === (holds === 0)) this.#holds = holds;
    else {
      const nowMs = this.now();
      this.#host.replace(this, () => {
        this.#holds = holds;
        this.#shift = nowMs - this.#host.clockMs(this.skips);
      });
    }
    this.#host.held(change, firm);
  }
}

/** An alarm that is set; also what takes it back. */
class SetAlarm implements Alarm, HeapEntry {
  key: number;
  order: number;
  index = -1;
  readonly fire: () => void;
  readonly #tree: TreeClock;

  constructor(tree: TreeClock, key: number, order: number, fire: () => void) {
    this.#tree = tree;
    this.key = key;
    this.order = order;
    this.fire = fire;
  }

  cancel(): void {
    this.#tree.cancel(this);
  }
}
