/** Workflows that ask for randomness and time. */
import { proxyActivities, sleep, uuid4 } from "perdure/workflow";
import type * as activities from "../activities.ts";

const { echo } = proxyActivities<typeof activities>({ startToCloseTimeout: "1 minute" });

/** Identifiers and random numbers across several tasks. What is drawn goes through an activity, so it is in the history. */
export async function randomAcrossTasks(): Promise<unknown> {
  const drawn: { uuid: string; random: number }[] = [];
  for (let round = 0; round < 3; round++) {
    const one = { uuid: uuid4(), random: Math.random() };
    drawn.push(one);
    await echo(one);
    await sleep(20);
  }
  return drawn;
}

/** Workflow time stands still within a task and moves between tasks. */
export async function timeAcrossTasks(): Promise<unknown> {
  const first = Date.now();
  const same = Date.now() === first && new Date().toISOString() === new Date(first).toISOString();
  await sleep(100);
  const later = Date.now();
  return {
    first,
    same,
    later,
    iso: new Date().toISOString(),
    moved: later > first,
    utc: new Date(0).toISOString(),
  };
}
