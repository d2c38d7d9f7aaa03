import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { bundleWorkflows } from "../../runtimes/node-api/bundler.ts";
import { vmPlatform } from "../../runtimes/node-api/sandbox-vm.ts";
import { startInlineEngine } from "../../src/engine/inline.ts";
import type { FromThread, ToThread, WorkerFacts } from "../../src/engine/protocol.ts";
import { decodePayload, encodePayload } from "../../src/gen/codec/temporal/api/common/v1/message.ts";
import { WorkflowTaskFailedCause } from "../../src/gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { encodeFailure } from "../../src/gen/codec/temporal/api/failure/v1/message.ts";
import {
  answeredQuery,
  commandNames,
  completed,
  failed,
  MainThread,
  threadInit,
  value,
} from "./main-thread.ts";
import { orderToCompletion } from "./scenario.ts";
import { HistoryBuilder } from "./task-builder.ts";

const fixture = fileURLToPath(new URL("./fixtures/order-workflow.ts", import.meta.url));
const bundle = bundleWorkflows({ workflowsPath: fixture });

async function inlineEngine(facts: Partial<WorkerFacts> = {}): Promise<MainThread> {
  const main = new MainThread();
  const engine = startInlineEngine(vmPlatform({ alwaysTimed: false }), main.receive);
  main.connect((message) => engine.post(message));
  const ready = main.next("ready");
  main.post(threadInit(await bundle, facts));
  await ready;
  return main;
}

