import { describe, expect, test } from "vitest";
import { changed } from "./altered.ts";
import { recorded } from "./recorded.ts";
import { replayHistory } from "./replay-history.ts";
import { loadWorkflowCode } from "./workflow-code.ts";

const phases = ["before", "with", "deprecated", "after"] as const;
type Phase = (typeof phases)[number];

/** Which code may follow which: a change is deployed phase by phase, and never taken back. */
const mayFollow: { readonly [history in Phase]: readonly Phase[] } = {
  before: ["before", "with"],
  with: ["with", "deprecated"],
  deprecated: ["with", "deprecated", "after"],
  after: ["deprecated", "after"],
};

const code = await loadWorkflowCode("mod.ts");

function typeOf(phase: Phase): string {
  return `patch${phase.charAt(0).toUpperCase()}${phase.slice(1)}`;
}

describe.each(phases)("a history made %s the patch", (made) => {
  test.each(phases)("replayed by code %s the patch", async (now) => {
    const history = changed(recorded(`patch-${made}`), 1, ({ attributes }) => {
      if (attributes.case === "workflowExecutionStartedEventAttributes" && attributes.value.workflowType) {
        attributes.value.workflowType.name = typeOf(now);
      }
    });
    const { answer, evicted } = await replayHistory(code, history);
    const fits = mayFollow[made].includes(now);
    expect([answer.kind, evicted]).toEqual(fits ? ["dropped", "ended"] : ["failed", "nondeterminism"]);
  });
});
