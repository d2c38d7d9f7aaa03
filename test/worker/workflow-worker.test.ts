import { describe, expect, test } from "vitest";
import { noopMetricMeter } from "../../src/common/meter.ts";
import { awaitReply, newReplyMemory } from "../../src/engine/host-reply.ts";
import { decodePayload, encodePayload } from "../../src/gen/codec/temporal/api/common/v1/message.ts";
import { decodeFailure } from "../../src/gen/codec/temporal/api/failure/v1/message.ts";
import { encodeRespondWorkflowTaskCompletedRequest } from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { GrpcStatus, RpcError } from "../../src/platform/rpc-port.ts";
import { ObservedCalls } from "../../src/worker/workflow/observed-calls.ts";
import { rpcError } from "./fake-server.ts";
import type { FakeThreads } from "./fake-threads.ts";
import { localActivityFixture } from "./local-activity-fixture.ts";
import { ManualClock, turn, until } from "./manual-clock.ts";
import { RecordedLog } from "./recorded-log.ts";
import { workflowFixture, workflowTask } from "./workflow-fixture.ts";

const queryOnly = { query: { queryType: "q" }, startedEventId: 0 };

describe("workflow tasks", () => {
  test("a task goes to a thread, its answer to the server, what became of it back to the thread", async () => {
    const { server, threads, give, slots, worker } = await workflowFixture();
    give("r1");
    const [task] = threads.last.of("task");
    expect(task).toMatchObject({ runId: "r1", timed: false });
    server.completedAnswers.push({ resetHistoryEventId: 4 });
    threads.last.complete(task!.taskId);
    await worker.idle();
    expect(server.seen("RespondWorkflowTaskCompleted")).toHaveLength(1);
    expect(threads.last.of("answered")).toEqual([
      {
        kind: "answered",
        taskId: task!.taskId,
        runId: "r1",
        outcome: { kind: "accepted", resetHistoryEventId: 4 },
      },
    ]);
    expect(slots.used).toBe(0);
    expect(worker.cachedRuns).toBe(1);
  });

  test("an answer says how many attempts of local activities the task repeated", async () => {
    const told: string[] = [];
    const localActivities = localActivityFixture({}, new ManualClock(), new RecordedLog());
    localActivities.repeatedAttempts = (runId) => (runId === "r1" ? 3 : 0);
    localActivities.taskAnswered = (runId) => void told.push(runId);
    const { server, threads, give, worker } = await workflowFixture({ localActivities });
    const taskToken = new Uint8Array([1]);
    const bytes = encodeRespondWorkflowTaskCompletedRequest({ taskToken, meteringMetadata: {} });
    for (const runId of ["r1", "r2"]) {
      give(runId);
      threads.last.complete(threads.last.of("task").at(-1)!.taskId, { answer: { kind: "completed", bytes } });
      await worker.idle();
    }
    const metered = (count: number) => ({
      taskToken,
      meteringMetadata: { nonfirstLocalActivityExecutionAttempts: count },
    });
    expect(server.seen("RespondWorkflowTaskCompleted")).toMatchObject([metered(3), metered(0)]);
    server.errors.set("RespondWorkflowTaskCompleted", [rpcError(GrpcStatus.NOT_FOUND)]);
    give("r1");
    threads.last.complete(3, { answer: { kind: "completed", bytes } });
    await worker.idle();
    expect(told).toEqual(["r1", "r2"]);
  });

  test.each([
    ["failed", "RespondWorkflowTaskFailed"],
    ["query", "RespondQueryTaskCompleted"],
  ] as const)("an answer of kind %s goes to %s", async (kind, method) => {
    const { server, threads, give, worker } = await workflowFixture();
    give("r1");
    threads.last.complete(1, { answer: { kind, bytes: new Uint8Array(0) } });
    await worker.idle();
    expect(server.calls.map((call) => call.method)).toEqual([method]);
  });

  test("a dropped task frees its slot without a call", async () => {
    const { server, threads, give, worker, slots } = await workflowFixture();
    give("r1");
    threads.last.complete(1, { answer: { kind: "none", why: "attempt 2" } });
    await worker.idle();
    expect(server.calls).toEqual([]);
    expect(threads.last.of("answered")).toEqual([]);
    expect(slots.used).toBe(0);
  });

  test("a task that comes after the end, by a late answer to an eager start, keeps no slot", async () => {
    const { give, worker, slots } = await workflowFixture();
    await worker.close();
    give("r1");
    expect([slots.used, worker.inFlight]).toEqual([0, 0]);
  });

  test("a run has one task in its thread; of full tasks that wait the newest is kept", async () => {
    const { threads, give, slots, worker } = await workflowFixture();
    give("r1");
    give("r1", { attempt: 2 });
    give("r1", { attempt: 3 });
    give("r2");
    expect(threads.last.of("task").map(({ runId }) => runId)).toEqual(["r1", "r2"]);
    expect(slots.used).toBe(3);
    threads.last.complete(1);
    await until(() => threads.last.of("task").length === 3);
    expect(threads.last.of("task")[2]?.taskId).toBe(3);
    threads.last.complete(3);
    threads.last.complete(4);
    await worker.idle();
    expect(slots.used).toBe(0);
  });

  test("queries run in the order they came, around the task that waits", async () => {
    const { threads, give, worker } = await workflowFixture();
    give("r1");
    give("r1", queryOnly);
    give("r1", { attempt: 2 });
    give("r1", queryOnly);
    for (const taskId of [1, 2, 3, 4]) {
      await until(() => threads.last.of("task").at(-1)?.taskId === taskId);
      threads.last.complete(taskId);
    }
    await worker.idle();
    expect(threads.last.of("task").map(({ taskId }) => taskId)).toEqual([1, 2, 3, 4]);
  });

  test("bug class 38: no query gets lost before or behind a task that waits", async () => {
    const { server, threads, give, worker } = await workflowFixture();
    give("r1");
    for (const more of [queryOnly, queryOnly, {}, queryOnly, queryOnly]) give("r1", more);
    for (const taskId of [1, 2, 3, 4, 5, 6]) {
      await until(() => threads.last.of("task").at(-1)?.taskId === taskId);
      const bytes = new Uint8Array(0);
      const kind = taskId === 1 || taskId === 4 ? "completed" : "query";
      threads.last.complete(taskId, { answer: { kind, bytes } });
    }
    await worker.idle();
    expect(server.seen("RespondQueryTaskCompleted")).toHaveLength(4);
  });

  test("a task that comes with the answer runs next, with the same slot", async () => {
    const { server, threads, give, slots, worker } = await workflowFixture();
    give("r1");
    server.completedAnswers.push({ workflowTask: workflowTask("r1") });
    threads.last.complete(1);
    await until(() => threads.last.of("task").length === 2);
    expect(slots.used).toBe(1);
    const kinds = threads.last.received.map((message) => message.kind);
    expect(kinds).toEqual(["task", "answered", "task"]);
    threads.last.complete(2);
    await worker.idle();
    expect(slots.used).toBe(0);
  });

  test("activities that come with the answer take the slots granted, the rest is given back", async () => {
    const { server, threads, give, eager, activitySlots, worker } = await workflowFixture();
    give("r1");
    expect(threads.last.of("task")[0]?.eagerSlots).toBe(2);
    server.completedAnswers.push({ activityTasks: [{ taskToken: new Uint8Array([7]) }] });
    threads.last.complete(1, { eagerSlotsUsed: 2 });
    await worker.idle();
    expect(eager).toHaveLength(1);
    expect(activitySlots.used).toBe(1);
    eager[0]?.permit.release();
    expect(activitySlots.used).toBe(0);
  });

  test("more eager activities than slots: the surplus is dropped with an error", async () => {
    const { server, threads, give, eager, log, worker } = await workflowFixture();
    give("r1");
    const activity = { taskToken: new Uint8Array([7]) };
    server.completedAnswers.push({ activityTasks: [activity, activity] });
    threads.last.complete(1, { eagerSlotsUsed: 1 });
    await worker.idle();
    expect(eager).toHaveLength(1);
    expect(log.at("ERROR")).toHaveLength(1);
  });

  test.each([
    [rpcError(GrpcStatus.NOT_FOUND), "notFound"],
    [rpcError(GrpcStatus.INVALID_ARGUMENT, "UnhandledCommand"), "unhandledCommand"],
    [rpcError(GrpcStatus.INVALID_ARGUMENT, "BadScheduleActivityAttributes"), "other"],
    [rpcError(GrpcStatus.UNAVAILABLE), "other"],
  ])("refused with %s the thread hears %s", async (error, reason) => {
    const { server, threads, give, worker, slots } = await workflowFixture();
    server.errors.set("RespondWorkflowTaskCompleted", [error]);
    give("r1");
    threads.last.complete(1);
    await worker.idle();
    expect(threads.last.of("answered")[0]?.outcome).toMatchObject({ kind: "refused", reason });
    expect(slots.used).toBe(0);
  });

  test.each([
    rpcError(GrpcStatus.RESOURCE_EXHAUSTED, "grpc: received message larger than max (5 vs. 4)"),
    rpcError(GrpcStatus.RESOURCE_EXHAUSTED, "message size 5 is larger than configured readMaxBytes 4"),
    new RpcError({ status: GrpcStatus.RESOURCE_EXHAUSTED, details: "5 MB", reason: "message-too-large" }),
  ])("an answer too large for the server fails the task: %s", async (error) => {
    const { server, threads, give, worker } = await workflowFixture();
    server.errors.set("RespondWorkflowTaskCompleted", [error]);
    give("r1");
    threads.last.complete(1);
    await worker.idle();
    expect(threads.last.of("answered")[0]?.outcome).toMatchObject({ reason: "messageTooLarge" });
    expect(server.seen("RespondWorkflowTaskFailed")).toMatchObject([
      { failure: { failureInfo: { value: { type: "GrpcMessageTooLarge", nonRetryable: true } } } },
    ]);
  });

  test("an evicted run is forgotten and may go to another thread", async () => {
    const { threads, give, worker } = await workflowFixture({ threads: 2 });
    const [first, second] = threads.all as [(typeof threads.all)[0], (typeof threads.all)[0]];
    give("r1");
    give("r2");
    expect([first, second].map((thread) => thread.of("task").map(({ runId }) => runId))).toEqual([
      ["r1"],
      ["r2"],
    ]);
    first.complete(1);
    second.complete(2);
    await worker.idle();
    give("r1");
    expect(first.of("task")).toHaveLength(2);
    first.complete(3);
    await worker.idle();
    first.send({ kind: "evicted", runId: "r1", reason: "ended" });
    expect(worker.cachedRuns).toBe(1);
  });

  test("a task that cannot be read frees its slot", async () => {
    const { worker, slots, log } = await workflowFixture();
    worker.accept(new Uint8Array([10, 200]), slots.tryReserve()!);
    await worker.idle();
    expect(slots.used).toBe(0);
    expect(log.at("ERROR")).toHaveLength(1);
  });
});