describe("a workflow in the engine", () => {
  test("runs with a timer, an activity, a signal and queries to its end", async () => {
    const main = await inlineEngine();
    expect(main.of("ready")[0]!.workflowTypes).toContain("order");
    await orderToCompletion(main);
    const [observed] = main
      .of("observed")
      .flatMap(({ calls }) => calls.filter((c) => c.kind === "log" && c.message === "charging"));
    expect(observed).toMatchObject({
      kind: "log",
      level: "INFO",
      message: "charging",
      attributes: { id: "o-1" },
    });
  });

  test("answers carry what is the same for all answers of a worker", async () => {
    const main = await inlineEngine();
    const history = new HistoryBuilder("order", ["o-1"]);
    const answer = completed(await main.run(history.runId, history.startTask().task()));
    expect(answer).toMatchObject({
      namespace: "default",
      identity: "tester",
      returnNewWorkflowTask: true,
      workerInstanceKey: "instance-1",
      workerVersionStamp: { buildId: "build-1", useVersioning: false },
      capabilities: { discardSpeculativeWorkflowTaskWithEvents: true },
      sdkMetadata: { sdkName: "perdure", sdkVersion: "0.1.0" },
    });
    expect(answer.stickyAttributes).toMatchObject({
      workerTaskQueue: { name: "sticky-1", normalName: "orders" },
      scheduleToStartTimeout: { seconds: 10n, nanos: 500_000_000 },
    });
  });

  test("replays a whole history in one task, without logs", async () => {
    const main = await inlineEngine();
    const history = new HistoryBuilder("order", ["o-1"]);
    history.startTask().completeTask();
    history.fireTimer("1", history.startTimer("1")).startTask().completeTask();
    history.completeActivity(history.scheduleActivity("1", "charge"), "receipt");
    const answer = await main.run(
      history.runId,
      history.signal("approve", "bob").startTask().fullTask({ previousStartedEventId: 7 }),
    );
    expect(commandNames(answer)).toEqual(["completeWorkflowExecution"]);
    expect(answer.replayedEvents).toBe(history.lastId);
    expect(JSON.stringify(main.of("observed"))).not.toContain("charging");
  });

  test("interleaved runs do not disturb each other", async () => {
    const main = await inlineEngine();
    await Promise.all(Array.from({ length: 5 }, () => orderToCompletion(main)));
    expect(main.of("fatal")).toEqual([]);
  });

  test("pages of history are fetched one after the other", async () => {
    const main = await inlineEngine();
    const history = new HistoryBuilder("order", ["o-1"]);
    history.startTask().completeTask();
    history.fireTimer("1", history.startTimer("1")).startTask();
    const tokens: string[] = [];
    main.onRequest = (message) => {
      if (message.kind !== "wantPage") return undefined;
      const token = new TextDecoder().decode(message.token);
      tokens.push(token);
      const bytes = token === "p2" ? history.page(3, 6, "p3") : history.page(6, 99);
      return { kind: "page", requestId: message.requestId, page: { kind: "bytes", bytes } };
    };
    const bytes = history.fullTask({
      history: { events: history.events.slice(0, 3) },
      nextPageToken: new TextEncoder().encode("p2"),
      previousStartedEventId: 3,
    });
    const answer = await main.run(history.runId, bytes);
    expect(tokens).toEqual(["p2", "p3"]);
    expect(commandNames(answer)).toEqual(["scheduleActivityTask"]);
  });

  test("a page that can't be had fails the task", async () => {
    const main = await inlineEngine();
    const history = new HistoryBuilder("order", ["o-1"]).startTask();
    main.onRequest = (message) =>
      message.kind === "wantPage"
        ? { kind: "page", requestId: message.requestId, page: { kind: "error", message: "no such run" } }
        : undefined;
    const events = history.events.slice(0, 1);
    const bytes = history.task({ history: { events }, nextPageToken: new Uint8Array([1]) });
    const answer = await main.run(history.runId, bytes);
    expect(failed(answer).failure?.message).toContain("no such run");
    expect(answer.failure?.reason).toBe("historyFetch");
  });

  test("the least recently used run leaves a full cache, and comes back by replay", async () => {
    const main = await inlineEngine({ maxCachedWorkflows: 1 });
    const one = new HistoryBuilder("order", ["o-1"]);
    const two = new HistoryBuilder("order", ["o-2"]);
    await main.run(one.runId, one.startTask().task());
    const evicted = main.next("evicted");
    await main.run(two.runId, two.startTask().task());
    expect(await evicted).toMatchObject({ runId: one.runId });
    one.completeTask();
    one.fireTimer("1", one.startTimer("1")).startTask();
    main.onRequest = (message) =>
      message.kind === "wantPage"
        ? { kind: "page", requestId: message.requestId, page: { kind: "bytes", bytes: one.page(0, 99) } }
        : undefined;
    expect(commandNames(await main.run(one.runId, one.task()))).toEqual(["scheduleActivityTask"]);
  });

  test.each(["notFound", "unhandledCommand", "other"] as const)(
    "a run leaves the cache when the server refuses its answer (%s)",
    async (reason) => {
      const main = await inlineEngine();
      const history = new HistoryBuilder("order", ["o-1"]);
      const { taskId } = await main.give(history.runId, history.startTask().task());
      const evicted = main.next("evicted");
      const outcome = { kind: "refused", reason, message: "the server said no" } as const;
      main.post({ kind: "answered", taskId, runId: history.runId, outcome });
      expect((await evicted).reason).toContain("the server said no");
      expect(main.of("completion")).toHaveLength(1);
    },
  );

  test("a run leaves the cache on request", async () => {
    const main = await inlineEngine();
    const history = new HistoryBuilder("order", ["o-1"]);
    await main.run(history.runId, history.startTask().task());
    const evicted = main.next("evicted");
    main.post({ kind: "evict", runId: history.runId, message: "no longer wanted" });
    expect(await evicted).toEqual({
      kind: "evicted",
      runId: history.runId,
      reason: "requested: no longer wanted",
    });
  });

  test("without a cache a run is forgotten after each answer", async () => {
    const main = await inlineEngine({ maxCachedWorkflows: 0, sticky: undefined });
    const history = new HistoryBuilder("order", ["o-1"]);
    const evicted = main.next("evicted");
    const answer = completed(await main.run(history.runId, history.startTask().task()));
    expect(answer.returnNewWorkflowTask).toBe(false);
    expect(answer.stickyAttributes).toBeUndefined();
    expect(await evicted).toMatchObject({ runId: history.runId });
  });

  test("every way to the clock shows workflow time", async () => {
    const main = await inlineEngine();
    const history = new HistoryBuilder("clocks").startTask();
    const [command] = completed(await main.run(history.runId, history.task())).commands;
    if (command?.attributes.case !== "completeWorkflowExecutionCommandAttributes")
      throw new Error("no result");
    const startedMs = 1_700_000_003_000;
    expect(value(command.attributes.value.result?.payloads[0])).toEqual([
      startedMs,
      startedMs,
      startedMs,
      2023,
    ]);
  });

  test("a long replay does not hold up another run", async () => {
    const main = await inlineEngine();
    const long = new HistoryBuilder("sequence", [5000]);
    for (let seq = 1; seq <= 5000; seq++) {
      long.startTask().completeTask();
      long.fireTimer(String(seq), long.startTimer(String(seq)));
    }
    long.startTask();
    const short = new HistoryBuilder("order", ["o-1"]);
    await Promise.all([
      main.run(long.runId, long.fullTask({ previousStartedEventId: long.lastId - 7 })),
      main.run(short.runId, short.startTask().task()),
    ]);
    expect(main.of("completion").map(({ workflowType }) => workflowType)).toEqual(["order", "sequence"]);
  });

  test("eager activities take no more slots than were granted", async () => {
    const main = await inlineEngine();
    const history = new HistoryBuilder("fan");
    const answer = await main.run(history.runId, history.startTask().task(), { eagerSlots: 2 });
    const eager = completed(answer).commands.map(({ attributes }) =>
      attributes.case === "scheduleActivityTaskCommandAttributes"
        ? attributes.value.requestEagerExecution
        : undefined,
    );
    expect(eager).toEqual([true, true, false]);
    expect(answer.eagerSlotsUsed).toBe(2);
  });
});

