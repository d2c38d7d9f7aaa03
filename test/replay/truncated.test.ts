import { describe, expect, test } from "vitest";
import { EventType } from "../../src/gen/codec/temporal/api/enums/v1/event_type.ts";
import { asRecorded, recorded, subjects } from "./recorded.ts";
import { replayHistory } from "./replay-history.ts";
import { loadWorkflowCode } from "./workflow-code.ts";

const code = await loadWorkflowCode("mod.ts");

describe.each(subjects)("%s", (subject) => {
  const history = recorded(subject);

  test("bug class 7: a history that ends anywhere, in a started task or among commands, replays", async () => {
    const strange: string[] = [];
    for (const [index, { eventType }] of history.events.entries()) {
      const cut = asRecorded(history.events.slice(0, index + 1), history);
      const { answer, activated } = await replayHistory(code, cut);
      const isBroken = activated.some(({ completion }) => completion.kind === "failure");
      // Events after the last started task are news; without them all is replay.
      const atStart = eventType === EventType.WORKFLOW_TASK_STARTED;
      const isLive = atStart && activated.some(({ activation }) => !activation.isReplaying);
      if (answer.kind === "failed" || isBroken || isLive) strange.push(`${index + 1} events: ${answer.kind}`);
    }
    expect(strange).toEqual([]);
  });
});
