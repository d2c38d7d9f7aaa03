import { condition, defineQuery, defineSignal, proxyActivities, setHandler, sleep } from "perdure/workflow";
import type * as activities from "./activities.ts";

const { reserve, charge } = proxyActivities<typeof activities>({
  startToCloseTimeout: "10 seconds",
  retry: { initialInterval: "50 ms" },
});

export const approve = defineSignal<[by: string]>("approve");
export const status = defineQuery<string>("status");

/** One order: reserve, wait for somebody's approval, charge, and let the parcel cool down before it ships. */
export async function order(customer: string, item: string, count: number): Promise<string> {
  let state = "reserving";
  let approvedBy: string | undefined;
  setHandler(status, () => state);
  setHandler(approve, (by) => {
    approvedBy = by;
  });

  const parcel = await reserve(item, count);
  state = "waiting for approval";
  await condition(() => approvedBy !== undefined);
  state = "charging";
  const receipt = await charge(customer, count * 499);
  state = "cooling down";
  await sleep(100);
  state = "shipped";
  return `${parcel}, approved by ${approvedBy}, ${receipt}`;
}
