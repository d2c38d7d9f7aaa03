import { describe, expect, test } from "vitest";
import { asRecorded, recorded, subjects } from "./recorded.ts";
import { replayHistory } from "./replay-history.ts";
import { loadWorkflowCode } from "./workflow-code.ts";

const code = await loadWorkflowCode("mod.ts");

describe.each(subjects)("%s", (subject) => {
  const history = recorded(subject);

  test("bug class 7: a history that ends anywhere, in a started task or among commands, replays", async () => {
    const strange: string[] = [];
    for (let length = 1; length <= history.events.length; length++) {
      const cut = asRecorded(history.events.slice(0, length), history);
      const { answer, activated } = await replayHistory(code, cut);
      const broken = activated.some(({ completion }) => completion.kind === "failure");
      if (answer.kind === "failed" || broken) strange.push(`${length} events: ${answer.kind}`);
    }
    expect(strange).toEqual([]);
  });
});
