import type {
  ActivityStop,
  Body,
  ChildStop,
  Intervention,
  NexusCall,
  NexusStop,
  ParentClose,
  Program,
  Step,
  Work,
} from "./program.ts";
import { SIGNALS, UPDATES } from "./program.ts";

/** A small generator of pseudo-random numbers: the same seed gives the same program everywhere. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 (included) to 1 (excluded). */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }

  /** A whole number below `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  of<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError("nothing to choose from");
    return item;
  }
}

/** Short times meet each other in one workflow task more often than long ones. */
const TIMES_MS: readonly number[] = [0, 1, 1, 5, 5, 20, 20, 60, 150];
/** Some outlast the shortest workflow task. */
const LOCAL_TIMES_MS: readonly number[] = [...TIMES_MS, 300, 1_100];
const ACTIVITY_STOPS: readonly ActivityStop[] = ["TRY_CANCEL", "WAIT_CANCELLATION_COMPLETED", "ABANDON"];
const CHILD_STOPS: readonly ChildStop[] = [
  "TRY_CANCEL",
  "WAIT_CANCELLATION_COMPLETED",
  "WAIT_CANCELLATION_REQUESTED",
  "ABANDON",
];
const PARENT_CLOSES: readonly ParentClose[] = ["TERMINATE", "ABANDON", "REQUEST_CANCEL"];
const NEXUS_STOPS: readonly NexusStop[] = [
  "TRY_CANCEL",
  "WAIT_CANCELLATION_REQUESTED",
  "WAIT_CANCELLATION_COMPLETED",
  "ABANDON",
];
const NEXUS_CALLS: readonly NexusCall[] = [
  ...(["echo", "echo", "fails", "isCancelled", "refuses", "never", "cannotBeCancelled"] as const),
  ...(["completes", "completes", "fails", "waits", "ignoresCancellation", "failsWhenCancelled"] as const).map(
    (runs) => ({ runs }),
  ),
];
/** Operations time out after these; 0: never. */
const NEXUS_TIMES_MS: readonly number[] = [0, 0, 0, 1, 300, 900];
const SLOTS = 5;
const FLAGS = 3;
const MAX_DEPTH = 4;

type Maker = (dice: Dice, depth: number) => Step;

function work(dice: Dice, times = TIMES_MS): Work {
  const end = dice.chance(0.75) ? "returns" : dice.of(["fails", "failsOnce"] as const);
  return { ms: dice.of(times), end };
}

function body(dice: Dice, depth: number, most = 4): Body {
  const steps: Step[] = [];
  for (let left = 1 + dice.below(most); left > 0; left--) steps.push(step(dice, depth));
  return steps;
}

/** Steps that hold no others, each as often as its weight. */
const leaves: readonly (readonly [weight: number, Maker])[] = [
  [5, (dice) => ({ op: "sleep", ms: dice.of(TIMES_MS) })],
  [6, (dice) => ({ op: "activity", work: work(dice), stop: dice.of(ACTIVITY_STOPS) })],
  [4, (dice) => ({ op: "local", work: work(dice, LOCAL_TIMES_MS), stop: dice.of(ACTIVITY_STOPS) })],
  [
    3,
    (dice) => ({
      op: "nexus",
      call: dice.of(NEXUS_CALLS),
      ms: dice.of(NEXUS_TIMES_MS),
      stop: dice.of(NEXUS_STOPS),
    }),
  ],
  [1, (dice) => ({ op: "signalOther", name: dice.of(SIGNALS), exists: dice.chance(0.7) })],
  [1, (dice) => ({ op: "cancelOther", exists: dice.chance(0.5) })],
  [2, (dice) => ({ op: "wait", slot: dice.below(SLOTS) })],
  [2, (dice) => ({ op: "cancel", slot: dice.below(SLOTS) })],
  [
    3,
    (dice) => ({ op: "condition", flag: dice.below(FLAGS), ms: dice.chance(0.9) ? dice.of(TIMES_MS) : null }),
  ],
  [3, (dice) => ({ op: "raise", flag: dice.below(FLAGS) })],
  [1, (dice) => ({ op: "lower", flag: dice.below(FLAGS) })],
  [1, () => ({ op: "throw" })],
  [1, (dice) => ({ op: "memo", value: dice.below(100) })],
  [1, (dice) => ({ op: "attribute", value: dice.below(100) })],
  [2, (dice) => ({ op: "tick", times: 1 + dice.below(4) })],
  [2, () => ({ op: "random" })],
  [1, () => ({ op: "handlersDone" })],
];

