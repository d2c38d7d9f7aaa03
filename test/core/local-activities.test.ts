import { describe, expect, test } from "vitest";
import type { WorkflowCommand } from "../../src/core/command.ts";
import { localActivity } from "../../src/core/machines/local-activity.ts";
import { HistoryBuilder, taskOf } from "./history-builder.ts";
import {
  call,
  cancel,
  completed,
  failure,
  type Marker,
  marker,
  raw,
  replayed,
  running,
  Scenario,
  sent,
  transitions,
} from "./local-scenario.ts";
import { answerQuery, complete, Player, query, scheduleActivity, startTimer } from "./player.ts";

describe("live", () => {
  test("the task waits for the end, the marker goes to the place where it ended", () => {
    const s = running();
    expect(s.results({ seq: 1 })).toEqual(["activate resolveLocalActivity 1 completed"]);
    expect(s.complete(startTimer(2))).toEqual(["respond startTimer, recordMarker, startTimer"]);
    expect(s.answer.force).toBeUndefined();
    s.h.taskCompleted();
    s.h.timerStarted(1);
    s.h.add("markerRecorded", marker(1));
    s.h.timerStarted(2);
    s.h.signal("go");
    expect(s.task()).toEqual(["activate signalWorkflow go"]);
  });

  test("an end that comes while workflow code runs is an error of the engine", () => {
    const s = new Scenario();
    s.task();
    s.complete(call(1), call(2));
    expect(s.results({ seq: 1 })).toEqual(["activate resolveLocalActivity 1 completed"]);
    expect(s.results({ seq: 2 })).toEqual(["respondFailed 14", "evict fatal"]);
  });

  test("ends that come together are told together; a late one is dropped", () => {
    const s = new Scenario();
    s.task();
    s.complete(call(1), call(2), call(3, { cancellationType: "ABANDON" }));
    expect(s.results({ seq: 2 }, { seq: 1, end: { kind: "failed", failure } })).toEqual([
      "activate resolveLocalActivity 2 completed, resolveLocalActivity 1 failed",
    ]);
    expect(s.complete(cancel(3))).toEqual(["activate resolveLocalActivity 3 cancelled"]);
    expect(s.complete(complete)).toEqual([
      "respond recordMarker, recordMarker, recordMarker, completeWorkflowExecution",
    ]);
    expect(s.results({ seq: 3 }, { seq: 9 })).toEqual([]);
  });

  test("a task that the server waits no longer for is answered, and another one asked for", () => {
    const s = running();
    expect(s.heartbeat()).toEqual(["respond startTimer"]);
    expect(s.answer.force).toBe(true);
    s.h.taskCompleted();
    s.h.timerStarted(1);
    expect(s.task()).toEqual(["awaitLocals 10000"]);
    expect(s.heartbeat()).toEqual(["respond"]);
    s.h.taskCompleted();
    expect(s.results({ seq: 1 })).toEqual([]);
    s.h.signal("go");
    expect(s.task()).toEqual(["activate signalWorkflow go, resolveLocalActivity 1 completed"]);
    expect(s.complete(complete)).toEqual(["respond recordMarker, completeWorkflowExecution"]);
  });

  test("bug class 29: ends come after all else in an activation, cancelled activities too", () => {
    const s = running();
    s.heartbeat();
    s.h.taskCompleted();
    s.h.timerStarted(1);
    s.player.answered();
    expect(s.results({ seq: 1 })).toEqual([]);
    s.h.timerFired(5, 1);
    s.h.add("workflowExecutionCancelRequested", {});
    const started = s.h.openTask();
    expect(
      s.player.step({ kind: "task", task: taskOf(s.h, { from: 4, previousStarted: 3, started }) }),
    ).toEqual(["activate fireTimer 1, cancelWorkflow, resolveLocalActivity 1 completed"]);
  });

  test("bug class 35: markers lie in the order of the ends, between the commands before and after them", () => {
    const s = new Scenario();
    s.task();
    s.complete(call(1), call(2), startTimer(1));
    s.results({ seq: 2 }, { seq: 1 });
    s.complete(startTimer(2));
    const inWords = sent(s).map((command) => (typeof command === "string" ? command : command.seq));
    expect(inWords).toEqual(["startTimer", 2, 1, "startTimer"]);
  });

  test("bug class 41: a query with a task of its own is answered alone while an activity runs", () => {
    const s = running();
    s.heartbeat();
    s.player.answered();
    const task = {
      ...taskOf(s.h, { events: [], previousStarted: 3, started: 0 }),
      legacyQuery: query("legacy_query"),
    };
    s.player.step({ kind: "task", task });
    expect(s.player.activation.jobs.map(({ kind }) => kind)).toEqual(["queryWorkflow"]);
    expect(s.complete(answerQuery("legacy_query"))).toEqual(["respondQuery answered"]);
    s.player.answered();
    expect(s.results({ seq: 1 })).toEqual([]);
    s.h.taskCompleted();
    s.h.timerStarted(1);
    const started = s.h.openTask();
    expect(
      s.player.step({ kind: "task", task: taskOf(s.h, { from: 4, previousStarted: 3, started }) }),
    ).toEqual(["activate resolveLocalActivity 1 completed"]);
  });

  test("a query is answered at once, and another task asked for", () => {
    const s = running();
    s.heartbeat();
    s.player.answered();
    s.h.taskCompleted();
    s.h.timerStarted(1);
    const started = s.h.openTask();
    const task = { ...taskOf(s.h, { from: 4, previousStarted: 3 }), queries: [query("q")] };
    expect(started).toBe(7);
    expect(s.player.step({ kind: "task", task })).toEqual(["activate queryWorkflow q"]);
    expect(s.complete(answerQuery("q"))).toEqual(["respond"]);
    expect(s.answer.force).toBe(true);
  });

  test("bug class 31: a server may wait for less than a second", () => {
    const h = new HistoryBuilder();
    h.started({ workflowTaskTimeout: { nanos: 400_000_000 } });
    h.openTask();
    const player = new Player();
    player.step({ kind: "task", task: taskOf(h) });
    expect(player.complete(call(1))).toEqual(["localActivities run 1", "awaitLocals 400"]);
  });

  test("time goes on by what the activity took", () => {
    const s = running();
    const before = s.player.run.timeMs;
    s.results({ seq: 1, runtimeMs: 250 });
    expect(s.player.activation.timestampMs).toBe(before + 250);
  });

  test("a wait too long for the worker is left to the workflow", () => {
    const s = running();
    s.results({ seq: 1, end: { kind: "failed", failure }, attempt: 2, backoffMs: 90_500 });
    expect(s.job("resolveLocalActivity").resolution).toMatchObject({
      kind: "backoff",
      attempt: 3,
      backoff: { seconds: 90, nanos: 500_000_000 },
    });
  });

  test("the end of the run lets go of what runs", () => {
    const s = running();
    expect(s.player.step({ kind: "localResults", results: [] })).toEqual(["awaitLocals 10000"]);
    s.heartbeat();
    s.h.taskCompleted();
    s.h.timerStarted(1);
    s.h.signal("stop");
    s.task();
    expect(s.complete(complete)).toEqual(["localActivities stop all", "respond completeWorkflowExecution"]);
  });

  test("bug class 33: what ended under a task that failed is not sent with the next one's answer", () => {
    const s = new Scenario();
    s.task();
    s.complete(call(1), call(2));
    s.results({ seq: 1 });
    const completion = { kind: "failure", failure: { message: "bug" } } as const;
    expect(s.player.step({ kind: "completion", completion })).toEqual([
      "respondFailed 14",
      "evict workflowFailed",
    ]);
    expect(s.results({ seq: 2 })).toEqual([]);

    const next = new Scenario();
    next.task(2);
    expect(next.complete(call(1), call(2))).toEqual(["localActivities run 1, run 2", "awaitLocals 10000"]);
    expect(next.results({ seq: 2 })).toEqual(["activate resolveLocalActivity 2 completed"]);
    expect(next.complete()).toEqual(["awaitLocals 10000"]);
    expect(next.heartbeat()).toEqual(["respond recordMarker"]);
  });

  test("a timeout and a cancellation are those of an activity", () => {
    const s = running();
    const timedOut = {
      message: "Activity timed out",
      failureInfo: { case: "timeoutFailureInfo", value: { timeoutType: 1 } },
    } as const;
    s.results({ seq: 1, end: { kind: "timedOut", failure: timedOut } });
    expect(s.job("resolveLocalActivity").resolution).toMatchObject({
      kind: "failed",
      failure: {
        message: "Local Activity timed out",
        cause: timedOut,
        failureInfo: { case: "activityFailureInfo" },
      },
    });
  });
});

