import { describe, expect, test } from "vitest";
import { expectRecordedAnswer } from "./expect-recorded.ts";
import { recorded, subjects, workflowTasks } from "./recorded.ts";
import { fullTask, ReplayedRun, replayHistory } from "./replay-history.ts";
import { loadWorkflowCode } from "./workflow-code.ts";

const code = await loadWorkflowCode("mod.ts");

describe.each(subjects)("%s", (subject) => {
  const history = recorded(subject);
  const tasks = workflowTasks(history.events);

  test("a new worker replays the whole history", async () => {
    const { answer, activated, evicted } = await replayHistory(code, history);
    const closed = subject !== "open-run";
    expect(answer.kind).toBe(closed ? "dropped" : "completed");
    expect(evicted).toBe(closed ? "ended" : undefined);
    expect(activated.length).toBeGreaterThan(0);
    expect(activated.every(({ activation }) => activation.isReplaying)).toBe(true);
    expect(activated.filter(({ completion }) => completion.kind === "failure")).toEqual([]);
  });

  test.each(tasks.filter(({ completed }) => completed !== undefined))(
    "a new worker answers the task of event $startedId as the recorded one did",
    async (task) => {
      const run = new ReplayedRun(code, history);
      const delivered = await run.deliver(fullTask(history, task));
      run.evict();
      expectRecordedAnswer(delivered, history, task);
    },
  );
});