describe("what goes wrong in workflow code", () => {
  const runType = async (workflowType: string, facts: Partial<WorkerFacts> = {}, timed = false) => {
    const main = await inlineEngine(facts);
    const history = new HistoryBuilder(workflowType);
    return main.run(history.runId, history.startTask().task(), { timed });
  };

  test("an error that is no failure fails the task, with the user's stack", async () => {
    const answer = await runType("failing");
    const { failure, cause } = failed(answer);
    expect(cause).toBe(WorkflowTaskFailedCause.WORKFLOW_WORKER_UNHANDLED_FAILURE);
    expect(failure?.message).toContain("not a workflow failure");
    expect(failure?.stackTrace).toContain(`failing (${fixture}:`);
    expect(failure?.stackTrace).not.toContain("sandbox-vm");
    expect(answer.failure).toMatchObject({ reason: "workflow" });
  });

  test("an application failure fails the workflow", async () => {
    const answer = await runType("refusing");
    expect(commandNames(answer)).toEqual(["failWorkflowExecution"]);
    expect(answer.terminal).toBe("failWorkflow");
  });

  test("an unhandled rejection fails the task of its run only, with the user's stack", async () => {
    const main = await inlineEngine();
    const bad = new HistoryBuilder("unhandled");
    const good = new HistoryBuilder("order", ["o-1"]);
    const [first, second] = await Promise.all([
      main.run(bad.runId, bad.startTask().task()),
      main.run(good.runId, good.startTask().task()),
    ]);
    const { failure } = failed(first);
    expect(failure?.message).toContain("Unhandled Promise rejection: RangeError: nobody caught me");
    expect(`${failure?.stackTrace} ${failure?.cause?.stackTrace}`).toContain(fixture);
    expect(commandNames(second)).toEqual(["startTimer"]);
  });

  test("an endless loop under a time limit fails the task, and the thread goes on", async () => {
    const main = await inlineEngine({ deadlockTimeoutMs: 60 });
    const looping = new HistoryBuilder("looping");
    const answer = await main.run(looping.runId, looping.startTask().task(), { timed: true });
    expect(failed(answer).failure?.message).toMatch(/^\[TMPRL1101\].*did not yield within 60 ms/);
    const next = new HistoryBuilder("order", ["o-1"]);
    expect(commandNames(await main.run(next.runId, next.startTask().task()))).toEqual(["startTimer"]);
  });

  test("an unknown workflow type fails the task and names the known ones", async () => {
    const { failure } = failed(await runType("nowhere"));
    expect(failure?.message).toContain("nowhere");
    expect(failure?.message).toContain("order");
  });

  test("a history that the code did not make fails the task as nondeterminism", async () => {
    const main = await inlineEngine();
    const history = new HistoryBuilder("order", ["o-1"]);
    history.startTask().completeTask();
    history.scheduleActivity("1", "other");
    const answer = await main.run(history.runId, history.startTask().fullTask({ previousStartedEventId: 3 }));
    expect(failed(answer).cause).toBe(WorkflowTaskFailedCause.NON_DETERMINISTIC_ERROR);
    expect(answer.failure?.reason).toBe("nondeterminism");
  });

  test("a later attempt of a failed task is dropped without an answer", async () => {
    const main = await inlineEngine();
    const history = new HistoryBuilder("failing");
    const answer = await main.run(history.runId, history.startTask().task({ attempt: 2 }));
    expect(answer.answer.kind).toBe("none");
    expect(answer.failure?.reason).toBe("workflow");
  });

  test("bytes that are no task are answered with nothing", async () => {
    const main = await inlineEngine();
    const answer = await main.run("r1", new Uint8Array([0xff, 0xff, 0xff]));
    expect(answer.answer).toMatchObject({
      kind: "none",
      why: expect.stringContaining("can't be read") as string,
    });
  });
});

