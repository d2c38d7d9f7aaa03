import { describe, expect, test } from "vitest";
import type { WorkflowTask } from "../../src/core/task.ts";
import { HistoryBuilder, taskOf } from "./history-builder.ts";
import { answerQuery, cancelTimer, complete, Player, query, startTimer } from "./player.ts";

const legacyQuery = query("legacy_query");

/** A workflow that waits for timer 1 (event 5), cached after its first task. */
function waiting(): { h: HistoryBuilder; player: Player } {
  const h = new HistoryBuilder();
  h.started();
  h.openTask();
  const player = new Player();
  player.step({ kind: "task", task: taskOf(h) });
  player.complete(startTimer(1));
  player.answered();
  h.taskCompleted();
  h.timerStarted(1);
  return { h, player };
}

function legacyTask(h: HistoryBuilder, more: Parameters<typeof taskOf>[1] = {}): WorkflowTask {
  return taskOf(h, { started: 0, previousStarted: 3, legacyQuery, ...more });
}

describe("a query with a task of its own", () => {
  test("on a cached run needs no history", () => {
    const { h, player } = waiting();
    expect(player.step({ kind: "task", task: legacyTask(h, { events: [] }) })).toEqual([
      "activate queryWorkflow legacy_query",
    ]);
    expect(player.activation).toMatchObject({ isReplaying: true, historyLength: 3 });
    expect(player.complete(answerQuery("legacy_query", 9))).toEqual(["respondQuery answered"]);
    expect(player.effect("respondQuery").answer).toMatchObject({
      completedType: 1,
      queryResult: { payloads: [{ data: Uint8Array.of(9) }] },
    });
    expect(player.answered()).toEqual([]);
  });

  test("bug class 37: sends no commands, and the workflow goes on afterwards", () => {
    const { h, player } = waiting();
    player.step({ kind: "task", task: legacyTask(h, { from: 4 }) });
    expect(player.complete(answerQuery("legacy_query"))).toEqual(["respondQuery answered"]);
    player.answered();
    h.timerFired(5, 1);
    h.openTask();
    expect(player.step({ kind: "task", task: taskOf(h, { from: 4, previousStarted: 3 }) })).toEqual([
      "activate fireTimer 1",
    ]);
    expect(player.complete(complete)).toEqual(["respond completeWorkflowExecution"]);
  });

  test("on a run that is not cached fetches history from its start and answers nothing else", () => {
    const { h } = waiting();
    const player = new Player();
    expect(player.step({ kind: "task", task: legacyTask(h, { events: [] }) })).toEqual(["fetchPage"]);
    expect(player.step({ kind: "page", events: h.build(), nextPageToken: new Uint8Array(0) })).toEqual([
      "activate initializeWorkflow",
    ]);
    expect(player.activation.isReplaying).toBe(true);
    expect(player.complete(startTimer(1))).toEqual(["activate queryWorkflow legacy_query"]);
    expect(player.complete(answerQuery("legacy_query"))).toEqual(["respondQuery answered"]);
  });

  test("with its full history replays it", () => {
    const { h } = waiting();
    const player = new Player();
    expect(player.step({ kind: "task", task: legacyTask(h) })).toEqual(["activate initializeWorkflow"]);
    expect(player.complete(startTimer(1))).toEqual(["activate queryWorkflow legacy_query"]);
  });

  test("whose history ends on a lone completed task is answered all the same", () => {
    const h = new HistoryBuilder();
    h.started();
    h.fullTask();
    const player = new Player();
    expect(player.step({ kind: "task", task: legacyTask(h) })).toEqual(["activate initializeWorkflow"]);
    expect(player.complete()).toEqual(["activate queryWorkflow legacy_query"]);
    expect(player.complete(answerQuery("legacy_query"))).toEqual(["respondQuery answered"]);
    player.answered();
    h.signal("go");
    h.openTask();
    expect(player.step({ kind: "task", task: taskOf(h, { from: 4, previousStarted: 3 }) })).toEqual([
      "activate signalWorkflow go",
    ]);
  });

  test("that is older than the run is dropped: the server asks anew", () => {
    const { h, player } = waiting();
    h.timerFired(5, 1);
    h.openTask();
    player.step({ kind: "task", task: taskOf(h, { from: 4, previousStarted: 3 }) });
    player.complete(startTimer(2));
    player.answered();
    expect(player.step({ kind: "task", task: legacyTask(h, { events: [], previousStarted: 3 }) })).toEqual([
      "dropTask",
    ]);
    expect(player.step({ kind: "task", task: legacyTask(h, { events: [], previousStarted: 8 }) })).toEqual([
      "activate queryWorkflow legacy_query",
    ]);
  });

  test("bug class 40: on a closed run is answered, then the run leaves", () => {
    const h = new HistoryBuilder();
    h.started();
    h.fullTask();
    h.completed();
    const player = new Player();
    player.step({ kind: "task", task: legacyTask(h) });
    expect(player.complete(complete)).toEqual(["activate queryWorkflow legacy_query"]);
    expect(player.complete(answerQuery("legacy_query"))).toEqual(["respondQuery answered"]);
    expect(player.answered()).toEqual(["evict ended"]);
  });

  test("a handler that fails says so", () => {
    const { h, player } = waiting();
    player.step({ kind: "task", task: legacyTask(h, { events: [] }) });
    const failed = { kind: "failed", failure: { message: "no such state" } } as const;
    expect(player.complete({ kind: "respondToQuery", queryId: "legacy_query", answer: failed })).toEqual([
      "respondQuery failed",
    ]);
    expect(player.effect("respondQuery").answer).toMatchObject({
      completedType: 2,
      errorMessage: "no such state",
      failure: { message: "no such state" },
      cause: 0,
    });
  });

  test("bug class 42: what fails while it is pending fails the query, not a task", () => {
    const { h } = waiting();
    const player = new Player();
    player.step({ kind: "task", task: legacyTask(h) });
    expect(player.complete(cancelTimer(4))).toEqual(["respondQuery failed", "evict nondeterminism"]);
    expect(player.effect("respondQuery").answer).toMatchObject({
      cause: 24,
      errorMessage: expect.stringContaining("[TMPRL1100] Nondeterminism error: "),
    });
    const broken = new Player();
    broken.step({ kind: "task", task: legacyTask(h) });
    expect(
      broken.step({ kind: "completion", completion: { kind: "failure", failure: { message: "bug" } } }),
    ).toEqual(["respondQuery failed", "evict workflowFailed"]);
  });

  test("whose history cannot be had is left to the server", () => {
    const { h } = waiting();
    const player = new Player();
    player.step({ kind: "task", task: legacyTask(h, { events: [] }) });
    expect(player.step({ kind: "pageFailed", message: "unavailable" })).toEqual([
      "dropTask",
      "evict historyFetch",
    ]);
  });

  test.each([
    ["commands", [startTimer(9), answerQuery("legacy_query")]],
    ["no answer", []],
    ["another answer", [answerQuery("other")]],
    ["two answers", [answerQuery("legacy_query"), answerQuery("other")]],
  ])("bug class 37: a completion with %s breaks the query", (_, commands) => {
    const { h, player } = waiting();
    player.step({ kind: "task", task: legacyTask(h, { events: [] }) });
    expect(player.complete(...commands)).toEqual(["respondQuery failed", "evict fatal"]);
  });

  test("an answer too large for the server is replaced by a failure; other refusals are nothing", () => {
    const { h, player } = waiting();
    player.step({ kind: "task", task: legacyTask(h, { events: [] }) });
    player.complete(answerQuery("legacy_query"));
    expect(player.step({ kind: "refused", reason: "messageTooLarge", message: "5 MB" })).toEqual([
      "respondQuery failed",
    ]);
    expect(player.effect("respondQuery").answer.cause).toBe(36);
    player.step({ kind: "task", task: legacyTask(h, { events: [] }) });
    player.complete(answerQuery("legacy_query"));
    expect(player.step({ kind: "refused", reason: "notFound", message: "gone" })).toEqual([]);
    expect(player.step({ kind: "task", task: legacyTask(h, { events: [] }) })).toEqual([
      "activate queryWorkflow legacy_query",
    ]);
  });

  test("together with queries on the task is the server's mistake", () => {
    const { h, player } = waiting();
    const task = legacyTask(h, { events: [], queries: [query("a")] });
    expect(player.step({ kind: "task", task })).toEqual(["respondQuery failed", "evict fatal"]);
  });
});

