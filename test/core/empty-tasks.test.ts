import { expect, test } from "vitest";
import { HistoryBuilder, taskOf } from "./history-builder.ts";
import { call, completed, marker } from "./local-scenario.ts";
import { Player } from "./player.ts";
import { message, request, say } from "./update-words.ts";

/*
 * A workflow task is answered while the first local activities run (for a query, or because it takes long), so it leaves no
 * command. What the next one brings comes after it all the same: for the worker that kept the run, for one that takes it
 * over, and in every replay.
 */

const accept = say("u", { kind: "accepted" });
const finish = say("u", { kind: "completed" });

/** The first task called local activity 1 and was answered before its end. */
function answeredEarly(sdkName: string): HistoryBuilder {
  const h = new HistoryBuilder();
  h.started();
  h.fullTask({ sdkMetadata: { sdkName } });
  return h;
}

function acceptedUpdate(h: HistoryBuilder, sequencing: number): void {
  h.add("workflowExecutionUpdateAccepted", {
    protocolInstanceId: "u",
    acceptedRequestMessageId: "u/request",
    acceptedRequestSequencingEventId: sequencing,
    acceptedRequest: request("u"),
  });
}

test("a worker that takes a run over gives it the update of the open task in an activation after the first one", () => {
  const h = answeredEarly("perdure");
  h.openTask();
  const player = new Player();
  const task = { ...taskOf(h, { previousStarted: 3 }), messages: [message("u", 5)] };
  expect(player.step({ kind: "task", task })).toEqual(["activate initializeWorkflow"]);
  expect(player.activation).toMatchObject({ isReplaying: true, historyLength: 3 });
  expect(player.complete(call(1))).toEqual(["localActivities run 1", "activate doUpdate"]);
  expect(player.activation).toMatchObject({ isReplaying: false, historyLength: 6 });
  expect(player.complete(accept, call(2))).toEqual(["localActivities run 2", "awaitLocals 10000"]);
  const results = [2, 1].map((seq) => ({ seq, end: completed, attempt: 1, runtimeMs: 1 }));
  player.step({ kind: "localResults", results });
  expect(player.complete(finish)).toEqual([
    "respond protocolMessage, recordMarker, recordMarker, protocolMessage",
  ]);
});

test("the replay of both tasks goes the same way, wherever the marker of the first activity lies", () => {
  for (const markerFirst of [false, true]) {
    const h = answeredEarly("perdure");
    h.fullTask();
    if (markerFirst) h.add("markerRecorded", marker(1));
    acceptedUpdate(h, 5);
    if (!markerFirst) h.add("markerRecorded", marker(1));
    h.add("markerRecorded", marker(2));
    h.add("workflowExecutionUpdateCompleted", { meta: { updateId: "u" } });
    h.signal("go");
    h.openTask();
    const player = new Player();
    const seen = [player.step({ kind: "task", task: taskOf(h, { previousStarted: 6 }) })];
    seen.push(player.complete(call(1)));
    seen.push(player.complete(accept, call(2)));
    // Live, the second one ended in an activation after that of the first one, which had begun before it.
    expect(seen).toEqual([
      ["activate initializeWorkflow"],
      [markerFirst ? "activate doUpdate, resolveLocalActivity 1 completed" : "activate doUpdate"],
      [
        markerFirst
          ? "activate resolveLocalActivity 2 completed"
          : "activate resolveLocalActivity 1 completed, resolveLocalActivity 2 completed",
      ],
    ]);
    expect(player.complete(finish)).toEqual(["activate signalWorkflow go"]);
  }
});

test("what another SDK answered replays as it would there: both tasks at once", () => {
  const h = answeredEarly("temporal-typescript");
  h.fullTask();
  h.add("markerRecorded", marker(1));
  acceptedUpdate(h, 5);
  h.signal("go");
  h.openTask();
  const player = new Player();
  expect(player.step({ kind: "task", task: taskOf(h, { previousStarted: 6 }) })).toEqual([
    "activate initializeWorkflow, doUpdate",
  ]);
});

test("a signal between the two tasks comes after the first one, in each replay", () => {
  const h = answeredEarly("perdure");
  h.taskScheduled();
  h.signal("more");
  h.taskStarted();
  const live = new Player();
  expect(live.step({ kind: "task", task: taskOf(h, { previousStarted: 3 }) })).toEqual([
    "activate initializeWorkflow",
  ]);
  expect(live.complete(call(1))).toEqual(["localActivities run 1", "activate signalWorkflow more"]);
  h.taskCompleted();
  h.add("markerRecorded", marker(1));
  h.signal("go");
  h.openTask();
  const replay = new Player();
  replay.step({ kind: "task", task: taskOf(h, { previousStarted: 7 }) });
  expect(replay.complete(call(1))).toEqual([
    "activate signalWorkflow more, resolveLocalActivity 1 completed",
  ]);
});

test("a server that takes no facts about SDKs has none to tell later: both tasks are one there, live too", () => {
  const h = answeredEarly("");
  h.openTask();
  const player = new Player({ serverSupportsSdkMetadata: false });
  const task = { ...taskOf(h, { previousStarted: 3 }), messages: [message("u", 5)] };
  expect(player.step({ kind: "task", task })).toEqual(["activate initializeWorkflow, doUpdate"]);
});
