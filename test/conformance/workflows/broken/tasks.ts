/** The defective forms of workflows in `../tasks.ts`: a worker with these fails the task, a worker with the others goes on. */
import { proxyActivities } from "perdure/workflow";
import type * as activities from "../../activities.ts";

const { greet } = proxyActivities<typeof activities>({ startToCloseTimeout: "1 minute" });

/** An error that is no failure of Temporal's fails the workflow task, not the workflow. */
export async function fixedLater(name: string): Promise<string> {
  const greeting = await greet(name);
  throw new Error(`a defect after "${greeting}"`);
}