describe("payloads", () => {
  /** Flips the bits of payload data both ways, as a codec on the main thread would. */
  function flipping(log: string[] = []): (message: FromThread) => ToThread | undefined {
    return (message) => {
      if (message.kind !== "transform") return undefined;
      log.push(`${message.direction} ${message.payloads.length}`);
      const flipped = message.payloads.map((bytes) => {
        const payload = decodePayload(bytes);
        return encodePayload({ ...payload, data: payload.data.map((byte) => byte ^ 0xff) });
      });
      return { kind: "payloads", batchId: message.batchId, result: { kind: "ok", payloads: flipped } };
    };
  }
  const flip = (payload: { data: Uint8Array } | undefined) => ({
    data: payload?.data.map((byte) => byte ^ 0xff),
  });

  test("go through the codecs in one batch on the way in and one on the way out", async () => {
    const main = await inlineEngine({ transformsPayloads: true });
    const log: string[] = [];
    main.onRequest = flipping(log);
    const history = new HistoryBuilder("fan");
    const first = await main.run(history.runId, history.startTask().task());
    const [command] = completed(first).commands;
    if (command?.attributes.case !== "scheduleActivityTaskCommandAttributes") throw new Error("no activity");
    expect(value(flip(command.attributes.value.input?.payloads[0]))).toBe("a");
    expect(log).toEqual(["encode 3"]);
  });

  test("of arguments are decoded before workflow code sees them", async () => {
    const main = await inlineEngine({ transformsPayloads: true });
    main.onRequest = flipping();
    const history = new HistoryBuilder("order", []);
    const [started] = history.events;
    const input = {
      payloads: [
        {
          metadata: { encoding: new TextEncoder().encode("json/plain") },
          data: new TextEncoder().encode('"o-9"').map((byte) => byte ^ 0xff),
        },
      ],
    };
    if (started?.attributes?.case !== "workflowExecutionStartedEventAttributes") throw new Error("no start");
    history.events[0] = {
      ...started,
      attributes: { ...started.attributes, value: { ...started.attributes.value, input } },
    };
    await main.run(history.runId, history.startTask().task());
    history.completeTask();
    const second = await main.run(
      history.runId,
      history.fireTimer("1", history.startTimer("1")).startTask().task(),
    );
    const [command] = completed(second).commands;
    if (command?.attributes.case !== "scheduleActivityTaskCommandAttributes") throw new Error("no activity");
    expect(value(flip(command.attributes.value.input?.payloads[0]))).toBe("o-9");
  });

  test("that a codec refuses fail the task with what it said", async () => {
    const main = await inlineEngine({ transformsPayloads: true });
    main.onRequest = (message) =>
      message.kind === "transform"
        ? {
            kind: "payloads",
            batchId: message.batchId,
            result: { kind: "error", failure: encodeFailure({ message: "no key", source: "TypeScriptSDK" }) },
          }
        : undefined;
    const history = new HistoryBuilder("order", ["o-1"]);
    const answer = await main.run(history.runId, history.startTask().task());
    expect(failed(answer).failure?.message).toContain("no key");
  });

  test("that are too large fail the task and name size, limit and place", async () => {
    const main = await inlineEngine({
      limits: { payloadErrorBytes: 1000, memoErrorBytes: 0, messageBytes: 0 },
    });
    const history = new HistoryBuilder("big");
    const answer = await main.run(history.runId, history.startTask().task());
    const { failure, cause } = failed(answer);
    expect(cause).toBe(WorkflowTaskFailedCause.PAYLOADS_TOO_LARGE);
    expect(failure?.message).toMatch(
      /^\[TMPRL1103\] The payloads of completeWorkflowExecution .* have 100\d\d bytes.*limit of 1000/,
    );
    expect(answer.failure?.reason).toBe("messageTooLarge");
  });

  test("an answer that is too large as a whole fails the task", async () => {
    const main = await inlineEngine({
      limits: { payloadErrorBytes: 0, memoErrorBytes: 0, messageBytes: 2000 },
    });
    const history = new HistoryBuilder("big");
    const answer = await main.run(history.runId, history.startTask().task());
    expect(failed(answer).cause).toBe(WorkflowTaskFailedCause.GRPC_MESSAGE_TOO_LARGE);
  });

  test("a query of a kind that the workflow does not have is answered with a failure", async () => {
    const main = await inlineEngine();
    const history = new HistoryBuilder("order", ["o-1"]);
    await main.run(history.runId, history.startTask().task());
    const answer = answeredQuery(await main.run(history.runId, history.query("nothing")));
    expect(answer.errorMessage).toContain("nothing");
  });
});

