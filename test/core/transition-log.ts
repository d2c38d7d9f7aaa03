/**
 * What the tests of one file took of the machines' tables, for the sum over all files that `npm test` prints
 * (`test/harness/state-coverage.ts`): it travels with the file's results.
 */
import { afterEach } from "vitest";
import type { TransitionObserver } from "../../src/core/machine.ts";
import { transitionName } from "../harness/state-coverage.ts";

const taken = new Set<string>();

/** Whoever makes a run in a test of core passes this, or calls it. */
export const noteTransition: TransitionObserver = (kind, from, input) => {
  taken.add(transitionName(kind, from, input));
};

afterEach(({ task }) => {
  task.file.meta.transitionsTaken = [...taken];
});
