import { describe, expect, test } from "vitest";
import type { Init } from "../../src/codec-runtime/init.ts";
import type { ActivityCancellation, WorkflowCommand } from "../../src/core/command.ts";
import type { AttributesOf } from "../../src/core/history/event-kinds.ts";
import type { LocalActivityResult, ScheduleLocalActivity } from "../../src/core/local-activity-jobs.ts";
import { localActivity } from "../../src/core/machines/local-activity.ts";
import { taskOf } from "./history-builder.ts";
import { PlayedRun, Transitions } from "./played-run.ts";
import { answerQuery, complete, Player, query, scheduleActivity, startTimer } from "./player.ts";

const transitions = new Transitions();
const utf8 = new TextEncoder();

function call(seq: number, more: Partial<ScheduleLocalActivity> = {}): WorkflowCommand {
  return {
    kind: "scheduleLocalActivity",
    seq,
    activityId: `${seq}`,
    activityType: "greet",
    headers: {},
    args: [],
    attempt: 1,
    startToCloseTimeoutMs: 1000,
    cancellationType: "TRY_CANCEL",
    ...more,
  };
}

const cancel = (seq: number): WorkflowCommand => ({ kind: "requestCancelLocalActivity", seq });
const completed = { kind: "completed", result: { data: Uint8Array.of(7) } } as const;
const failure = {
  message: "no",
  failureInfo: { case: "applicationFailureInfo", value: { type: "No" } },
} as const;

type Marker = Init<AttributesOf<"markerRecorded">>;

function marker(seq: number, data: object = {}, more: Marker = {}): Marker {
  const whole = {
    seq,
    attempt: 1,
    activity_id: `${seq}`,
    activity_type: "greet",
    complete_time: null,
    ...data,
  };
  return raw(JSON.stringify(whole), more);
}

function raw(data: string, more: Marker = {}): Marker {
  const details = { data: { payloads: [{ data: utf8.encode(data) }] } };
  return { markerName: "core_local_activity", details, ...more };
}

class Scenario extends PlayedRun {
  constructor() {
    super(transitions);
  }

  results(...results: (Partial<LocalActivityResult> & { readonly seq: number })[]): string[] {
    const whole = results.map((result) => ({ end: completed, attempt: 1, runtimeMs: 5, ...result }));
    return this.player.step({ kind: "localResults", results: whole });
  }

  heartbeat(): string[] {
    return this.player.step({ kind: "heartbeat" });
  }

  get answer(): { readonly force: boolean | undefined } {
    return { force: this.player.effect("respond").answer.forceCreateNewWorkflowTask };
  }
}

/** A workflow whose first task called local activity 1, which runs. */
function running(cancellationType: ActivityCancellation = "TRY_CANCEL"): Scenario {
  const s = new Scenario();
  s.task();
  expect(s.complete(call(1, { cancellationType }), startTimer(1))).toEqual([
    "localActivities run 1",
    "awaitLocals 10000",
  ]);
  return s;
}

