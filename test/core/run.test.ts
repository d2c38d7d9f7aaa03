import { describe, expect, test } from "vitest";
import { HistoryBuilder, makeEvent, START_SECONDS, taskOf, timeOf } from "./history-builder.ts";
import { complete, continueAsNew, failWorkflow, ok, Player, scheduleActivity, startTimer } from "./player.ts";
import { waiting } from "./waiting-run.ts";

describe("a new run", () => {
  test("is initialised from its start event", () => {
    const h = new HistoryBuilder();
    h.started({ input: { payloads: [{ data: Uint8Array.of(1) }] }, header: { fields: { trace: {} } } });
    h.openTask();
    const player = new Player();
    expect(player.step({ kind: "task", task: taskOf(h) })).toEqual(["activate initializeWorkflow"]);
    expect(player.activation).toMatchObject({
      runId: h.runId,
      timestampMs: timeOf(3),
      isReplaying: false,
      historyLength: 3,
      availableFlags: [],
      lastSdkVersion: "",
    });
    expect(player.activation.jobs[0]).toMatchObject({
      workflowId: "order-1",
      workflowType: "order",
      args: [{ data: Uint8Array.of(1) }],
      headers: { trace: {} },
      randomnessSeed: 2190767061165566105n,
      startTimeMs: timeOf(1),
    });
  });

  test("seeds its random stream from the first run of the chain of resets", () => {
    const h = new HistoryBuilder();
    h.started({ originalExecutionRunId: "248fbeda-b1fd-4901-9dbc-7c9c34273875" });
    h.openTask();
    const player = new Player();
    player.step({ kind: "task", task: taskOf(h) });
    expect(player.activation.jobs[0]).toMatchObject({ randomnessSeed: 6825236360251141404n });
  });

  test("bug class 64: time is cut to whole milliseconds", () => {
    const h = new HistoryBuilder();
    h.add("workflowExecutionStarted", {}, { eventTime: { seconds: 10, nanos: 1_999_999 } });
    const player = new Player();
    h.taskScheduled();
    h.add("workflowTaskStarted", { scheduledEventId: 2 }, { eventTime: { seconds: 10, nanos: 999_999_999 } });
    player.step({ kind: "task", task: taskOf(h) });
    expect(player.activation.timestampMs).toBe(10_999);
    expect(player.activation.jobs[0]).toMatchObject({ startTimeMs: 10_001 });
  });

  test("takes the size of history and the advice to continue as new from its started task", () => {
    const h = new HistoryBuilder();
    h.started();
    h.taskScheduled();
    h.taskStarted({
      historySizeBytes: 12_345,
      suggestContinueAsNew: true,
      suggestContinueAsNewReasons: [1, 2],
      targetWorkerDeploymentVersionChanged: true,
    });
    const player = new Player({ deploymentVersion: { deploymentName: "d", buildId: "b2" } });
    player.step({ kind: "task", task: taskOf(h) });
    expect(player.activation).toMatchObject({
      historySizeBytes: 12_345,
      continueAsNewSuggested: true,
      continueAsNewReasons: [1, 2],
      targetDeploymentVersionChanged: true,
      deploymentVersion: { deploymentName: "d", buildId: "b2" },
    });
  });
});

test("bug class 15: advice to continue as new is that of the last started task, which may take it back", () => {
  const h = new HistoryBuilder();
  h.started();
  h.taskScheduled();
  h.taskStarted({
    historySizeBytes: 99,
    suggestContinueAsNew: true,
    targetWorkerDeploymentVersionChanged: true,
  });
  h.taskTimedOut();
  h.taskScheduled();
  h.taskStarted({ historySizeBytes: 50 });
  const player = new Player();
  player.step({ kind: "task", task: taskOf(h) });
  expect(player.activation).toMatchObject({
    historySizeBytes: 50,
    continueAsNewSuggested: false,
    targetDeploymentVersionChanged: false,
  });
});

