import { activityInfo, cancelled, heartbeat, sleep } from "perdure/activity";
import { ApplicationFailure } from "perdure/common";
import type { Work } from "./program.ts";

/** Takes its time, then ends as it was told. `place` and `last` only leave their trace in history. */
export async function work({ ms, end }: Work, place: number, last: string): Promise<string> {
  heartbeat(place);
  await Promise.race([sleep(ms), cancelled()]);
  if (end === "fails") throw ApplicationFailure.nonRetryable("asked to fail", "Asked", last);
  if (end === "failsOnce" && activityInfo().attempt === 1) throw new Error("asked to fail once");
  return `work ${place} ${ms}`;
}