/** Which markers of the last answer stand apart. */
function marked(s: Scenario): boolean[] {
  return (s.player.effect("respond").answer.commands ?? []).flatMap(({ attributes }) => {
    if (attributes?.case !== "recordMarkerCommandAttributes") return [];
    const data = attributes.value.details?.["data"]?.payloads?.[0]?.data;
    return [(JSON.parse(new TextDecoder().decode(data)) as { readonly apart?: boolean }).apart === true];
  });
}

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

  test("ends that come together are told together; a late one is dropped", () => {
    const s = new Scenario();
    s.task();
    s.complete(call(1), call(2), call(3, { cancellationType: "ABANDON" }));
    expect(s.results({ seq: 2 }, { seq: 1, end: { kind: "failed", failure } })).toEqual([
      "activate resolveLocalActivity 2 completed, resolveLocalActivity 1 failed",
    ]);
    expect(s.complete(cancel(3))).toEqual(["activate resolveLocalActivity 3 cancelled"]);
    expect(s.results({ seq: 3 })).toEqual([]);
    expect(s.complete(complete)).toEqual([
      "respond recordMarker, recordMarker, recordMarker, completeWorkflowExecution",
    ]);
    expect(s.results({ seq: 3 }, { seq: 9 })).toEqual([]);
  });

  test("of two that ran side by side the later one is marked if it ended in an activation of its own", () => {
    const both = (): Scenario => {
      const s = new Scenario();
      s.task();
      s.complete(call(1), call(2));
      return s;
    };
    const apart = both();
    apart.results({ seq: 1 });
    apart.complete();
    apart.results({ seq: 2 });
    apart.complete(complete);
    expect(marked(apart)).toEqual([false, true]);

    const together = both();
    together.results({ seq: 1 }, { seq: 2 });
    together.complete(complete);
    expect(marked(together)).toEqual([false, false]);

    const commandBetween = both();
    commandBetween.results({ seq: 1 });
    commandBetween.complete(startTimer(1));
    commandBetween.results({ seq: 2 });
    commandBetween.complete(complete);
    // What lies between may be taken back in the same task, so it does not count.
    expect(marked(commandBetween)).toEqual([false, true]);

    const chain = new Scenario();
    chain.task();
    chain.complete(call(1));
    chain.results({ seq: 1 });
    chain.complete(call(2));
    chain.results({ seq: 2 });
    chain.complete(complete);
    expect(marked(chain)).toEqual([false, false]);
  });

  test("one that ends after the first activation of a later task is marked, one that ends with it is not", () => {
    const later = (): Scenario => {
      const s = running();
      s.heartbeat();
      s.h.taskCompleted();
      s.h.timerStarted(1);
      s.h.signal("go");
      return s;
    };
    const after = later();
    expect(after.task()).toEqual(["activate signalWorkflow go"]);
    after.complete();
    expect(after.results({ seq: 1 })).toEqual(["activate resolveLocalActivity 1 completed"]);
    after.complete(complete);
    expect(marked(after)).toEqual([true]);

    const together = later();
    together.results({ seq: 1 });
    expect(together.task()).toEqual(["activate signalWorkflow go, resolveLocalActivity 1 completed"]);
    together.complete(complete);
    expect(marked(together)).toEqual([false]);
  });

  test("one that ends while the task before is being answered is not marked, though others ended in that", () => {
    const s = new Scenario();
    s.task();
    s.complete(call(1), call(2));
    s.results({ seq: 1 });
    s.complete();
    expect(s.heartbeat()).toEqual(["respond recordMarker"]);
    s.results({ seq: 2 });
    s.h.taskCompleted();
    s.h.add("markerRecorded", marker(1));
    s.h.signal("go");
    expect(s.task()).toEqual(["activate signalWorkflow go, resolveLocalActivity 2 completed"]);
    s.complete(complete);
    expect(marked(s)).toEqual([false]);
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

/** Replays a task with the marker events given, code making these commands in turn. */
function replayed(
  markers: readonly Marker[],
  ...turns: readonly (readonly WorkflowCommand[])[]
): { player: Player; seen: string[][] } {
  const s = new Scenario();
  s.h.openTask();
  s.h.taskCompleted();
  for (const value of markers) s.h.add("markerRecorded", value);
  s.h.signal("go");
  s.h.openTask();
  const player = new Player({ onTransition: (kind, from, input) => transitions.note(kind, from, input) });
  const seen = [player.step({ kind: "task", task: taskOf(s.h, { previousStarted: 3 }) })];
  for (const commands of turns) seen.push(player.complete(...commands));
  return { player, seen };
}

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

  test("cancelled, waiting for the end: it keeps its turn", () => {
    const waits = call(1, { cancellationType: "WAIT_CANCELLATION_COMPLETED" });
    const live = new Scenario();
    live.task();
    live.complete(waits, call(2), call(3));
    live.results({ seq: 2 });
    expect(live.complete(cancel(1))).toEqual(["localActivities stop 1", "awaitLocals 10000"]);
    expect(live.results({ seq: 3 })).toEqual(["activate resolveLocalActivity 3 completed"]);
    live.complete();
    expect(live.results({ seq: 1 })).toEqual(["activate resolveLocalActivity 1 completed"]);

    const { seen } = replayed(
      [marker(2), marker(3, { apart: true }), marker(1, { apart: true })],
      [waits, call(2), call(3)],
      [cancel(1)],
      [],
      [],
    );
    expect(seen.slice(1)).toEqual([
      ["activate resolveLocalActivity 2 completed"],
      ["activate resolveLocalActivity 3 completed"],
      ["activate resolveLocalActivity 1 completed"],
      ["activate signalWorkflow go"],
    ]);
  });

  test("cancelled before the worker changed, and not ended: it does not start anew", () => {
    const s = new Scenario();
    s.h.openTask();
    s.h.taskCompleted();
    s.h.signal("stop");
    s.h.openTask();
    s.h.taskCompleted();
    s.h.signal("go");
    s.h.openTask();
    const player = new Player({ onTransition: (kind, from, input) => transitions.note(kind, from, input) });
    expect(player.step({ kind: "task", task: taskOf(s.h, { previousStarted: 7 }) })).toEqual([
      "activate initializeWorkflow",
    ]);
    player.complete(call(1, { cancellationType: "WAIT_CANCELLATION_COMPLETED" }));
    expect(player.complete(cancel(1))).toEqual([
      "activate signalWorkflow go, resolveLocalActivity 1 cancelled",
    ]);
    expect(player.complete(complete)).toEqual(["respond recordMarker, completeWorkflowExecution"]);
  });

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