describe("jobs", () => {
  test("come in the order that all SDKs use", () => {
    const { h, player } = waiting();
    h.add("workflowExecutionCancelRequested", { cause: "enough" });
    h.timerFired(6, 2);
    h.signal("a");
    h.timerFired(5, 1);
    h.signal("b");
    h.openTask();
    expect(player.step({ kind: "task", task: taskOf(h, { from: 4, previousStarted: 3 }) })).toEqual([
      "activate signalWorkflow a, signalWorkflow b, cancelWorkflow, fireTimer 2, fireTimer 1",
    ]);
    expect(player.activation.jobs[2]).toEqual({ kind: "cancelWorkflow", reason: "enough" });
  });

  test("a task without any is answered without waking the workflow", () => {
    const { h, player } = waiting();
    h.openTask();
    expect(player.step({ kind: "task", task: taskOf(h, { from: 4, previousStarted: 3 }) })).toEqual([
      "respond",
    ]);
    player.answered();
    h.taskCompleted();
    h.timerFired(5, 1);
    h.openTask();
    expect(player.step({ kind: "task", task: taskOf(h, { from: 9, previousStarted: 8 }) })).toEqual([
      "activate fireTimer 1",
    ]);
  });

  test("bug class 65: signals keep the order of history", () => {
    const { h, player } = waiting();
    for (const name of ["c", "a", "b"]) h.signal(name);
    h.openTask();
    expect(player.step({ kind: "task", task: taskOf(h, { from: 4, previousStarted: 3 }) })).toEqual([
      "activate signalWorkflow c, signalWorkflow a, signalWorkflow b",
    ]);
  });
});

describe("the replay flag", () => {
  test("bug class 11: holds through the events of the last task, ends at the first event after it", () => {
    const { h, player } = waiting();
    h.timerFired(5, 1);
    h.openTask();
    const task = taskOf(h, { from: 4, previousStarted: 3 });
    player.step({ kind: "task", task });
    expect(player.activation.isReplaying).toBe(false);
    expect(player.complete(startTimer(3))).toEqual(["respond startTimer"]);
  });

  test("a full history is replayed up to the last task that was answered", () => {
    const { h } = waiting();
    h.timerFired(5, 1);
    h.fullTask();
    h.timerStarted(3);
    h.timerFired(6, 2);
    h.openTask();
    const player = new Player();
    player.step({ kind: "task", task: taskOf(h, { previousStarted: 9 }) });
    const replaying = [player.activation.isReplaying];
    for (const commands of [[startTimer(1), startTimer(2)], [startTimer(3)]]) {
      player.complete(...commands);
      replaying.push(player.activation.isReplaying);
    }
    expect(replaying).toEqual([true, true, false]);
    expect(player.complete(complete)).toEqual(["respond completeWorkflowExecution"]);
  });

  test("bug class 13: it is found anew for the task that follows a failed one", () => {
    const { h } = waiting();
    h.timerFired(5, 1);
    h.openTask();
    h.taskFailed();
    h.openTask();
    const player = new Player();
    player.step({ kind: "task", task: taskOf(h, { previousStarted: 3 }) });
    expect(player.activation.isReplaying).toBe(true);
    player.complete(startTimer(1), startTimer(2));
    expect(player.activation).toMatchObject({
      isReplaying: false,
      timestampMs: timeOf(12),
      historyLength: 12,
    });
  });

  test("bug class 14: attempts that came to nothing move neither the clock nor the pointer; empty tasks do", () => {
    const h = new HistoryBuilder();
    h.started();
    h.openTask();
    h.taskTimedOut();
    h.openTask();
    const player = new Player();
    player.step({ kind: "task", task: taskOf(h) });
    expect(player.activation).toMatchObject({ timestampMs: timeOf(6), historyLength: 6 });

    const empty = new HistoryBuilder();
    empty.started();
    empty.fullTask();
    empty.fullTask();
    empty.fullTask();
    empty.timerStarted(1);
    empty.openTask();
    const replay = new Player();
    replay.step({ kind: "task", task: taskOf(empty, { previousStarted: 9 }) });
    expect(replay.activation.timestampMs).toBe(timeOf(9));
  });

  test("bug class 14: the time of an attempt that came to nothing is not seen, though it be the later one", () => {
    const h = new HistoryBuilder();
    h.started();
    h.taskScheduled();
    // Its server's clock was an hour ahead.
    h.add("workflowTaskStarted", { scheduledEventId: 2 }, { eventTime: { seconds: START_SECONDS + 3600 } });
    h.taskTimedOut();
    h.openTask();
    const player = new Player();
    player.step({ kind: "task", task: taskOf(h) });
    expect(player.activation.timestampMs).toBe(timeOf(6));
  });

  test("bug class 14: time that was once told never goes back", () => {
    const { h, player } = waiting();
    const told = player.run.timeMs;
    h.timerFired(5, 1);
    h.taskScheduled();
    h.add("workflowTaskStarted", { scheduledEventId: 8 }, { eventTime: { seconds: START_SECONDS - 60 } });
    player.step({ kind: "task", task: taskOf(h, { from: 4, previousStarted: 3 }) });
    expect(player.activation.timestampMs).toBe(told);
  });

  test("bug class 15: history length counts skipped attempts", () => {
    const h = new HistoryBuilder();
    h.started();
    h.openTask();
    h.taskFailed();
    h.openTask();
    h.taskTimedOut();
    h.taskScheduled();
    h.taskStarted({ historySizeBytes: 999 });
    const player = new Player();
    player.step({ kind: "task", task: taskOf(h) });
    expect(player.activation).toMatchObject({ historyLength: 9, historySizeBytes: 999 });
  });
});

