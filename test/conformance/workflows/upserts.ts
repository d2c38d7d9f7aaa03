/** Workflows that change their own search attributes and memo. */
import { defineSearchAttributeKey, type SearchAttributeUpdatePair } from "perdure/common";
import {
  continueAsNew,
  patched,
  sleep,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from "perdure/workflow";

const orderId = defineSearchAttributeKey("OrderId", "KEYWORD");
const amount = defineSearchAttributeKey("Amount", "INT");
const urgent = defineSearchAttributeKey("Urgent", "BOOL");
const dueAt = defineSearchAttributeKey("DueAt", "DATETIME");
const tags = defineSearchAttributeKey("Tags", "KEYWORD_LIST");

/** The search attributes of this workflow in both forms, in one order. */
function shown(): unknown {
  const { searchAttributes, typedSearchAttributes } = workflowInfo();
  const typed = typedSearchAttributes.getAll().map(({ key, value }) => [key.name, key.type, value]);
  return [Object.entries(searchAttributes).sort(), typed.sort()];
}

export async function upsertTyped(): Promise<unknown[]> {
  const seen = [shown()];
  const change = (pair: SearchAttributeUpdatePair): void => {
    upsertSearchAttributes([pair]);
    seen.push(shown());
  };
  change({ key: orderId, value: "order-2" });
  change({ key: dueAt, value: new Date(Date.UTC(2031, 1, 3)) });
  await sleep(20);
  change({ key: tags, value: ["x", "y"] });
  change({ key: amount, value: null });
  change({ key: urgent, value: false });
  return seen;
}

export async function upsertUntyped(): Promise<unknown[]> {
  const seen = [shown()];
  const change = (changes: Parameters<typeof upsertSearchAttributes>[0]): void => {
    upsertSearchAttributes(changes);
    seen.push(shown());
  };
  change({ OrderId: ["order-2"] });
  change({ Urgent: [false] });
  await sleep(20);
  change({ Amount: [] });
  change({ Tags: ["x", "y"] });
  return seen;
}

export async function upsertMemoAndTell(): Promise<unknown[]> {
  const seen: unknown[] = [workflowInfo().memo];
  upsertMemo({ note: "changed", added: { list: [1, 2] } });
  seen.push(workflowInfo().memo);
  await sleep(20);
  upsertMemo({ note: null, added: { other: true } });
  seen.push(workflowInfo().memo);
  return seen;
}

/** What a run set is what the next run begins with, except what it got from its patches. */
export async function upsertThenContinue(again: boolean): Promise<unknown> {
  const before = shown();
  if (!again) return before;
  patched("not-carried-over");
  upsertSearchAttributes([{ key: orderId, value: "order-3" }]);
  upsertMemo({ note: "of the first run" });
  await sleep(20);
  return await continueAsNew<typeof upsertThenContinue>(false);
}
