import type { ResolveLocalActivity } from "../../../core/local-activity-jobs.ts";
import { LocalActivityBackoff } from "../../local-activity-backoff.ts";
import type { Run } from "../run.ts";
import { resolveActivity } from "./resolve-activity.ts";

/** A local activity ended, or its next attempt waits for a timer. */
export function resolveLocalActivity(run: Run, { seq, resolution }: ResolveLocalActivity): void {
  if (resolution.kind !== "backoff") {
    resolveActivity(run, { kind: "resolveActivity", seq, resolution });
    return;
  }
  const resolver = run.pending.activities.get(seq);
  run.pending.activities.delete(seq);
  resolver?.reject(new LocalActivityBackoff(resolution));
}
