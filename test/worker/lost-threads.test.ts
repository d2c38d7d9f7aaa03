import { describe, expect, test } from "vitest";
import { until } from "./manual-clock.ts";
import { workflowFixture } from "./workflow-fixture.ts";

describe("lost threads", () => {
  test("a thread that dies is replaced and its tasks are delivered again", async () => {
    const { threads, give, worker, slots, server } = await workflowFixture();
    give("r1");
    give("r2");
    const [dead] = threads.all;
    dead!.handlers.died(new Error("out of memory"));
    await until(() => threads.all.length === 2);
    expect(dead!.terminated).toBe(true);
    await until(() => threads.last.of("task").length === 2);
    expect(threads.last.of("task").map(({ taskId, runId }) => [taskId, runId])).toEqual([
      [1, "r1"],
      [2, "r2"],
    ]);
    dead!.complete(1);
    expect(server.calls).toEqual([]);
    threads.last.complete(1);
    threads.last.complete(2);
    await worker.idle();
    expect(slots.used).toBe(0);
  });

  test("runs without a task are forgotten with their thread", async () => {
    const { threads, give, worker } = await workflowFixture();
    give("r1");
    threads.last.complete(1);
    await worker.idle();
    expect(worker.cachedRuns).toBe(1);
    threads.last.handlers.died(new Error("out of memory"));
    expect(worker.cachedRuns).toBe(0);
  });

  test("an endless activation: its thread is replaced, only its own task runs timed", async () => {
    const { threads, give, clock, worker, log } = await workflowFixture();
    give("r1");
    give("r2");
    const stuck = threads.last;
    stuck.hang(1);
    await clock.advance(4000);
    expect(threads.all).toHaveLength(1);
    await clock.advance(3000);
    await until(() => threads.all.length === 2);
    expect(stuck.terminated).toBe(true);
    await until(() => threads.last.of("task").length === 2);
    expect(threads.last.of("task").map(({ runId, timed }) => [runId, timed])).toEqual([
      ["r1", true],
      ["r2", false],
    ]);
    expect(log.at("ERROR")[0]).toMatch(/did not end in the time allowed/);
    threads.last.complete(1, { answer: { kind: "failed", bytes: new Uint8Array(0) } });
    threads.last.complete(2);
    await worker.idle();
    expect(clock.pending).toEqual([]);
  });

  test("when the thread does not tell which task hangs, all of them run timed", async () => {
    const { threads, give, clock } = await workflowFixture();
    give("r1");
    give("r2");
    threads.last.hang();
    await clock.advance(8000);
    await until(() => threads.all.length === 2 && threads.last.of("task").length === 2);
    expect(threads.last.of("task").map(({ timed }) => timed)).toEqual([true, true]);
  });

  test("activations that end are no deadlock, however many there are", async () => {
    const { threads, give, clock } = await workflowFixture();
    give("r1");
    for (let count = 0; count < 10; count += 1) {
      threads.last.hang(1);
      await clock.advance(2000);
    }
    expect(threads.all).toHaveLength(1);
  });

  test("time during which the main thread was blocked does not count", async () => {
    const { threads, give, clock } = await workflowFixture();
    give("r1");
    threads.last.hang(1);
    await clock.advance(2000);
    clock.block(15_000);
    await clock.advance(1000);
    expect(threads.all).toHaveLength(1);
    await clock.advance(6000);
    await until(() => threads.all.length === 2);
  });

  test("a task that keeps killing threads is given up and failed", async () => {
    const { threads, give, worker, server, slots } = await workflowFixture();
    give("r1");
    for (let death = 1; death <= 3; death += 1) {
      threads.last.handlers.died(new Error("out of memory"));
      if (death < 3) await until(() => threads.all.length === death + 1);
    }
    await worker.idle();
    expect(server.seen("RespondWorkflowTaskFailed")).toMatchObject([
      { cause: 14, failure: { failureInfo: { value: { type: "WorkflowThreadLost" } } } },
    ]);
    expect(slots.used).toBe(0);
  });

  test("an answer on its way is not repeated when its thread dies", async () => {
    const { threads, give, server, worker } = await workflowFixture();
    server.held.set("RespondWorkflowTaskCompleted", []);
    give("r1");
    threads.last.complete(1);
    await until(() => server.held.get("RespondWorkflowTaskCompleted")?.length === 1);
    threads.last.handlers.died(new Error("x"));
    await until(() => threads.all.length === 2);
    server.held.get("RespondWorkflowTaskCompleted")![0]!();
    await worker.idle();
    expect(threads.last.received).toEqual([]);
    expect(server.seen("RespondWorkflowTaskCompleted")).toHaveLength(1);
  });

  test("a thread that cannot be replaced is fatal", async () => {
    const { threads, fatal } = await workflowFixture();
    threads.failNext = new Error("bundle is gone");
    threads.last.handlers.died(new Error("x"));
    await until(() => fatal.length === 1);
    expect(fatal[0]).toMatchObject({ code: "UNEXPECTED", cause: { message: "bundle is gone" } });
  });

  test("threads that die again and again without doing anything are fatal", async () => {
    const { threads, fatal } = await workflowFixture();
    for (let death = 1; death <= 10; death += 1) {
      threads.last.handlers.died(new Error("x"));
      await until(() => threads.all.length === death + 1);
    }
    threads.last.handlers.died(new Error("x"));
    expect(fatal).toHaveLength(1);
  });

  test("a `fatal` message counts as death", async () => {
    const { threads, give } = await workflowFixture();
    give("r1");
    threads.last.send({ kind: "fatal", message: "broken", stack: "" });
    await until(() => threads.all.length === 2 && threads.last.of("task").length === 1);
  });
});