describe("starting", () => {
  test("another version of the thread protocol is refused", async () => {
    const main = new MainThread();
    const engine = startInlineEngine(vmPlatform({ alwaysTimed: false }), main.receive);
    engine.post({ ...threadInit(await bundle), protocolVersion: 99 });
    expect(main.of("initFailed")[0]?.message).toContain("thread protocol 99");
  });

  test("a bundle that throws when it is evaluated is reported with its stack", async () => {
    const main = new MainThread();
    const engine = startInlineEngine(vmPlatform({ alwaysTimed: false }), main.receive);
    engine.post(threadInit("not a bundle"));
    expect(main.of("initFailed")[0]?.message).toContain("bundleWorkflowCode");
  });

  test("the progress words are odd while workflow code runs and name its task", async () => {
    const main = new MainThread();
    const engine = startInlineEngine(vmPlatform({ alwaysTimed: false }), main.receive);
    main.connect((message) => engine.post(message));
    const init = threadInit(await bundle);
    const words = new Int32Array(init.progress!);
    main.post(init);
    expect(words[0]).toBe(0);
    const history = new HistoryBuilder("order", ["o-1"]);
    const { taskId } = await main.run(history.runId, history.startTask().task());
    expect(words[0]! % 2).toBe(0);
    expect(words[0]).toBeGreaterThanOrEqual(4);
    expect(words[1]).toBe(taskId);
  });
});
