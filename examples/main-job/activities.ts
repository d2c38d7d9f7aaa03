import { activityInfo, log } from "perdure/activity";

/** Sets goods aside and says which parcel they are in. */
export async function reserve(item: string, count: number): Promise<string> {
  log.debug("reserving", { item, count });
  return `${count} x ${item} in parcel ${item.length * 100 + count}`;
}

/** Takes the money. The first attempt fails, so that the retry shows in the history's attempt counter. */
export async function charge(customer: string, cents: number): Promise<string> {
  const { attempt } = activityInfo();
  if (attempt === 1) throw new Error("the bank did not answer");
  return `receipt ${customer}-${cents} (attempt ${attempt})`;
}
