import { describe, expect, test } from "vitest";
import type { Init } from "../../src/codec-runtime/init.ts";
import type { WorkflowCommand } from "../../src/core/command.ts";
import type { AttributesOf, EventName } from "../../src/core/history/event-kinds.ts";
import { HistoryBuilder, taskOf } from "./history-builder.ts";
import { complete, Player, scheduleActivity, startTimer } from "./player.ts";

const PREFIX = "[TMPRL1100] Nondeterminism error: ";

/** Replays a history whose event 5 is this one against code that makes these commands; gives the message. */
function clash<Name extends EventName>(
  name: Name,
  value: Init<AttributesOf<Name>>,
  ...commands: WorkflowCommand[]
): string {
  const h = new HistoryBuilder();
  h.started();
  h.fullTask({ sdkMetadata: { coreUsedFlags: [1, 3] } });
  h.add(name, value);
  h.openTask();
  const player = new Player();
  player.step({ kind: "task", task: taskOf(h, { previousStarted: 3 }) });
  expect(player.complete(...commands)).toEqual(["respondFailed 24", "evict nondeterminism"]);
  const message = player.effect("respondFailed").failure.message ?? "";
  expect(player.effect("evict").message).toBe(message);
  expect(message.startsWith(PREFIX)).toBe(true);
  return message.slice(PREFIX.length);
}

describe("nondeterminism names both sides", () => {
  test("a timer where history has an activity", () => {
    expect(
      clash("activityTaskScheduled", { activityId: "9", activityType: { name: "charge" } }, startTimer(1)),
    ).toBe(
      "Timer machine does not handle this event: HistoryEvent(id: 5, ActivityTaskScheduled). History has event 5, ActivityTaskScheduled (activity type 'charge', activity id '9') here, but the next command of the workflow code is startTimer (seq 1, timer id '1')",
    );
  });

  test("an activity where history has a timer", () => {
    expect(clash("timerStarted", { timerId: "4" }, scheduleActivity(2))).toBe(
      "Activity machine does not handle this event: HistoryEvent(id: 5, TimerStarted). History has event 5, TimerStarted (timer id '4') here, but the next command of the workflow code is scheduleActivity (seq 2, activity type 'greet', activity id '2')",
    );
  });

  test("no command where history has one", () => {
    expect(clash("timerStarted", { timerId: "4" })).toBe(
      "No command scheduled for event HistoryEvent(id: 5, TimerStarted). History has event 5, TimerStarted (timer id '4') here, but the workflow code made no further command",
    );
  });

  test("another activity id, another activity type", () => {
    expect(
      clash(
        "activityTaskScheduled",
        { activityId: "9", activityType: { name: "greet" } },
        scheduleActivity(1),
      ),
    ).toBe(
      "Activity id of scheduled event '9' does not match activity id of activity command '1'. History has event 5, ActivityTaskScheduled (activity type 'greet', activity id '9') here, but the next command of the workflow code is scheduleActivity (seq 1, activity type 'greet', activity id '1')",
    );
    expect(
      clash(
        "activityTaskScheduled",
        { activityId: "1", activityType: { name: "charge" } },
        scheduleActivity(1),
      ),
    ).toContain(
      "Activity type of scheduled event 'charge' does not match activity type of activity command 'greet'",
    );
  });

  test("the workflow ends where history goes on", () => {
    expect(clash("timerStarted", { timerId: "1" }, complete)).toContain(
      "CompleteWorkflow machine does not handle this event: HistoryEvent(id: 5, TimerStarted).",
    );
  });

  test("the event of something that the code never asked for", () => {
    expect(clash("timerFired", { timerId: "1", startedEventId: 2 })).toContain(
      "HistoryEvent(id: 5, TimerFired) had an initial command ID (2) but we could not find a matching command",
    );
  });

  test.each([
    [
      "startChildWorkflowExecutionInitiated",
      { workflowId: "c-1", workflowType: { name: "child" } },
      "child workflow type 'child', workflow id 'c-1'",
    ],
    ["markerRecorded", { markerName: "core_patch" }, "marker 'core_patch'"],
    [
      "signalExternalWorkflowExecutionInitiated",
      { signalName: "go", workflowExecution: { workflowId: "w-2" } },
      "signal 'go' to workflow 'w-2'",
    ],
    [
      "requestCancelExternalWorkflowExecutionInitiated",
      { workflowExecution: { workflowId: "w-2" } },
      "workflow 'w-2'",
    ],
    ["nexusOperationScheduled", { service: "pay", operation: "charge" }, "operation 'pay.charge'"],
    [
      "workflowExecutionUpdateAccepted",
      { acceptedRequest: { meta: { updateId: "u-1" }, input: { name: "setQty" } } },
      "update 'setQty'",
    ],
    ["workflowExecutionContinuedAsNew", { workflowType: { name: "order2" } }, "workflow type 'order2'"],
    ["activityTaskCancelRequested", { scheduledEventId: 3 }, "activity scheduled by event 3"],
  ] as const)("%s is named as the user knows it", (name, value, text) => {
    const h = new HistoryBuilder();
    h.started();
    h.fullTask();
    h.add(name, value as never);
    h.openTask();
    const player = new Player();
    player.step({ kind: "task", task: taskOf(h, { previousStarted: 3 }) });
    expect(player.complete(startTimer(1))[0]).toBe("respondFailed 24");
    expect(player.effect("respondFailed").failure.message).toContain(`(${text})`);
  });
});

test("a command added at the very end of replayed history is only sent", () => {
  const h = new HistoryBuilder();
  h.started();
  h.fullTask();
  h.timerStarted(1);
  h.signal("go");
  h.openTask();
  const player = new Player();
  player.step({ kind: "task", task: taskOf(h, { previousStarted: 3 }) });
  expect(player.complete(startTimer(1), startTimer(2))).toEqual(["activate signalWorkflow go"]);
  expect(player.complete()).toEqual(["respond startTimer"]);
});

test("bug class 17: an event that the machine knows in another state is fatal", () => {
  const h = new HistoryBuilder();
  h.started();
  h.fullTask();
  h.timerCanceled(2, 8);
  h.openTask();
  const player = new Player();
  player.step({ kind: "task", task: taskOf(h, { previousStarted: 3 }) });
  expect(player.complete(startTimer(1))).toEqual(["respondFailed 14", "evict fatal"]);
  expect(player.effect("evict").message).toBe(
    "Fatal error in workflow machines: Timer machine cannot take HistoryEvent(id: 5, TimerCanceled) in state 'startCreated': history has event 5, TimerCanceled (timer id '8') for startTimer (seq 1, timer id '1')",
  );
});