describe("cancelled", () => {
  test("in the activation that called it, it never runs and leaves a marker", () => {
    for (const cancellationType of ["TRY_CANCEL", "WAIT_CANCELLATION_COMPLETED", "ABANDON"] as const) {
      const s = new Scenario();
      s.task();
      expect(s.complete(call(1, { cancellationType }), cancel(1))).toEqual([
        "activate resolveLocalActivity 1 cancelled",
      ]);
      expect(s.complete(complete)).toEqual(["respond recordMarker, completeWorkflowExecution"]);
    }
  });

  test.each([
    [
      "TRY_CANCEL",
      [
        "localActivities stop 1",
        "activate resolveLocalActivity 1 cancelled, resolveLocalActivity 2 completed",
      ],
    ],
    ["ABANDON", ["activate resolveLocalActivity 1 cancelled"]],
  ] as const)("while it runs: %s", (cancellationType, expected) => {
    const s = new Scenario();
    s.task();
    s.complete(call(1, { cancellationType }), call(2));
    s.results({ seq: 2 });
    expect(s.complete(cancel(1))[0]).toBe(expected[0]);
    expect(s.complete()).toEqual(
      cancellationType === "ABANDON" ? ["respond recordMarker, recordMarker"] : ["awaitLocals 10000"],
    );
    expect(s.results({ seq: 1 })).toEqual(
      cancellationType === "ABANDON" ? [] : ["respond recordMarker, recordMarker"],
    );
  });

  test("while it runs, waiting: it ends as it likes", () => {
    const s = new Scenario();
    s.task();
    s.complete(call(1, { cancellationType: "WAIT_CANCELLATION_COMPLETED" }), call(2));
    s.results({ seq: 2 });
    expect(s.complete(cancel(1))).toEqual(["localActivities stop 1", "awaitLocals 10000"]);
    expect(s.results({ seq: 1 })).toEqual(["activate resolveLocalActivity 1 completed"]);
    expect(s.complete(cancel(1), complete)).toEqual([
      "respond recordMarker, recordMarker, completeWorkflowExecution",
    ]);
  });
});

