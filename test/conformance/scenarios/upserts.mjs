/** Workflows that change their own search attributes and memo. */
import { chained, everySearchAttribute } from "./runs.mjs";

const attributes = (common) => ({ typedSearchAttributes: everySearchAttribute(common) });

export const upsertScenarios = [
  { subject: "upsert-typed", workflow: "upsertTyped", options: attributes },
  { subject: "upsert-untyped", workflow: "upsertUntyped", options: attributes },
  { subject: "upsert-memo", workflow: "upsertMemoAndTell", options: { memo: { note: "first", kept: [1] } } },
  chained({
    subject: "upsert-then-continue",
    workflow: "upsertThenContinue",
    args: [true],
    options: (common) => ({ ...attributes(common), memo: { note: "first", kept: [1] } }),
  }),
].map((scenario) => ({ source: "upserts.ts", ...scenario }));
