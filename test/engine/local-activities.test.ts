import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { bundleWorkflows } from "../../runtimes/node-api/bundler.ts";
import { vmPlatform } from "../../runtimes/node-api/sandbox-vm.ts";
import type { LocalActivityResult } from "../../src/core/local-activity-jobs.ts";
import { startInlineEngine } from "../../src/engine/inline.ts";
import type { FromThread, ToThread, WorkerFacts } from "../../src/engine/protocol.ts";
import { decodePayload, encodePayload } from "../../src/gen/codec/temporal/api/common/v1/message.ts";
import { EventType } from "../../src/gen/codec/temporal/api/enums/v1/event_type.ts";
import { commandNames, completed, MainThread, threadInit, value } from "./main-thread.ts";
import { HistoryBuilder, json, payloads } from "./task-builder.ts";

const fixture = fileURLToPath(new URL("./fixtures/local-workflow.ts", import.meta.url));
const bundle = bundleWorkflows({ workflowsPath: fixture });
const text = new TextDecoder();
const encoding = new TextEncoder().encode("binary/turned");

/** Turns the bytes of each payload around, and says so; refuses what is not turned. */
function codec(message: FromThread): ToThread | undefined {
  if (message.kind !== "transform") return undefined;
  const turned = message.payloads.map((bytes) => {
    const { data, metadata } = decodePayload(bytes);
    const isTurned = text.decode(metadata["encoding"]) === "binary/turned";
    if (isTurned !== (message.direction === "decode")) throw new Error(`not turned: ${text.decode(data)}`);
    const plain = { encoding: new TextEncoder().encode("json/plain") };
    return encodePayload({ metadata: isTurned ? plain : { encoding }, data: data.toReversed() });
  });
  return { kind: "payloads", batchId: message.batchId, result: { kind: "ok", payloads: turned } };
}

async function engineWith(facts: Partial<WorkerFacts> = {}): Promise<MainThread> {
  const main = new MainThread();
  const engine = startInlineEngine(vmPlatform({ alwaysTimed: false }), main.receive);
  main.connect((message) => engine.post(message));
  main.onRequest = codec;
  const ready = main.next("ready");
  main.post(threadInit(await bundle, facts));
  await ready;
  return main;
}

const done: LocalActivityResult = {
  seq: 1,
  end: { kind: "completed", result: json("charged") },
  attempt: 1,
  runtimeMs: 5,
};

function turnedJson(of: unknown): { metadata: { encoding: Uint8Array }; data: Uint8Array } {
  return { metadata: { encoding }, data: json(of).data.toReversed() };
}

function history(arg: object): HistoryBuilder {
  const h = new HistoryBuilder("chargeLocally");
  const { attributes } = h.events[0]!;
  if (attributes?.case !== "workflowExecutionStartedEventAttributes") throw new Error("no start");
  h.events[0] = {
    ...h.events[0],
    attributes: { case: attributes.case, value: { ...attributes.value, input: { payloads: [arg] } } },
  };
  return h;
}

test("an activity runs within the task; what SDKs note for themselves passes no codec", async () => {
  const main = await engineWith({ transformsPayloads: true });
  const h = history(turnedJson("o-1"));
  const wanted = main.next("localActivities");
  const answer = main.give(h.runId, h.startTask().task());
  const { schedule, runId, instance, workflowId, workflowType } = await wanted;
  expect({ runId, workflowType }).toEqual({ runId: h.runId, workflowType: "chargeLocally" });
  expect(workflowId).not.toBe("");
  expect(schedule).toMatchObject([{ seq: 1, activityType: "charge", attempt: 1 }]);
  expect(value(schedule[0]!.args[0] as never)).toBe("o-1");
  main.post({
    kind: "localActivityResult",
    runId,
    instance: instance + 1,
    result: { ...done, seq: 1, end: { kind: "failed", failure: {} } },
  });
  main.post({ kind: "localActivityResult", runId, instance, result: done });
  const message = await answer;
  const request = completed(message);
  expect(commandNames(message)).toEqual([
    "recordMarker",
    "upsertWorkflowSearchAttributes",
    "recordMarker",
    "completeWorkflowExecution",
  ]);
  const [patch, , local] = request.commands.map(({ attributes }) =>
    attributes.case === "recordMarkerCommandAttributes" ? attributes.value.details : {},
  );
  expect(text.decode(patch!["patch-data"]?.payloads[0]?.data)).toBe('{"id":"locally","deprecated":false}');
  expect(JSON.parse(text.decode(local!["data"]?.payloads[0]?.data))).toMatchObject({
    seq: 1,
    activity_type: "charge",
  });
  expect(local!["result"]?.payloads[0]).toMatchObject(turnedJson("charged"));
});

test("a history with a codec is replayed from its markers", async () => {
  const main = await engineWith({ transformsPayloads: true });
  const h = history(turnedJson("o-1"));
  h.startTask();
  h.completeTask();
  const marker = (markerName: string, details: object): void => {
    h.add(EventType.MARKER_RECORDED, {
      case: "markerRecordedEventAttributes",
      value: { markerName, details },
    } as never);
  };
  const data = { seq: 1, attempt: 1, activity_id: "1", activity_type: "charge", complete_time: null };
  marker("core_patch", { "patch-data": payloads({ id: "locally", deprecated: false }) });
  marker("core_local_activity", { data: payloads(data), result: { payloads: [turnedJson("charged")] } });
  h.add(EventType.WORKFLOW_EXECUTION_SIGNALED, {
    case: "workflowExecutionSignaledEventAttributes",
    value: { signalName: "unused" },
  });
  const task = h.startTask().fullTask({ previousStartedEventId: 3 });
  expect(commandNames(await main.run(h.runId, task))).toEqual(["completeWorkflowExecution"]);
  expect(main.of("localActivities")).toEqual([]);
});