describe("replayed", () => {
  test("the end is known before the task is over, in the order of the markers", () => {
    const { seen } = replayed([marker(2), marker(1)], [call(1), call(2)], [], [complete]);
    expect(seen.slice(1)).toEqual([
      ["activate resolveLocalActivity 2 completed, resolveLocalActivity 1 completed"],
      ["activate signalWorkflow go"],
      ["respond completeWorkflowExecution"],
    ]);
  });

  test("one that stands apart is told in an activation of its own, and so is one after another command", () => {
    const told = [
      ["activate resolveLocalActivity 2 completed"],
      ["activate resolveLocalActivity 1 completed"],
      ["activate signalWorkflow go"],
    ];
    const apart = replayed([marker(2), marker(1, { apart: true })], [call(1), call(2)], [], [], [complete]);
    expect(apart.seen.slice(1)).toEqual([...told, ["respond completeWorkflowExecution"]]);

    const s = new Scenario();
    s.h.openTask();
    s.h.taskCompleted();
    s.h.add("markerRecorded", marker(2));
    s.h.timerStarted(1);
    s.h.add("markerRecorded", marker(1));
    s.h.signal("go");
    s.h.openTask();
    const player = new Player();
    player.step({ kind: "task", task: taskOf(s.h, { previousStarted: 3 }) });
    const between = [player.complete(call(1), call(2)), player.complete(startTimer(1)), player.complete()];
    expect(between).toEqual(told);
  });

  test("a marker holds up those after it until its activity is called", () => {
    const { seen } = replayed([marker(1), marker(2)], [call(1)], [call(2)], []);
    expect(seen.slice(1)).toEqual([
      ["activate resolveLocalActivity 1 completed"],
      ["activate resolveLocalActivity 2 completed"],
      ["activate signalWorkflow go"],
    ]);
  });

  test.each(["TRY_CANCEL", "WAIT_CANCELLATION_COMPLETED"] as const)(
    "cancelled, %s: the marker says how",
    (cancellationType) => {
      const cancelled = { message: "c", failureInfo: { case: "canceledFailureInfo", value: {} } } as const;
      const { seen } = replayed(
        [marker(2), marker(1, {}, { failure: cancelled })],
        [call(1, { cancellationType }), cancel(1)],
        [],
      );
      expect(seen[1]![0]).toBe("activate resolveLocalActivity 1 cancelled");
    },
  );

  test("without a marker it runs once the replay is over", () => {
    const { seen, player } = replayed([], [call(1)], []);
    expect(seen).toEqual([
      ["activate initializeWorkflow"],
      ["localActivities run 1", "activate signalWorkflow go"],
      ["awaitLocals 10000"],
    ]);
    const result = { seq: 1, end: completed, attempt: 1, runtimeMs: 1 };
    expect(player.step({ kind: "localResults", results: [result] })).toEqual([
      "activate resolveLocalActivity 1 completed",
    ]);
    expect(player.complete(complete)).toEqual(["respond recordMarker, completeWorkflowExecution"]);
  });
});

