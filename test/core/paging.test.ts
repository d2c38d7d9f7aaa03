import { describe, expect, test } from "vitest";
import type { WorkflowCommand } from "../../src/core/command.ts";
import type { Effect } from "../../src/core/effect.ts";
import { createRun, step } from "../../src/core/run.ts";
import type { HistoryEvent } from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import { HistoryBuilder, taskOf } from "./history-builder.ts";
import { complete, effectText, ok, options, Player, scheduleActivity, startTimer } from "./player.ts";

const LAST = new Uint8Array(0);

/** Twenty-five events: empty tasks, a failed one, timers, an activity; the last task is open. */
function longHistory(): HistoryBuilder {
  const h = new HistoryBuilder();
  h.started();
  h.fullTask({ sdkMetadata: { langUsedFlags: [1] } });
  const first = h.timerStarted(1);
  h.timerFired(first, 1);
  h.openTask();
  h.taskFailed();
  h.fullTask({ sdkMetadata: { langUsedFlags: [2] } });
  h.activityCompleted(h.activityScheduled("1"));
  h.fullTask();
  h.fullTask();
  const second = h.timerStarted(2);
  h.timerFired(second, 2);
  h.openTask();
  return h;
}

const script: readonly (readonly WorkflowCommand[])[] = [
  [startTimer(1)],
  [scheduleActivity(1)],
  [startTimer(2)],
  [complete],
];

/** What a run did with history that came in these pages; the first comes with the task. */
function play(
  h: HistoryBuilder,
  pages: readonly (readonly HistoryEvent[])[],
): { seen: unknown[]; fetches: number } {
  const run = createRun(options);
  const token = (page: number): Uint8Array => (page < pages.length ? Uint8Array.of(page) : LAST);
  const task = taskOf(h, { events: pages[0] ?? [], nextPageToken: token(1), previousStarted: 20 });
  const seen: unknown[] = [];
  let effects: Effect[] = step(run, { kind: "task", task });
  let answers = 0;
  let fetches = 0;
  for (;;) {
    const effect = effects[0];
    if (effect?.kind === "fetchPage") {
      fetches += 1;
      const page = effect.token[0] ?? 0;
      effects = step(run, { kind: "page", events: pages[page] ?? [], nextPageToken: token(page + 1) });
    } else if (effect?.kind === "activate") {
      seen.push(effect.activation);
      effects = step(run, { kind: "completion", completion: ok(...(script[answers++] ?? [])) });
    } else {
      seen.push(effects.map(effectText));
      return { seen, fetches };
    }
  }
}

describe("paging", () => {
  const h = longHistory();
  const events = h.build();
  const { seen: expected } = play(h, [events]);

  test("the whole history in one page is replayed and answered", () => {
    expect(expected).toHaveLength(5);
    expect(expected[4]).toEqual(["respond completeWorkflowExecution"]);
  });

  test("bug class 2: a page may end after any event", () => {
    for (let cut = 1; cut < events.length; cut++) {
      expect(play(h, [events.slice(0, cut), events.slice(cut)]).seen).toEqual(expected);
    }
  });

  test("bug class 2: two pages may end after any two events", () => {
    for (let a = 1; a < events.length - 1; a++) {
      for (let b = a + 1; b < events.length; b++) {
        expect(play(h, [events.slice(0, a), events.slice(a, b), events.slice(b)]).seen).toEqual(expected);
      }
    }
  });

  test("bug class 2: each event may come in a page of its own, with empty pages between", () => {
    const pages = events.flatMap((event) => [[event], []]);
    expect(play(h, pages).seen).toEqual(expected);
  });

  test("bug class 2: a full page may carry a token to an empty one", () => {
    expect(play(h, [events, []]).seen).toEqual(expected);
    expect(play(h, [events.slice(0, 12), events.slice(12), [], []]).seen).toEqual(expected);
  });

  test("a page that repeats events is trimmed", () => {
    expect(play(h, [events.slice(0, 15), events.slice(9)]).seen).toEqual(expected);
  });

  test("a page is fetched only when two slices are not there", () => {
    const player = new Player();
    const task = taskOf(h, {
      events: events.slice(0, 14),
      nextPageToken: Uint8Array.of(9),
      previousStarted: 20,
    });
    expect(player.step({ kind: "task", task })).toEqual(["activate initializeWorkflow"]);
    expect(player.complete(startTimer(1))).toEqual(["fetchPage 9"]);
  });

  test("bug class 12: the flags of a task are known while it is replayed, also across pages", () => {
    const flags = (list: unknown[]): unknown[] =>
      list.slice(0, 4).map((item) => (item as { availableFlags: unknown }).availableFlags);
    expect(flags(expected)).toEqual([[1], [1, 2], [1, 2], [1, 2]]);
    expect(flags(play(h, [events.slice(0, 3), events.slice(3)]).seen)).toEqual(flags(expected));
  });
});