describe("commands", () => {
  test("bug class 22: the one that ends the workflow goes last", () => {
    const { h, player } = waiting();
    h.timerFired(5, 1);
    h.openTask();
    player.step({ kind: "task", task: taskOf(h, { from: 4, previousStarted: 3 }) });
    expect(player.complete(complete, startTimer(3), scheduleActivity(1))).toEqual([
      "respond startTimer, scheduleActivityTask, completeWorkflowExecution",
    ]);
  });

  test("bug class 23: the first of several that end the workflow wins", () => {
    const { h, player } = waiting();
    h.timerFired(5, 1);
    h.openTask();
    player.step({ kind: "task", task: taskOf(h, { from: 4, previousStarted: 3 }) });
    expect(player.complete(failWorkflow, complete, continueAsNew)).toEqual(["respond failWorkflowExecution"]);
  });

  test.each([
    [[3], ["startTimer", "completeWorkflow"]],
    [[], ["completeWorkflow"]],
  ])("bug class 22: with core flags %j in history, replay keeps %j", (coreUsedFlags, kept) => {
    const h = new HistoryBuilder();
    h.started();
    h.fullTask({ sdkMetadata: { coreUsedFlags } });
    if (kept.length === 2) h.timerStarted(1);
    h.completed();
    const player = new Player();
    player.step({ kind: "task", task: taskOf(h, { previousStarted: 3, started: 3 }) });
    expect(player.complete(complete, startTimer(1))).toEqual(["dropTask", "evict ended"]);
  });

  test("bug class 20: cancelling and completing in one activation sends both, in order", () => {
    const { h, player } = waiting();
    h.signal("stop");
    h.openTask();
    player.step({ kind: "task", task: taskOf(h, { from: 4, previousStarted: 3 }) });
    expect(player.complete({ kind: "cancelTimer", seq: 1 }, complete)).toEqual([
      "respond cancelTimer, completeWorkflowExecution",
    ]);
  });

  test("bug class 10: a full history for a cached run only brings what is new", () => {
    const { h, player } = waiting();
    h.timerFired(5, 1);
    h.taskScheduled();
    h.taskTimedOut();
    h.openTask();
    expect(player.step({ kind: "task", task: taskOf(h, { previousStarted: 3 }) })).toEqual([
      "activate fireTimer 1",
    ]);
    expect(player.complete(complete)).toEqual(["respond completeWorkflowExecution"]);
  });
});

describe("a task that fails", () => {
  function failing(attempt: number, more: ConstructorParameters<typeof Player>[0] = {}): Player {
    const h = new HistoryBuilder();
    h.started();
    h.openTask();
    const player = new Player(more);
    player.step({ kind: "task", task: taskOf(h, { attempt }) });
    return player;
  }

  test("bug class 59: only its first attempt is reported, the run always leaves", () => {
    const completion = { kind: "failure", failure: { message: "bug" } } as const;
    const first = failing(1);
    expect(first.step({ kind: "completion", completion })).toEqual([
      "respondFailed 14",
      "evict workflowFailed",
    ]);
    expect(first.effect("respondFailed").failure).toEqual({ message: "bug" });
    expect(failing(2).step({ kind: "completion", completion })).toEqual(["dropTask", "evict workflowFailed"]);
  });

  test("takes the cause that workflow code gives", () => {
    const completion = { kind: "failure", failure: {}, forceCause: 38 } as const;
    expect(failing(1).step({ kind: "completion", completion })).toEqual([
      "respondFailed 38",
      "evict workflowFailed",
    ]);
  });

  test("by nondeterminism fails the workflow, if so configured and it would be reported", () => {
    const more = { nondeterminismFailsWorkflow: true };
    const command = { kind: "cancelTimer", seq: 8 } as const;
    const player = failing(1, more);
    expect(player.complete(startTimer(1), command)).toEqual([
      "respond failWorkflowExecution",
      "evict nondeterminism",
    ]);
    expect(player.effect("respond")).toMatchObject({
      terminal: "failWorkflow",
      answer: {
        commands: [
          { attributes: { value: { failure: { message: expect.stringContaining("[TMPRL1100]") } } } },
        ],
      },
    });
    expect(failing(2, more).complete(command)).toEqual(["dropTask", "evict nondeterminism"]);
  });

  test("bug class 9: a later attempt leaves no events, the run goes on from the same history", () => {
    const { h, player } = waiting();
    h.timerFired(5, 1);
    h.openTask();
    const task = taskOf(h, { from: 4, previousStarted: 3, attempt: 5 });
    expect(player.step({ kind: "task", task })).toEqual(["activate fireTimer 1"]);
  });

  test("workflow code that answers a query nobody asked is a fatal problem", () => {
    const answer = { kind: "respondToQuery", queryId: "q", answer: { kind: "succeeded" } } as const;
    expect(failing(1).complete(answer)).toEqual(["respondFailed 14", "evict fatal"]);
  });
});

