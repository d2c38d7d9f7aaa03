import type { Job } from "../../../core/activation.ts";
import type { Run } from "../run.ts";

/** A timer fired. One that was cancelled at the same time is gone already. */
export function fireTimer(run: Run, { seq }: Extract<Job, { kind: "fireTimer" }>): void {
  const resolver = run.pending.timers.get(seq);
  run.pending.timers.delete(seq);
  resolver?.resolve();
}
