/** A local activity that is open when something happens to its worker or to its run. */
import { proxyLocalActivities } from "perdure/workflow";
import type * as activities from "../activities.ts";

const local = proxyLocalActivities<typeof activities>({ startToCloseTimeout: "1 minute" });

export async function localOpen(activity: "slow" | "stubborn", ms: number): Promise<string[]> {
  return [await local[activity]("first", ms), await local.greet("second")];
}
