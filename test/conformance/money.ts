import type { TypeInfo } from "perdure/common";

/** An amount, which payloads carry as text: "5 EUR". */
export class Money {
  readonly amount: number;
  readonly currency: string;

  constructor(amount: number, currency: string) {
    this.amount = amount;
    this.currency = currency;
  }

  plus(other: Money): Money {
    return new Money(this.amount + other.amount, this.currency);
  }
}

export const money: TypeInfo<Money, string> = {
  transferTypeConverter: {
    toTransferType: ({ amount, currency }) => `${amount} ${currency}`,
    fromTransferType(text) {
      const [amount, currency = ""] = text.split(" ");
      return new Money(Number(amount), currency);
    },
  },
};

export const moneyToMoney = { inputTypes: [money], outputType: money };
