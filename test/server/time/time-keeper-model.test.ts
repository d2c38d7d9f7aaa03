import { describe, expect, test } from "vitest";
import { ManualWall } from "../../../src/server/time/manual-wall.ts";
import { TimeKeeper } from "../../../src/server/time/time-keeper.ts";
import type { Alarm, Timeline } from "../../../src/server/time/timeline.ts";
import { NaiveKeeper } from "./naive-keeper.ts";

const START_MS = 1_000_000;
const OPERATIONS = 120;

/** A small generator of numbers, the same for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

/** Does the same to the keeper and to the model, and writes down what each fires. */
class Pair {
  readonly fired: string[] = [];
  readonly expected: string[] = [];
  readonly #wall: ManualWall = new ManualWall(START_MS);
  readonly #keeper: TimeKeeper;
  readonly #naive: NaiveKeeper;
  readonly #trees: Timeline[] = [];
  readonly #alarms: Map<number, Alarm> = new Map();
  readonly #releases: { readonly tree: number; readonly release: () => void }[] = [];
  #ids = 0;

  constructor(locks: number, trees: number) {
    this.#keeper = new TimeKeeper(this.#wall, locks);
    this.#naive = new NaiveKeeper(START_MS, locks);
    for (let tree = 0; tree < trees; tree += 1) {
      this.#trees.push(this.#keeper.timeline());
      this.#naive.addTree();
    }
  }

  at(tree: number, inMs: number): void {
    this.#set(tree, inMs, this.#ids++);
    this.#naive.at(this.#ids - 1, tree, this.#naive.now(tree) + inMs);
  }

  sleep(inMs: number): void {
    const id = this.#ids++;
    const alarm = this.#keeper.sleepUntil(this.#keeper.now() + inMs, () =>
      this.fired.push(`sleep ${id} ${this.#keeper.now()}`),
    );
    this.#alarms.set(id, alarm);
    this.#naive.sleepUntil(id, this.#naive.environmentMs() + inMs);
  }

  cancel(id: number): void {
    this.#alarms.get(id)?.cancel();
    this.#naive.cancel(id);
  }

  get ids(): number {
    return this.#ids;
  }

  hold(tree: number): void {
    this.#releases.push({ tree, release: this.#timeline(tree).hold() });
    this.#naive.holds[tree] = (this.#naive.holds[tree] ?? 0) + 1;
  }

  release(which: number): void {
    const [held] = this.#releases.splice(which % Math.max(1, this.#releases.length), 1);
    if (held === undefined) return;
    held.release();
    held.release();
    this.#naive.holds[held.tree] = (this.#naive.holds[held.tree] ?? 0) - 1;
  }

  lock(change: number): void {
    if (this.#naive.locks + change < -1) return;
    this.#keeper.addLocks(change);
    this.#naive.locks += change;
  }

  /** Lets real time pass for both, then everything that follows. */
  pass(ms: number): void {
    this.#wall.advance(ms);
    const endMs = this.#naive.wallMs + ms;
    this.#settleNaive();
    for (let untilMs = this.#naive.untilDue(); this.#naive.wallMs + untilMs <= endMs; ) {
      this.#naive.wallMs += untilMs;
      this.#settleNaive();
      untilMs = this.#naive.untilDue();
    }
    this.#naive.wallMs = endMs;
  }

  state(): unknown {
    return [
      this.#keeper.now(),
      ...this.#trees.map((tree) => tree.now()),
      this.#keeper.holds,
      this.#keeper.locks,
    ];
  }

  expectedState(): unknown {
    const naive = this.#naive;
    const held = naive.holds.reduce((sum, holds) => sum + holds, 0);
    return [naive.environmentMs(), ...this.#trees.map((_, tree) => naive.now(tree)), held, naive.locks];
  }

  #timeline(tree: number): Timeline {
    const timeline = this.#trees[tree];
    if (timeline === undefined) throw new Error(`no tree ${tree}`);
    return timeline;
  }

  #set(tree: number, inMs: number, id: number): void {
    const timeline = this.#timeline(tree);
    const alarm = timeline.at(timeline.now() + inMs, () => {
      this.fired.push(`${id} of ${tree} at ${timeline.now()}`);
      // Some alarms set others, as workflows do.
      if (id % 4 === 0 && id < 4_000) this.#set(tree, (id % 7) * 100 - 100, id + 10_000);
    });
    this.#alarms.set(id, alarm);
  }

  #settleNaive(): void {
    const naive = this.#naive;
    do {
      for (let due = naive.takeDue(); due !== undefined; due = naive.takeDue()) {
        const { id, tree } = due;
        if (tree === undefined) this.expected.push(`sleep ${id} ${naive.environmentMs()}`);
        else {
          this.expected.push(`${id} of ${tree} at ${naive.now(tree)}`);
          if (id % 4 === 0 && id < 4_000) naive.at(id + 10_000, tree, naive.now(tree) + (id % 7) * 100 - 100);
        }
      }
    } while (naive.skip());
  }
}

function play(seed: number, locks: number): void {
  const next = numbers(seed);
  const trees = 1 + next(6);
  const pair = new Pair(locks, trees);
  for (let step = 0; step < OPERATIONS; step += 1) {
    const kind = next(12);
    if (kind < 4) pair.at(next(trees), next(4) === 0 ? next(5) * 100 : next(100_000) - 1_000);
    else if (kind === 4) pair.cancel(next(Math.max(1, pair.ids)));
    else if (kind === 5) pair.hold(next(trees));
    else if (kind < 8) pair.release(next(100));
    else if (kind === 8) pair.sleep(next(50_000));
    else if (kind === 9) pair.lock(next(2) === 0 ? 1 : -1);
    else pair.pass(next(3) === 0 ? next(60_000) : next(50));
    if (next(3) > 0) pair.pass(0);
    const at = `seed ${seed}, step ${step}`;
    expect({ at, fired: pair.fired.slice(-20) }).toEqual({ at, fired: pair.expected.slice(-20) });
    if (kind >= 10) expect({ at, times: pair.state() }).toEqual({ at, times: pair.expectedState() });
  }
  expect(pair.fired).toEqual(pair.expected);
}

describe("the keeper tells time as a model does that looks at everything each time", () => {
  test.each([0, 1, Number.POSITIVE_INFINITY])("with %d locks at first", (locks) => {
    for (let seed = 1; seed <= 250; seed += 1) play(seed, locks);
  });
});