describe("what threads ask for", () => {
  test("pages of history", async () => {
    const { server, threads } = await workflowFixture();
    const ask = (requestId: number): void =>
      threads.last.send({
        kind: "wantPage",
        requestId,
        workflowId: "w",
        runId: "r",
        token: new Uint8Array([5]),
      });
    ask(1);
    server.errors.set("GetWorkflowExecutionHistory", [rpcError(GrpcStatus.UNAVAILABLE, "down")]);
    ask(2);
    await until(() => threads.last.of("page").length === 2);
    expect(server.seen("GetWorkflowExecutionHistory")[0]).toMatchObject({
      execution: { workflowId: "w", runId: "r" },
      nextPageToken: new Uint8Array([5]),
      namespace: "ns",
    });
    const kinds = threads.last.of("page").map(({ requestId, page }) => [requestId, page.kind]);
    expect(kinds).toContainEqual([1, "bytes"]);
    expect(kinds).toContainEqual([2, "error"]);
  });

  test("at most five pages are fetched at a time", async () => {
    const { server, threads } = await workflowFixture();
    server.held.set("GetWorkflowExecutionHistory", []);
    for (let requestId = 1; requestId <= 7; requestId += 1) {
      threads.last.send({
        kind: "wantPage",
        requestId,
        workflowId: "w",
        runId: "r",
        token: new Uint8Array(0),
      });
    }
    await until(() => server.held.get("GetWorkflowExecutionHistory")?.length === 5);
    for (const go of server.held.get("GetWorkflowExecutionHistory")!) go();
    await until(() => server.held.get("GetWorkflowExecutionHistory")?.length === 7);
    for (const go of server.held.get("GetWorkflowExecutionHistory")!.slice(5)) go();
    await until(() => threads.last.of("page").length === 7);
  });

  test("payloads through the codecs", async () => {
    const { threads } = await workflowFixture({
      transform: {
        encode: async (payloads) => payloads.map(({ data }) => ({ data: data!.map((byte) => byte + 1) })),
        decode: async (payloads) => payloads,
      },
    });
    threads.last.send({
      kind: "transform",
      batchId: 1,
      direction: "encode",
      workflowId: "w",
      payloads: [encodePayload({ data: new Uint8Array([1]) })],
    });
    await until(() => threads.last.of("payloads").length === 1);
    const { result } = threads.last.of("payloads")[0]!;
    expect(result.kind === "ok" && decodePayload(result.payloads[0]!).data).toEqual(new Uint8Array([2]));
  });

  test.each([
    [
      "throws",
      async () => {
        throw new Error("no key");
      },
      /Payload codec failed to decode 1 payload of workflow w: no key/,
    ],
    ["loses payloads", async () => [], /must return one payload for each of the 1 given, got 0/],
  ])("a codec that %s becomes a failure", async (_, decode, message) => {
    const { threads } = await workflowFixture({
      transform: { encode: async (payloads) => payloads, decode },
    });
    threads.last.send({
      kind: "transform",
      batchId: 1,
      direction: "decode",
      workflowId: "w",
      payloads: [encodePayload({})],
    });
    await until(() => threads.last.of("payloads").length === 1);
    const { result } = threads.last.of("payloads")[0]!;
    expect(result.kind === "error" && decodeFailure(result.failure).message).toMatch(message);
  });

  test("patches are active unless the callback says otherwise; its errors go back", async () => {
    const workflowInfo = { workflowId: "w", unsafe: { isReplaying: false } };
    const call = { kind: "hostCall", callId: 1, runId: "r", argument: "p", workflowInfo } as const;
    const ask = (threads: FakeThreads, reply?: SharedArrayBuffer): void =>
      threads.last.send({ ...call, name: "patchActivation", reply });
    const plain = await workflowFixture();
    ask(plain.threads);
    expect(plain.threads.last.of("hostResult")).toEqual([{ kind: "hostResult", callId: 1, value: true }]);
    const refusing = await workflowFixture({
      patchActivationCallback: ({ patchId, workflowInfo }) =>
        patchId !== "p" || workflowInfo.workflowId !== "w",
    });
    ask(refusing.threads);
    expect(refusing.threads.last.of("hostResult")).toMatchObject([{ value: false }]);
    const throwing = await workflowFixture({
      patchActivationCallback: () => {
        throw new Error("oops");
      },
    });
    ask(throwing.threads);
    expect(throwing.threads.last.of("hostResult")[0]?.error).toMatch(/patch p: oops/);
    const reply = newReplyMemory()!;
    ask(throwing.threads, reply);
    expect(throwing.threads.last.of("hostResult")).toHaveLength(1);
    expect(awaitReply(reply)).toEqual({ error: "patchActivationCallback failed for patch p: oops" });
  });

  test("logs and sinks are carried out; a sink that throws is only logged", async () => {
    const log = new RecordedLog();
    const seen: unknown[] = [];
    const sinks = {
      mine: {
        good: { fn: (info: unknown, ...args: unknown[]) => void seen.push([info, ...args]) },
        bad: {
          fn: async () => {
            throw new Error("full");
          },
        },
      },
    };
    const { threads } = await workflowFixture({
      observed: new ObservedCalls({ logger: log, metricMeter: noopMetricMeter, sinks }),
    });
    const workflowInfo = { workflowId: "w" };
    threads.last.send({
      kind: "observed",
      runId: "r",
      calls: [
        { kind: "log", level: "WARN", message: "careful", attributes: { a: 1 }, timeMs: 0 },
        { kind: "sink", sink: "mine", fn: "good", args: [1, 2], workflowInfo },
        { kind: "sink", sink: "mine", fn: "bad", args: [], workflowInfo },
        { kind: "sink", sink: "mine", fn: "absent", args: [], workflowInfo },
      ],
    });
    await turn();
    expect(log.lines[0]).toMatchObject({ level: "WARN", message: "careful", meta: { a: 1 } });
    expect(seen).toMatchObject([[workflowInfo, 1, 2]]);
    expect(log.at("ERROR")).toEqual([
      "External sink function threw an error",
      "External sink function threw an error",
    ]);
  });

  test("a task that waits for local activities is to be answered in time, once, unless it was answered before", async () => {
    const { threads, clock, give } = await workflowFixture();
    give("r1");
    give("r2");
    const thread = threads.last;
    await clock.advance(100);
    const waits = (taskId: number, runId: string): void =>
      thread.send({ kind: "awaitLocals", taskId, runId, taskTimeoutMs: 1000 });
    waits(1, "r1");
    waits(2, "r2");
    waits(2, "r2");
    thread.complete(1);
    await clock.advance(699);
    expect(thread.of("heartbeatTask")).toEqual([]);
    await clock.advance(1);
    expect(thread.of("heartbeatTask")).toEqual([{ kind: "heartbeatTask", taskId: 2, runId: "r2" }]);
  });

  test("a message that this version does not know is fatal", async () => {
    const { threads, fatal } = await workflowFixture();
    threads.last.send({ kind: "initFailed", message: "late", stack: "" });
    expect(fatal).toMatchObject([{ code: "UNEXPECTED" }]);
  });
});
