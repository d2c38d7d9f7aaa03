import { AsyncLocalStorage } from "./async-local.ts";
import { maybeCurrentRun } from "./current.ts";
import { nextRandom, seedRandom, streamSeed } from "./random.ts";
import type { Run } from "./run.ts";

/** Where `Math.random()` and `uuid4()` of a stretch of code draw from. */
export interface RandomSource {
  random(): number;
}

const sources = new AsyncLocalStorage<RandomSource>();

/** Runs `fn` with `Math.random()` and `uuid4()` drawing from `source`. */
export function withRandom<T>(source: RandomSource, fn: () => T): T {
  return sources.run(source, fn);
}

/** `fn`, drawing from the source in force now wherever it is called. */
export function bindRandom<Input, Output>(fn: (input: Input) => Output): (input: Input) => Output {
  const source = sources.getStore();
  return (input) => {
    if (sources.getStore() === source) return fn(input);
    return source === undefined ? sources.exit(fn, input) : sources.run(source, fn, input);
  };
}

/** Draws for `Math.random()`: from the source in force, or else the stream of the run. */
export function currentRandom(run: Run): number {
  return sources.getStore()?.random() ?? nextRandom(run.random);
}

/** Draws from a stream of its own that is derived from the seed of the run. */
export function namedRandom(run: Run, name: string): number {
  let state = run.randomStreams.get(name);
  if (state === undefined) {
    state = seedRandom(streamSeed(run.randomSeed, run.host.encodeUtf8(name)));
    run.randomStreams.set(name, state);
  }
  return nextRandom(state);
}

/** Starts the streams of a run anew, as a reset of the workflow does. */
export function reseed(run: Run, seed: readonly number[]): void {
  run.randomSeed = seed;
  run.random = seedRandom(seed);
  run.randomStreams.clear();
}

/** `Math.random()` as workflow code sees it; the real one outside of any run. */
export function ambientRandom(): number {
  const run = maybeCurrentRun();
  return run === undefined ? Math.random() : currentRandom(run);
}
