import { upcoming } from "./history/lookahead.ts";
import { patchMarkerOf } from "./patch-marker.ts";
import type { Run } from "./run-state.ts";

/**
 * Reads the commands that workflow code is about to issue, as far as history has them already: what it must know before it
 * runs, so that it decides as it did the first time.
 */
export function lookAhead(run: Run): void {
  const { events } = run.cursor;
  const [from, to] = upcoming(run.cursor);
  for (let i = from; i < to; i++) {
    const marker = patchMarkerOf(events[i]!);
    if (marker === undefined) continue;
    run.patches.set(marker.id, false);
    run.jobs.push({ kind: "notifyHasPatch", patchId: marker.id });
  }
}
