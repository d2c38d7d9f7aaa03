import { requireRun } from "./runtime/current.ts";
import { fillFrom, nextRandom, uuid4From } from "./runtime/random.ts";
import { ambientRandom, namedRandom, withRandom } from "./runtime/random-source.ts";

/** A deterministic stream of random numbers. Experimental, as in the official SDK. */
export interface WorkflowRandomStream {
  /** The next number, at least 0 and below 1. */
  random(): number;
  /** A version 4 UUID. */
  uuid4(): string;
  /** Fills `bytes` and returns it. */
  fill(bytes: Uint8Array): Uint8Array;
  /** Runs `fn` with `Math.random()` and {@link uuid4} drawing from this stream, there and in what it starts. */
  with<T>(fn: () => T): T;
}

/**
 * A version 4 UUID from the deterministic random stream of the workflow.
 *
 * @example
 * ```ts
 * const idempotencyKey = uuid4();
 * ```
 */
export function uuid4(): string {
  return uuid4From(ambientRandom);
}

/**
 * A random stream of its own, derived from the seed of the workflow and `name`, so that drawing from it does not change
 * what `Math.random()` gives. The same name is the same stream within a run.
 *
 * @throws {IllegalStateError} outside of a workflow
 * @example
 * ```ts
 * const sampled = getRandomStream("my-tracing").random() < 0.1;
 * ```
 */
export function getRandomStream(name: string): WorkflowRandomStream {
  const run = requireRun("Workflow.getRandomStream(...) may only be used from workflow context.");
  return stream(() => namedRandom(run, name));
}

/** The stream that `Math.random()` draws from, also inside of another stream's `with`. */
export const workflowRandom: WorkflowRandomStream = stream(() =>
  nextRandom(requireRun("Workflow.workflowRandom may only be used from workflow context.").random),
);

function stream(random: () => number): WorkflowRandomStream {
  const made: WorkflowRandomStream = {
    random,
    uuid4: () => uuid4From(random),
    fill: (bytes) => fillFrom(random, bytes),
    with: (fn) => withRandom(made, fn),
  };
  return made;
}