test("a task that must be answered is, and the activity goes on in the next one", async () => {
  const main = await engineWith();
  const h = history(json("o-1"));
  const waits = main.next("awaitLocals");
  const answer = main.give(h.runId, h.startTask().task());
  const { runId, taskId, taskTimeoutMs } = await waits;
  expect(taskTimeoutMs).toBe(10_000);
  main.post({ kind: "heartbeatTask", runId, taskId: taskId + 1 });
  main.post({ kind: "heartbeatTask", runId, taskId });
  const message = await answer;
  expect(completed(message).forceCreateNewWorkflowTask).toBe(true);
  expect(commandNames(message)).toEqual(["recordMarker", "upsertWorkflowSearchAttributes"]);
});

/** The events of the patch that the workflow asks for first. */
function addPatch(h: HistoryBuilder): void {
  h.add(EventType.MARKER_RECORDED, {
    case: "markerRecordedEventAttributes",
    value: {
      markerName: "core_patch",
      details: { "patch-data": payloads({ id: "locally", deprecated: false }) },
    },
  } as never);
  h.add(EventType.UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, {
    case: "upsertWorkflowSearchAttributesEventAttributes",
    value: {},
  } as never);
}

test("ends that come in the same moment as tasks and heartbeats are taken in between activations", async () => {
  const main = await engineWith();
  const h = history(json("o-1"));
  const waits = main.next("awaitLocals");
  const answer = main.give(h.runId, h.startTask().task());
  const { runId, taskId } = await waits;
  const { instance } = main.of("localActivities")[0]!;
  main.post({ kind: "heartbeatTask", runId, taskId });
  main.post({ kind: "localActivityResult", runId, instance, result: done });
  main.post({ kind: "localActivityResult", runId, instance, result: { ...done, seq: 2 } });
  expect(commandNames(await answer)).toEqual(["recordMarker", "upsertWorkflowSearchAttributes"]);
  main.post({ kind: "answered", taskId, runId, outcome: { kind: "accepted", resetHistoryEventId: 0 } });
  h.completeTask();
  addPatch(h);
  const next = main.give(h.runId, h.startTask().task());
  main.post({ kind: "localActivityResult", runId, instance, result: done });
  expect(commandNames(await next)).toEqual(["recordMarker", "completeWorkflowExecution"]);
});

test("without a cache, a run whose local activities are under way is kept until they end", async () => {
  const main = await engineWith({ maxCachedWorkflows: 0, sticky: undefined });
  const h = history(json("o-1"));
  const waits = main.next("awaitLocals");
  const answer = main.give(h.runId, h.startTask().task());
  const { runId, taskId } = await waits;
  const { instance } = main.of("localActivities")[0]!;
  main.post({ kind: "heartbeatTask", runId, taskId });
  await answer;
  main.post({ kind: "answered", taskId, runId, outcome: { kind: "accepted", resetHistoryEventId: 0 } });
  h.completeTask();
  addPatch(h);
  const waitsAgain = main.next("awaitLocals");
  const next = main.give(h.runId, h.startTask().fullTask({ previousStartedEventId: 3 }));
  await waitsAgain;
  main.post({ kind: "localActivityResult", runId, instance, result: done });
  expect(commandNames(await next)).toEqual(["recordMarker", "completeWorkflowExecution"]);
  expect(main.of("localActivities")).toHaveLength(1);
});

test("bug class 30: a run whose local activities are under way stays in a full cache between two tasks", async () => {
  const main = await engineWith({ maxCachedWorkflows: 1 });
  const h = history(json("o-1"));
  const waits = main.next("awaitLocals");
  const answer = main.give(h.runId, h.startTask().task());
  const { runId, taskId } = await waits;
  const { instance } = main.of("localActivities")[0]!;
  main.post({ kind: "heartbeatTask", runId, taskId });
  await answer;
  main.post({ kind: "answered", taskId, runId, outcome: { kind: "accepted", resetHistoryEventId: 0 } });
  const other = history(json("o-2"));
  const otherWaits = main.next("awaitLocals");
  const otherAnswer = main.give(other.runId, other.startTask().task());
  await otherWaits;
  expect(main.of("evicted")).toEqual([]);
  h.completeTask();
  addPatch(h);
  main.post({ kind: "localActivityResult", runId, instance, result: done });
  const next = main.give(h.runId, h.startTask().task({ previousStartedEventId: 3 }));
  expect(commandNames(await next)).toEqual(["recordMarker", "completeWorkflowExecution"]);
  main.post({ kind: "evict", runId: other.runId, message: "The test ends", dropTask: true });
  await otherAnswer;
});

test("a run that is given up leaves its task to another worker", async () => {
  const main = await engineWith();
  const h = history(json("o-1"));
  const waits = main.next("awaitLocals");
  const answer = main.give(h.runId, h.startTask().task());
  const { runId } = await waits;
  main.post({ kind: "evict", runId, message: "The worker shuts down", dropTask: true });
  const evicted = main.next("evicted");
  expect((await answer).answer).toEqual({ kind: "none", why: "The worker shuts down" });
  await evicted;
  expect(main.of("localActivities").at(-1)).toMatchObject({ cancelAll: true });
});