describe("queries on a workflow task", () => {
  test("bug class 39: come after its jobs, and the task is answered with the answers", () => {
    const { h, player } = waiting();
    h.timerFired(5, 1);
    h.openTask();
    const queries = [query("a"), query("b", "other")];
    expect(player.step({ kind: "task", task: taskOf(h, { from: 4, previousStarted: 3, queries }) })).toEqual([
      "activate fireTimer 1",
    ]);
    expect(player.complete(startTimer(2))).toEqual(["activate queryWorkflow a, queryWorkflow b"]);
    expect(player.activation.isReplaying).toBe(true);
    expect(player.complete(answerQuery("b", 2), answerQuery("a", 1))).toEqual(["respond startTimer"]);
    expect(player.effect("respond").answer.queryResults).toEqual({
      a: { resultType: 1, answer: { payloads: [{ data: Uint8Array.of(1) }] } },
      b: { resultType: 1, answer: { payloads: [{ data: Uint8Array.of(2) }] } },
    });
  });

  test("come at once when the task has no jobs", () => {
    const { h, player } = waiting();
    h.openTask();
    const task = taskOf(h, { from: 4, previousStarted: 3, queries: [query("a")] });
    expect(player.step({ kind: "task", task })).toEqual(["activate queryWorkflow a"]);
    expect(player.complete(answerQuery("a"))).toEqual(["respond"]);
  });

  test("that fail or stay unanswered are answered as failed", () => {
    const { h, player } = waiting();
    h.openTask();
    player.step({
      kind: "task",
      task: taskOf(h, { from: 4, previousStarted: 3, queries: [query("a"), query("b")] }),
    });
    const answer = { kind: "failed", failure: { message: "boom" } } as const;
    player.complete({ kind: "respondToQuery", queryId: "a", answer }, answerQuery("unknown"));
    expect(player.effect("respond").answer.queryResults).toEqual({
      a: { resultType: 2, errorMessage: "boom" },
      b: { resultType: 2, errorMessage: "Query 'state' (id b) was not answered by the workflow code" },
    });
  });

  test("do not lose the end of the workflow", () => {
    const { h, player } = waiting();
    h.timerFired(5, 1);
    h.openTask();
    player.step({ kind: "task", task: taskOf(h, { from: 4, previousStarted: 3, queries: [query("a")] }) });
    expect(player.complete(complete)).toEqual(["activate queryWorkflow a"]);
    expect(player.complete(answerQuery("a"))).toEqual(["respond completeWorkflowExecution"]);
    expect(player.effect("respond").terminal).toBe("completeWorkflow");
    expect(player.answered()).toEqual(["evict ended"]);
  });

  test("bug class 37: must not make commands", () => {
    const { h, player } = waiting();
    h.openTask();
    player.step({ kind: "task", task: taskOf(h, { from: 4, previousStarted: 3, queries: [query("a")] }) });
    expect(player.complete(answerQuery("a"), startTimer(5))).toEqual(["respondFailed 14", "evict fatal"]);
    expect(player.effect("evict").message).toContain("A query handler made the command 'startTimer'");
  });
});
