/** Workflows whose messages say how they are converted: amounts are instances here and text in payloads. */
import {
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  defineWorkflowOptions,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  startChild,
  workflowInfo,
} from "perdure/workflow";
import type * as activities from "../activities.ts";
import { Money, money, moneyToMoney } from "../money.ts";

const options = { startToCloseTimeout: "10 seconds", activityTypeInfo: { addFee: moneyToMoney } } as const;
const { addFee } = proxyActivities<typeof activities>(options);
const local = proxyLocalActivities<typeof activities>(options);

const payment = defineSignal<[Money]>("payment", { typeInfo: { inputTypes: [money] } });
const paidWith = defineQuery<Money, [Money]>("paidWith", { typeInfo: moneyToMoney });
const raise = defineUpdate<Money, [Money]>("raise", { typeInfo: moneyToMoney });

/** Adds the first payment to its amount. */
export async function moneyChild(amount: Money): Promise<Money> {
  let paid: Money | undefined;
  setHandler(payment, (sum) => {
    paid = sum;
  });
  await condition(() => paid !== undefined);
  return paid === undefined ? amount : amount.plus(paid);
}
defineWorkflowOptions(moneyChild, { staticOptions: { typeInfo: moneyToMoney } });

/** Waits until ten are paid, adds fees by an activity, a local one and a child, and goes on in a second run. */
export async function moneyFlow(amount: Money, isSecond = false): Promise<Money> {
  let total = amount;
  setHandler(payment, (sum) => {
    total = total.plus(sum);
  });
  setHandler(paidWith, (sum) => total.plus(sum));
  setHandler(raise, (sum) => {
    total = total.plus(sum);
    return total;
  });
  await condition(() => total.amount >= 10);
  if (isSecond) return total;
  total = await addFee(total);
  total = await local.addFee(total);
  const child = await startChild(moneyChild, {
    workflowId: `${workflowInfo().workflowId}-child`,
    args: [total],
  });
  await child.signal(payment, new Money(3, "EUR"));
  total = await child.result();
  return await continueAsNew<typeof moneyFlow>(total, true);
}
defineWorkflowOptions(moneyFlow, { staticOptions: { typeInfo: moneyToMoney } });
