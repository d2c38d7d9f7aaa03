import { describe, expect, test } from "vitest";
import { HistoryBuilder, taskOf } from "./history-builder.ts";
import { complete, Player, startTimer } from "./player.ts";
import { waiting } from "./waiting-run.ts";

describe("what the server says to the answer", () => {
  function answered(command = complete): Player {
    const { h, player } = waiting();
    h.timerFired(5, 1);
    h.openTask();
    player.step({ kind: "task", task: taskOf(h, { from: 4, previousStarted: 3 }) });
    player.complete(command);
    return player;
  }

  test.each([
    ["notFound", "evict taskNotFound"],
    ["unhandledCommand", "evict unhandledCommand"],
    ["other", "evict fatal"],
  ] as const)("bug class 58: refused with %s, the run leaves and nothing is sent", (reason, expected) => {
    const refusal = { kind: "refused", reason, message: "no" } as const;
    expect(answered().step(refusal)).toEqual([expected]);
    expect(answered(startTimer(3)).step(refusal)).toEqual([expected]);
  });

  test("bug class 60: an answer that is too large fails the task, on its first attempt", () => {
    const refusal = { kind: "refused", reason: "messageTooLarge", message: "5 MB" } as const;
    const player = answered();
    expect(player.step(refusal)).toEqual(["respondFailed 36", "evict fatal"]);
    expect(player.effect("respondFailed").failure).toMatchObject({
      message: "5 MB",
      failureInfo: { value: { type: "GrpcMessageTooLarge", nonRetryable: true } },
    });
    const { h, player: second } = waiting();
    h.openTask();
    second.step({ kind: "task", task: taskOf(h, { from: 4, previousStarted: 3, attempt: 2 }) });
    expect(second.step(refusal)).toEqual(["evict fatal"]);
  });

  test("a workflow that ended leaves once the server took its answer", () => {
    expect(answered().answered()).toEqual(["evict ended"]);
    expect(answered(startTimer(3)).answered()).toEqual([]);
  });

  test("bug class 45: a speculative task is taken back, its real events are not applied twice", () => {
    const { h, player } = waiting();
    h.signal("a");
    h.openTask();
    player.step({ kind: "task", task: taskOf(h, { from: 4, previousStarted: 3 }) });
    player.complete();
    expect(player.answered(3)).toEqual([]);

    const again = new HistoryBuilder();
    again.started();
    again.fullTask();
    again.timerStarted(1);
    again.timerStarted(2);
    again.signal("a");
    again.signal("b");
    again.openTask();
    expect(player.step({ kind: "task", task: taskOf(again, { from: 4, previousStarted: 3 }) })).toEqual([
      "activate signalWorkflow b",
    ]);
    expect(player.activation.historyLength).toBe(10);
  });

  test("bug class 4: what is new is told by the last event applied, not by the started task", () => {
    const { h, player } = waiting();
    const legacyQuery = { id: "legacy_query", queryType: "state", args: [], headers: {} };
    player.step({ kind: "task", task: taskOf(h, { from: 4, previousStarted: 3, started: 0, legacyQuery }) });
    player.complete({ kind: "respondToQuery", queryId: "legacy_query", answer: { kind: "succeeded" } });
    player.answered();
    h.timerFired(5, 1);
    h.openTask();
    expect(player.step({ kind: "task", task: taskOf(h, { from: 4, previousStarted: 3 }) })).toEqual([
      "activate fireTimer 1",
    ]);
  });
});

describe("inputs out of place", () => {
  test("bug class 49: nothing comes of them", () => {
    const { h, player } = waiting();
    expect(player.complete(startTimer(9))).toEqual([]);
    expect(player.answered()).toEqual([]);
    expect(player.step({ kind: "page", events: h.build(), nextPageToken: new Uint8Array(0) })).toEqual([]);
    expect(player.step({ kind: "pageFailed", message: "no" })).toEqual([]);
    expect(player.step({ kind: "refused", reason: "notFound", message: "late" })).toEqual([]);
  });

  test("a second task while one is open is dropped", () => {
    const h = new HistoryBuilder();
    h.started();
    h.openTask();
    const player = new Player();
    player.step({ kind: "task", task: taskOf(h) });
    expect(player.step({ kind: "task", task: taskOf(h) })).toEqual(["dropTask"]);
    expect(player.complete(startTimer(1))).toEqual(["respond startTimer"]);
  });

  test("after the run left, tasks are dropped and the rest is ignored", () => {
    const { h, player } = waiting();
    expect(player.step({ kind: "evict", reason: "cacheFull", message: "LRU" })).toEqual(["evict cacheFull"]);
    expect(player.step({ kind: "evict", reason: "cacheFull", message: "LRU" })).toEqual([]);
    expect(player.step({ kind: "task", task: taskOf(h) })).toEqual(["dropTask"]);
    expect(player.complete()).toEqual([]);
    expect(player.answered()).toEqual([]);
    expect(player.step({ kind: "refused", reason: "other", message: "" })).toEqual([]);
  });

  test("an eviction waits for the open task, unless the sandbox broke", () => {
    const h = new HistoryBuilder();
    h.started();
    h.openTask();
    const player = new Player();
    player.step({ kind: "task", task: taskOf(h) });
    expect(player.step({ kind: "evict", reason: "cacheFull", message: "LRU" })).toEqual([]);
    expect(player.complete(startTimer(1))).toEqual(["respond startTimer", "evict cacheFull"]);
    const broken = new Player();
    broken.step({ kind: "task", task: taskOf(h) });
    expect(broken.step({ kind: "evict", reason: "fatal", message: "thread died" })).toEqual([
      "dropTask",
      "evict fatal",
    ]);
  });

  test("an empty task is refused, and reported", () => {
    const h = new HistoryBuilder();
    const player = new Player();
    expect(player.step({ kind: "task", task: taskOf(h, { started: 3 }) })).toEqual([
      "respondFailed 14",
      "evict historyFetch",
    ]);
    expect(player.effect("respondFailed").failure.message).toBe(
      "Received an empty workflow task with no queries or history",
    );
  });
});
