import { describe, expect, test } from "vitest";
import { deadlockMessage } from "../../src/engine/deadlock.ts";
import { until } from "./manual-clock.ts";
import { workflowFixture } from "./workflow-fixture.ts";

const DEADLOCK = deadlockMessage(5000, "r1");

describe("lost threads", () => {
  test("a thread that dies outside of workflow code: its tasks go through quarantine, one at a time", async () => {
    const { threads, give, worker, slots, server } = await workflowFixture();
    give("r1");
    give("r2");
    const [dead] = threads.all;
    dead!.handlers.died(new Error("out of memory"));
    await until(() => threads.all.length === 3);
    expect(dead!.terminated).toBe(true);
    const spare = threads.all.find((thread) => thread.init.threadIndex === 1)!;
    await until(() => spare.of("task").length === 1);
    expect(spare.of("task")).toMatchObject([{ taskId: 1, runId: "r1", timed: true }]);
    dead!.complete(1);
    expect(server.calls).toEqual([]);
    spare.complete(1);
    await until(() => spare.of("task").length === 2);
    expect(spare.of("task")[1]).toMatchObject({ taskId: 2, runId: "r2", timed: true });
    spare.complete(2);
    await worker.idle();
    expect(slots.used).toBe(0);
    expect(server.seen("RespondWorkflowTaskCompleted")).toHaveLength(2);
  });

  test("who ends well in quarantine goes back among the others, and the spare thread ends", async () => {
    const { threads, give, worker } = await workflowFixture();
    give("r1");
    threads.last.handlers.died(new Error("out of memory"));
    await until(() => threads.all.length === 3);
    const [, , spare] = [...threads.all].sort((x, y) => x.init.threadIndex - y.init.threadIndex);
    await until(() => spare!.of("task").length === 1);
    spare!.complete(1);
    await worker.idle();
    expect(spare!.of("evict")).toMatchObject([{ runId: "r1" }]);
    spare!.send({ kind: "evicted", runId: "r1", reason: "requested" });
    await until(() => spare!.terminated);
    give("r1");
    const ordinary = threads.all.find((thread) => thread.init.threadIndex === 0 && !thread.terminated);
    expect(ordinary?.of("task")).toMatchObject([{ runId: "r1", timed: false }]);
  });

  test("a thread that dies inside an activation: only its task goes to quarantine", async () => {
    const { threads, give } = await workflowFixture();
    give("r1");
    give("r2");
    threads.last.hang(2);
    threads.last.handlers.died(new Error("out of memory"));
    await until(() => threads.all.length === 3);
    const timed = (index: number): unknown =>
      threads.all
        .slice(1)
        .find((thread) => thread.init.threadIndex === index)
        ?.of("task")
        .map((task) => [task.runId, task.timed]);
    await until(() => threads.all.slice(1).every((thread) => thread.of("task").length === 1));
    expect(timed(0)).toEqual([["r1", false]]);
    expect(timed(1)).toEqual([["r2", true]]);
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

  test("an endless activation is looked at once more in quarantine; the others go on in a new thread", async () => {
    const { threads, give, clock, worker, server } = await workflowFixture();
    give("r1");
    give("r2");
    const stuck = threads.last;
    stuck.hang(1);
    await clock.advance(4900);
    expect(threads.all).toHaveLength(1);
    await clock.advance(700);
    await until(() => threads.all.length === 3);
    expect(stuck.terminated).toBe(true);
    const [ordinary, spare] = [0, 1].map((index) =>
      threads.all.slice(1).find((thread) => thread.init.threadIndex === index),
    );
    await until(() => ordinary!.of("task").length === 1 && spare!.of("task").length === 1);
    expect(ordinary!.of("task")).toMatchObject([{ runId: "r2", timed: false, secondLook: false }]);
    expect(spare!.of("task")).toMatchObject([{ runId: "r1", timed: true, secondLook: true }]);
    expect(server.calls).toEqual([]);
    ordinary!.complete(2);
    spare!.complete(1, { failure: { reason: "workflow", message: DEADLOCK, stack: "" } });
    await worker.idle();
    expect(server.calls).toHaveLength(2);
    expect(clock.pending).toEqual([]);
  });

  test("a task that its thread stopped by itself is looked at once more, too", async () => {
    const { threads, give, worker, server } = await workflowFixture();
    give("r1");
    const [thread] = threads.all;
    thread!.complete(1, { failure: { reason: "workflow", message: DEADLOCK, stack: "" } });
    await until(() => threads.all.length === 2 && threads.last.of("task").length === 1);
    expect(threads.last.of("task")).toMatchObject([{ runId: "r1", timed: true, secondLook: true }]);
    expect(server.calls).toEqual([]);
    threads.last.complete(1);
    await worker.idle();
    expect(server.calls).toHaveLength(1);
  });

  test("who does not come out of quarantine in time is failed without a stack, before the server gives up", async () => {
    const { threads, give, clock, worker, server } = await workflowFixture();
    give("r1");
    threads.last.hang(1);
    await clock.advance(5600);
    await until(() => threads.all.length === 3);
    const spare = threads.all.find((thread) => thread.init.threadIndex === 1)!;
    await until(() => spare.of("task").length === 1);
    spare.hang(1);
    await clock.advance(3000);
    const [request] = server.seen("RespondWorkflowTaskFailed");
    expect(request).toMatchObject({
      cause: 14,
      failure: { failureInfo: { value: { type: "DeadlockError" } } },
    });
    expect((request!["failure"] as { message: string }).message).toMatch(/TMPRL1101.*5000 ms/);
    await worker.idle();
  });

  test("the next attempt of a run that hung is made in quarantine, timed", async () => {
    const { threads, give, clock, worker, server } = await workflowFixture();
    give("r1");
    threads.last.hang(1);
    await clock.advance(6000);
    await until(() => threads.all.length === 3);
    const spare = threads.all.find((thread) => thread.init.threadIndex === 1)!;
    await until(() => spare.of("task").length === 1);
    const failure = { reason: "workflow", message: DEADLOCK, stack: "" } as const;
    spare.complete(1, { answer: { kind: "failed", bytes: new Uint8Array(0) }, failure });
    await worker.idle();
    give("r1", { attempt: 2 });
    await until(() => spare.of("task").length === 2);
    expect(spare.of("task")[1]).toMatchObject({ runId: "r1", timed: true, secondLook: false });
    spare.complete(2, { answer: { kind: "none", why: "attempt 2" }, failure });
    await worker.idle();
    spare.send({ kind: "evicted", runId: "r1", reason: "workflowFailed" });
    await until(() => spare.terminated);
    give("r1", { attempt: 3 });
    await until(() => threads.all.length === 4 && threads.last.of("task").length === 1);
    expect(threads.last.init.threadIndex).toBe(1);
    expect(server.seen("RespondWorkflowTaskFailed")).toHaveLength(1);
  });

  test("when the thread does not tell which task hangs, all of them go through quarantine", async () => {
    const { threads, give, clock } = await workflowFixture();
    give("r1");
    give("r2");
    threads.last.hang();
    await clock.advance(8000);
    await until(() => threads.all.length === 3);
    const spare = threads.all.find((thread) => thread.init.threadIndex === 1)!;
    await until(() => spare.of("task").length === 1);
    expect(spare.of("task")).toMatchObject([{ runId: "r1", timed: true }]);
  });

  test("who kills the spare thread is failed, the next one gets a new one", async () => {
    const { threads, give, server, worker, slots } = await workflowFixture();
    give("r1");
    give("r2");
    threads.last.handlers.died(new Error("out of memory"));
    await until(() => threads.all.length === 3);
    const spare = threads.all.find((thread) => thread.init.threadIndex === 1)!;
    await until(() => spare.of("task").length === 1);
    spare.handlers.died(new Error("out of memory again"));
    await until(() => threads.all.length === 4 && threads.last.of("task").length === 1);
    expect(server.seen("RespondWorkflowTaskFailed")).toMatchObject([
      {
        failure: {
          message: "The workflow thread died while it ran this task: out of memory again",
          failureInfo: { value: { type: "WorkflowThreadLost" } },
        },
      },
    ]);
    expect(threads.last.of("task")).toMatchObject([{ runId: "r2" }]);
    threads.last.complete(2);
    await worker.idle();
    expect(slots.used).toBe(0);
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
    await clock.advance(5000);
    await until(() => threads.all.length === 3);
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
    await until(
      () =>
        threads.all.length === 3 &&
        threads.all.some((thread, at) => at > 0 && thread.of("task").length === 1),
    );
  });
});
