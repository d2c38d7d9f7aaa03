import { describe, expect, test } from "vitest";
import type { Activation } from "../../src/core/activation.ts";
import type { WorkflowCommand } from "../../src/core/command.ts";
import { HistoryCursor } from "../../src/core/history/cursor.ts";
import { upcoming } from "../../src/core/history/lookahead.ts";
import { lastStartedId, type ReplayOutcome, replayHistory, replayTask } from "../../src/core/replay.ts";
import { HistoryBuilder } from "./history-builder.ts";
import { complete, jobText, ok, options, scheduleActivity, startTimer } from "./player.ts";

interface Replayed {
  readonly outcome: ReplayOutcome;
  readonly activations: readonly Activation[];
}

function replay(h: HistoryBuilder, ...script: (readonly WorkflowCommand[])[]): Replayed {
  const activations: Activation[] = [];
  const outcome = replayHistory({
    events: h.build(),
    workflowId: "order-1",
    options,
    complete: (activation) => {
      activations.push(activation);
      return ok(...(script[activations.length - 1] ?? []));
    },
  });
  return { outcome, activations };
}

function base(): HistoryBuilder {
  const h = new HistoryBuilder();
  h.started();
  h.fullTask();
  return h;
}

describe("replay of a whole history", () => {
  test("ends well when code does what history says, and is replay all the way", () => {
    const h = base();
    h.timerFired(h.timerStarted(1), 1);
    h.fullTask();
    h.completed();
    const { outcome, activations } = replay(h, [startTimer(1)], [complete]);
    expect(outcome).toMatchObject({ kind: "replayed", lastEventId: 10 });
    expect(activations.map((activation) => activation.jobs.map(jobText).join())).toEqual([
      "initializeWorkflow",
      "fireTimer 1",
    ]);
    expect(activations.every((activation) => activation.isReplaying)).toBe(true);
  });

  test("fails with the failure that a worker would report", () => {
    const h = base();
    h.timerStarted(1);
    const { outcome } = replay(h, [scheduleActivity(1)]);
    expect(outcome).toMatchObject({
      kind: "failed",
      reason: "nondeterminism",
      failure: { message: expect.stringContaining("[TMPRL1100]") },
    });
  });

  test.each<[string, (h: HistoryBuilder) => unknown, WorkflowCommand[]]>([
    ["an open task", (h) => h.openTask(), []],
    ["a lone completed task", () => undefined, []],
    ["commands after a completed task", (h) => h.timerStarted(1), [startTimer(1)]],
    ["a failed task", (h) => [h.openTask(), h.taskFailed()], []],
    ["termination", (h) => h.add("workflowExecutionTerminated", {}), []],
    ["termination within a task", (h) => [h.openTask(), h.add("workflowExecutionTerminated", {})], []],
    ["a time-out", (h) => h.add("workflowExecutionTimedOut", {}), []],
    ["an event from outside", (h) => h.signal("go"), []],
  ])("bug class 7: history may end with %s", (_, end, commands) => {
    const h = base();
    end(h);
    expect(replay(h, commands).outcome.kind).toBe("replayed");
  });

  test("needs a history from its start", () => {
    const events = base().build().slice(1);
    expect(() => replayTask(events, "order-1")).toThrow(
      "history does not begin with WorkflowExecutionStarted but with workflowTaskScheduledEventAttributes",
    );
    expect(() => replayTask([], "order-1")).toThrow(RangeError);
  });

  test("finds the last task that came to something", () => {
    const h = base();
    expect(lastStartedId(h.build())).toBe(3);
    h.openTask();
    h.taskFailed();
    h.openTask();
    h.taskTimedOut();
    expect(lastStartedId(h.build())).toBe(3);
    h.openTask();
    expect(lastStartedId(h.build())).toBe(12);
    expect(lastStartedId([])).toBe(0);
  });
});

test("lookahead sees the slice after the current one, empty tasks merged", () => {
  const h = base();
  h.fullTask();
  h.fullTask();
  h.timerFired(h.timerStarted(1), 1);
  h.openTask();
  const cursor = new HistoryCursor({ ownSdkName: "perdure", namesItself: false, lastSdkName: "" });
  cursor.load({ ...replayTask(h.build(), "order-1"), cached: false });
  expect(cursor.take(0)).toBe("slice");
  const [from, to] = upcoming(cursor);
  expect(cursor.events.slice(from, to).map((event) => Number(event.eventId))).toEqual([10, 11, 12, 13, 14]);
});

test("replay of a long history looks at each event a few times only", () => {
  const h = base();
  const script: WorkflowCommand[][] = [];
  const rounds = 500;
  for (let seq = 1; seq <= rounds; seq++) {
    h.activityCompleted(h.activityScheduled(String(seq)));
    h.fullTask();
    script.push([scheduleActivity(seq)]);
  }
  h.completed();
  let reads = 0;
  const events = h.build().map((event) => {
    const { eventId } = event;
    return Object.defineProperty({ ...event }, "eventId", {
      get: () => {
        reads += 1;
        return eventId;
      },
    });
  });
  let answers = 0;
  const outcome = replayHistory({
    events,
    workflowId: "order-1",
    options,
    complete: () => ok(...(script[answers++] ?? [complete])),
  });
  expect(outcome.kind).toBe("replayed");
  expect(answers).toBe(rounds + 1);
  expect(reads).toBeLessThan(events.length * 5);
});
