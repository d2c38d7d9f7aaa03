/** Workflows that put their events into groups of their own. */
import {
  CancellationScope,
  condition,
  continueAsNew,
  createEventGroup,
  defineSignal,
  executeChild,
  makeContinueAsNewFunc,
  proxyActivities,
  setHandler,
  sleep,
  workflowInfo,
} from "perdure/workflow";
import type * as activities from "../activities.ts";
import { childGreets } from "./child-types.ts";

const { greet } = proxyActivities<typeof activities>({ startToCloseTimeout: "1 minute" });
const go = defineSignal("go");

/** By option, by scope, by both; scopes within scopes; and what is cancelled. */
export async function explicitEventGroups(): Promise<string> {
  const orders = createEventGroup("Orders", { id: "orders" });
  const money = createEventGroup("Money", { id: "money" });
  const again = createEventGroup("Orders once more", { id: "orders" });
  const first = createEventGroup("10 first", { id: "10" });
  await sleep(1, { eventGroups: [money, orders] });
  await orders.withScope(async () => {
    await greet("in a scope");
    await money.withScope(async () => {
      await first.withScope(() => sleep(1));
      await greet.executeWithOptions({ eventGroups: [again] }, ["in both"]);
    });
    await executeChild(childGreets, { args: ["you"], workflowId: `${workflowInfo().workflowId}-child` });
  });
  const scope = new CancellationScope();
  const cancelled = scope.run(() => sleep("1 hour", { eventGroups: [money] }));
  await sleep(1);
  orders.withScope(async () => scope.cancel());
  await cancelled.catch(() => undefined);
  await executeChild(childGreets, {
    args: ["you"],
    workflowId: `${workflowInfo().workflowId}-child`,
    eventGroups: [money],
  });
  return await greet("in none");
}

/** The group of a handler comes first; groups around `setHandler` do not reach into it. */
export async function eventGroupsInHandlers(): Promise<string> {
  let done = false;
  const outer = createEventGroup("Outer", { id: "outer" });
  const inner = createEventGroup("Inner", { id: "inner" });
  await outer.withScope(async () => {
    setHandler(go, async () => {
      await greet("from the handler");
      await inner.withScope(() => sleep(1));
      done = true;
    });
    await condition(() => done);
  });
  return "done";
}

export async function eventGroupOfContinueAsNew(round: number): Promise<number> {
  if (round > 1) return round;
  const group = createEventGroup("Round", { id: "round" });
  if (round === 1) await group.withScope(() => continueAsNew<typeof eventGroupOfContinueAsNew>(2));
  const next = makeContinueAsNewFunc<typeof eventGroupOfContinueAsNew>({ eventGroups: [group] });
  return await next(1);
}
