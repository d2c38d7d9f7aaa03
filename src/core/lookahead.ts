import { upcoming } from "./history/lookahead.ts";
import { foreseeLocal } from "./local-resolution.ts";
import { patchMarkerOf } from "./patch-marker.ts";
import type { Problem } from "./problem.ts";
import type { Run } from "./run-state.ts";

/**
 * Reads the commands that workflow code is about to issue, as far as history has them already: what it must know before it
 * runs, so that it decides as it did the first time.
 */
export function lookAhead(run: Run): Problem | undefined {
  const { events } = run.cursor;
  const [from, to] = upcoming(run.cursor);
  for (let i = from; i < to; i++) {
    const event = events[i]!;
    if (event.attributes.case !== "markerRecordedEventAttributes") continue;
    const patch = patchMarkerOf(event);
    if (patch !== undefined) {
      run.patches.set(patch.id, false);
      run.jobs.push({ kind: "notifyHasPatch", patchId: patch.id });
    } else {
      const problem = foreseeLocal(run, event, event.attributes.value, i > from ? events[i - 1] : undefined);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}