/** Steps that hold others. */
const branches: readonly (readonly [weight: number, Maker])[] = [
  [5, (dice, depth) => ({ op: "begin", slot: dice.below(SLOTS), body: body(dice, depth) })],
  [
    4,
    (dice, depth) => ({
      op: "join",
      how: dice.of(["all", "race", "any", "allSettled"] as const),
      bodies: Array.from({ length: 2 + dice.below(2) }, () => body(dice, depth, 2)),
    }),
  ],
  [
    4,
    (dice, depth) => ({
      op: "scope",
      kind: dice.of(["cancellable", "cancellable", "nonCancellable", "withTimeout"] as const),
      ms: dice.of(TIMES_MS),
      slot: dice.below(SLOTS),
      body: body(dice, depth),
    }),
  ],
  [
    3,
    (dice, depth) => ({
      op: "attempt",
      body: body(dice, depth),
      rescue: body(dice, depth, 2),
      always: dice.chance(0.3) ? body(dice, depth, 1) : [],
    }),
  ],
  [
    1,
    (dice, depth) => ({
      op: "child",
      program: body(dice, Math.max(depth, MAX_DEPTH - 1), 3),
      stop: dice.of(CHILD_STOPS),
      close: dice.of(PARENT_CLOSES),
    }),
  ],
  [
    1,
    (dice, depth) => ({
      op: "patch",
      id: dice.of(["p0", "p1", "p2"]),
      deprecated: dice.chance(0.2),
      body: body(dice, depth, 2),
    }),
  ],
  [1, (dice, depth) => ({ op: "repeat", times: 2 + dice.below(2), body: body(dice, depth, 2) })],
  [1, (dice, depth) => ({ op: "stream", times: 1 + dice.below(3), body: body(dice, depth, 2) })],
  [2, (dice, depth) => ({ op: "listen", name: dice.of(SIGNALS), body: body(dice, depth, 2) })],
  [
    2,
    (dice, depth) => ({
      op: "serve",
      name: dice.of(UPDATES),
      validated: dice.chance(0.3),
      body: body(dice, depth, 2),
    }),
  ],
  [
    2,
    (dice, depth) => ({
      op: "later",
      ms: dice.of(TIMES_MS),
      slot: dice.below(SLOTS),
      body: body(dice, depth, 2),
    }),
  ],
];

function weighted(dice: Dice, makers: readonly (readonly [number, Maker])[]): Maker {
  const total = makers.reduce((sum, [weight]) => sum + weight, 0);
  let left = dice.next() * total;
  for (const [weight, maker] of makers) {
    left -= weight;
    if (left < 0) return maker;
  }
  throw new RangeError("no maker");
}

function step(dice: Dice, depth: number): Step {
  const nested = depth < MAX_DEPTH && dice.chance(0.4);
  return weighted(dice, nested ? branches : leaves)(dice, depth + 1);
}

function interventions(dice: Dice): Intervention[] {
  const made: Intervention[] = [];
  for (let left = dice.below(6); left > 0; left--) {
    const afterMs = dice.below(200);
    const roll = dice.next();
    if (roll < 0.5) made.push({ afterMs, what: "signal", name: dice.of(SIGNALS) });
    else if (roll < 0.85) made.push({ afterMs, what: "update", name: dice.of(UPDATES) });
    else if (roll < 0.93) made.push({ afterMs, what: "query", name: "flags" });
    else made.push({ afterMs, what: "cancel", name: "" });
  }
  return made.sort((a, b) => a.afterMs - b.afterMs);
}

/**
 * The program of a seed.
 *
 * @param seed a whole number from 0 to 2^32 - 1
 */
export function generate(seed: number): Program {
  const dice = new Dice(seed);
  return {
    seed,
    localsInTurn: dice.chance(0.5),
    body: body(dice, 0, 6),
    continueAsNew: dice.chance(0.1) ? body(dice, 1, 3) : null,
    interventions: interventions(dice),
  };
}
