/** Messages that say how they are converted. */
import { chained } from "./runs.mjs";
import { settled } from "./wait.mjs";

class Money {
  constructor(amount, currency) {
    this.amount = amount;
    this.currency = currency;
  }
}

const money = {
  transferTypeConverter: {
    toTransferType: ({ amount, currency }) => `${amount} ${currency}`,
    fromTransferType(text) {
      const [amount, currency] = text.split(" ");
      return new Money(Number(amount), currency);
    },
  },
};
const euro = (amount) => new Money(amount, "EUR");
const typeInfo = { inputTypes: [money], outputType: money };

function isMoney(value, amount) {
  if (value instanceof Money && value.amount === amount && value.currency === "EUR") return;
  throw new Error(`expected ${amount} EUR as an instance of Money, got ${JSON.stringify(value)}`);
}

export const typeInfoScenarios = [
  chained({
    subject: "type-info",
    note: "amounts are instances of a class in programs, text in payloads",
    source: "type-info.ts",
    workflow: "moneyFlow",
    args: [euro(1)],
    options: { typeInfo },
    async act(handle) {
      await settled(handle);
      await handle.signalWithOptions("payment", { args: [euro(2)], typeInfo: { inputTypes: [money] } });
      isMoney(await handle.queryWithOptions("paidWith", { args: [euro(1)], typeInfo }), 4);
      isMoney(await handle.executeUpdate("raise", { args: [euro(7)], updateId: "raise", typeInfo }), 10);
      isMoney(await handle.result(), 15);
    },
  }),
];