describe("a run that is not cached", () => {
  const h = longHistory();
  const events = h.build();

  function miss(pages: readonly (readonly HistoryEvent[])[], tailFrom: number): string[] {
    const player = new Player();
    const task = taskOf(h, { events: events.slice(tailFrom), previousStarted: 20 });
    let effects = player.step({ kind: "task", task });
    expect(effects).toEqual(["fetchPage"]);
    expect(player.effect("fetchPage")).toMatchObject({ workflowId: "order-1", runId: h.runId, token: LAST });
    let page = 0;
    const seen: string[] = [];
    for (;;) {
      if (effects[0]?.startsWith("fetchPage") === true) {
        const next = pages[page++] ?? [];
        effects = player.step({
          kind: "page",
          events: next,
          nextPageToken: page < pages.length ? Uint8Array.of(page) : LAST,
        });
      } else if (effects[0]?.startsWith("activate") === true) {
        seen.push(effects[0]);
        effects = player.complete(...(script[seen.length - 1] ?? []));
      } else return [...seen, ...effects];
    }
  }

  const whole = [
    "activate initializeWorkflow",
    "activate fireTimer 1",
    "activate resolveActivity 1 completed",
    "activate fireTimer 2",
    "respond completeWorkflowExecution",
  ];

  test("fetches history from its start", () => {
    expect(miss([events], 22)).toEqual(whole);
  });

  test("bug class 5: the tail of the task may be missing from the pages, or be there twice", () => {
    const end = events.length;
    expect(miss([events.slice(0, end - 2)], end - 5)).toEqual(whole);
    expect(miss([events.slice(0, end - 1)], end - 5)).toEqual(whole);
    expect(miss([events.slice(0, 10), events.slice(10, end - 2)], end - 4)).toEqual(whole);
    expect(miss([events.slice(0, 10), [], events.slice(10, end - 2), []], end - 4)).toEqual(whole);
  });

  test("gives up when the pages do not reach the events of the task", () => {
    expect(miss([events.slice(0, 12)], events.length - 2).slice(-2)).toEqual([
      "respondFailed 14",
      "evict fatal",
    ]);
  });
});

describe("a page that cannot be had", () => {
  const h = longHistory();
  const events = h.build();
  const nextPageToken = Uint8Array.of(1);

  test("fails the task, and says why", () => {
    const player = new Player();
    player.step({
      kind: "task",
      task: taskOf(h, { events: events.slice(0, 2), nextPageToken, previousStarted: 20 }),
    });
    expect(player.step({ kind: "pageFailed", message: "deadline exceeded" })).toEqual([
      "respondFailed 14",
      "evict historyFetch",
    ]);
    expect(player.effect("respondFailed").failure.message).toBe("deadline exceeded");
  });

  test("fails the task also when a completion waits for it", () => {
    const player = new Player();
    player.step({
      kind: "task",
      task: taskOf(h, { events: events.slice(0, 14), nextPageToken, previousStarted: 20 }),
    });
    expect(player.complete(startTimer(1))).toEqual(["fetchPage 1"]);
    expect(player.step({ kind: "pageFailed", message: "gone" })).toEqual([
      "respondFailed 14",
      "evict historyFetch",
    ]);
  });

  test("history that ends before the task began is an error", () => {
    const player = new Player();
    expect(player.step({ kind: "task", task: taskOf(h, { events: events.slice(0, 8) }) })).toEqual([
      "respondFailed 14",
      "evict historyFetch",
    ]);
    expect(player.effect("respondFailed").failure.message).toBe("Fetched empty history page");
  });
});