describe("markers that cannot be", () => {
  const one = [call(1)];
  test.each<[string, readonly Marker[], readonly WorkflowCommand[], RegExp]>([
    ["no JSON", [raw("{")], one, /event 5: Local activity marker was unparsable/],
    ["JSON of another kind", [raw("[1]")], one, /unparsable/],
    ["no data", [{ markerName: "core_local_activity" }], one, /unparsable/],
    ["no seq", [raw('{"attempt":1,"activity_id":"1","activity_type":"greet"}')], one, /unparsable/],
    ["a seq that is no number", [marker(1, { seq: "1" })], one, /unparsable/],
    [
      "details of another SDK",
      [raw('{"activity_id":"1","activity_type":"greet","replay_time":"x"}')],
      one,
      /unparsable/,
    ],
    ["the same seq twice", [marker(1), marker(1)], one, /more than one marker|comes while|waits for it/],
    ["a seq that nobody called", [marker(9)], one, /seq 9.*no local activity of the workflow code waits/],
    ["the seq of another kind of activity", [marker(1)], [scheduleActivity(1)], /seq 1.*waits for it/],
    [
      "another type",
      [marker(1, { activity_type: "other" })],
      one,
      /Activity type of recorded marker 'other'/,
    ],
    ["another id", [marker(1, { activity_id: "7" })], one, /Activity id of recorded marker '7'/],
    [
      "of the Java SDK",
      [{ markerName: "LocalActivity", details: { id: {} } }],
      one,
      /No command scheduled.*'LocalActivity'/,
    ],
    [
      "of the Java SDK before a timer",
      [{ markerName: "LocalActivity" }],
      [startTimer(1)],
      /Timer machine does not handle this event.*'LocalActivity'/,
    ],
  ])("%s", (_, markers, commands, message) => {
    const s = new Scenario();
    s.h.openTask();
    s.h.taskCompleted({ sdkMetadata: { coreUsedFlags: [1] } });
    for (const value of markers) s.h.add("markerRecorded", value);
    s.h.signal("go");
    s.h.openTask();
    const player = new Player();
    player.step({ kind: "task", task: taskOf(s.h, { previousStarted: 3 }) });
    for (let turn = 0; turn < 5 && player.run.stage === "jobs"; turn++)
      player.complete(...(turn === 0 ? commands : []));
    expect(player.run.stage).toBe("gone");
    expect(player.effect("respondFailed").failure.message).toMatch(message);
  });

  test("of a live activity: another end, another activity, another SDK", () => {
    const cases: [Marker, RegExp][] = [
      [marker(1, {}, { failure }), /completed successfully locally, but history said it failed/],
      [marker(1, { activity_type: "other" }), /Activity type of recorded marker 'other' does not match/],
      [{ markerName: "LocalActivity" }, /LocalActivity machine does not handle this event/],
      [marker(2), /seq 2.*waits for it/],
    ];
    for (const [value, message] of cases) {
      const s = new Scenario();
      s.task();
      s.complete(call(1));
      s.results({ seq: 1 });
      s.complete();
      s.h.taskCompleted();
      s.h.add("markerRecorded", value);
      s.h.signal("go");
      s.task();
      expect(s.player.effect("respondFailed").failure.message).toMatch(message);
    }
    const s = new Scenario();
    s.task();
    s.complete(call(1));
    s.results({ seq: 1, end: { kind: "failed", failure } });
    s.complete();
    s.h.taskCompleted();
    s.h.add("markerRecorded", marker(1));
    s.task();
    expect(s.player.effect("respondFailed").failure.message).toContain(
      "failed locally, but history said it completed",
    );
  });
});

test("every transition was taken", () => {
  const s = running();
  s.results({ seq: 1 });
  s.complete();
  s.results({ seq: 1 });
  const { untaken } = transitions.of(localActivity);
  expect(untaken).toEqual([]);
});