describe("events out of place", () => {
  test("bug class 8: a gap in event ids is fatal", () => {
    const { h, player } = waiting();
    h.timerFired(5, 1);
    h.openTask();
    const events = h.build().slice(4);
    expect(player.step({ kind: "task", task: taskOf(h, { events, previousStarted: 3 }) })).toEqual([
      "respondFailed 14",
      "evict fatal",
    ]);
    expect(player.effect("evict").message).toBe(
      "Fatal error in workflow machines: History is out of order: event 5 follows event 3",
    );
  });

  test.each([
    [true, ["activate initializeWorkflow"]],
    [false, ["respondFailed 14", "evict fatal"]],
  ])("an event of unknown type with workerMayIgnore %s", (workerMayIgnore, expected) => {
    const h = new HistoryBuilder();
    h.started();
    const unknown = makeEvent({
      eventId: 2,
      eventType: 9999,
      workerMayIgnore,
      attributes: { case: undefined },
    });
    const rest = new HistoryBuilder();
    rest.started();
    rest.signal("x");
    rest.openTask();
    const events = [...h.build(), unknown, ...rest.build().slice(2)];
    expect(new Player().step({ kind: "task", task: taskOf(rest, { events }) })).toEqual(expected);
  });

  test.each([
    [true, ["activate initializeWorkflow"]],
    [false, ["respondFailed 14", "evict fatal"]],
  ])("a pause with workerMayIgnore %s", (workerMayIgnore, expected) => {
    const h = new HistoryBuilder();
    h.started();
    h.add("workflowExecutionPaused", {}, { workerMayIgnore });
    h.openTask();
    expect(new Player().step({ kind: "task", task: taskOf(h) })).toEqual(expected);
  });

  test("an event that no machine takes is fatal even if it says that it may be ignored", () => {
    const h = new HistoryBuilder();
    h.started();
    h.add("workflowPropertiesModifiedExternally", {}, { workerMayIgnore: true });
    h.openTask();
    expect(new Player().step({ kind: "task", task: taskOf(h) })).toEqual(["respondFailed 14", "evict fatal"]);
  });

  test.each(["workflowExecutionTerminated", "workflowExecutionTimedOut"] as const)(
    "%s is legal at the end of history only",
    (ending) => {
      const { h } = waiting();
      h.add(ending, {});
      const player = new Player();
      player.step({ kind: "task", task: taskOf(h, { previousStarted: 3, started: 3 }) });
      expect(player.complete(startTimer(1), startTimer(2))).toEqual(["dropTask", "evict ended"]);
      h.signal("late");
      const late = new Player();
      late.step({ kind: "task", task: taskOf(h, { previousStarted: 3, started: 3 }) });
      expect(late.complete(startTimer(1), startTimer(2))).toEqual(["respondFailed 14", "evict fatal"]);
    },
  );
});

test("the versioning behaviour of the workflow goes with each answer", () => {
  const h = new HistoryBuilder();
  h.started();
  h.openTask();
  const player = new Player();
  player.step({ kind: "task", task: taskOf(h) });
  player.step({ kind: "completion", completion: { ...ok(startTimer(1)), versioningBehavior: 2 } as never });
  expect(player.effect("respond").answer.versioningBehavior).toBe(2);
});
