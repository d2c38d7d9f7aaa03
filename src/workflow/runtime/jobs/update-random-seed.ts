import type { Job } from "../../../core/activation.ts";
import { seedBytes } from "../random.ts";
import { reseed } from "../random-source.ts";
import type { Run } from "../run.ts";

/** The workflow was reset: its random streams start anew. */
export function updateRandomSeed(
  run: Run,
  { randomnessSeed }: Extract<Job, { kind: "updateRandomSeed" }>,
): void {
  reseed(run, seedBytes(randomnessSeed));
}
