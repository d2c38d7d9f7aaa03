import { describe, expect, test } from "vitest";
import { GrpcStatus } from "../../../src/platform/rpc-port.ts";
import { ManualWall } from "../../../src/server/time/manual-wall.ts";
import { answerTo, schedule, scheduled } from "../scenarios/activity-steps.ts";
import { command, type Stage, seconds } from "../scenarios/stage.ts";
import { turn, withServer } from "./faulty-server.ts";

const WHEN = ["polls wait already", "polls come later"] as const;

async function kinds(stage: Stage): Promise<readonly string[]> {
  const events = await stage.events();
  return events.map(({ attributes }) => attributes.case?.slice(0, -"EventAttributes".length) ?? "");
}

describe.each(WHEN)("%s", (when) => {
  const waits = when === "polls wait already";

  test("a lost workflow task comes again by its timeout", async () => {
    const wall = new ManualWall(Date.UTC(2026, 0, 1));
    await withServer(
      async ({ server, stage }) => {
        const early = waits ? stage.pollTask() : undefined;
        await turn();
        const fault = server.faults.dropTask({ kind: "workflow", taskQueue: stage.taskQueue });
        await stage.start({ workflowTaskTimeout: seconds(10) });
        const polling = early ?? stage.pollTask();
        await turn();
        expect(fault.hits).toBe(1);
        wall.advance(10_001);
        const task = await polling;
        expect(task.attempt).toBe(2);
        await stage.complete(task, [command("completeWorkflowExecution", {})]);
        expect(await kinds(stage)).toEqual([
          "workflowExecutionStarted",
          "workflowTaskScheduled",
          "workflowTaskStarted",
          "workflowTaskTimedOut",
          "workflowTaskScheduled",
          "workflowTaskStarted",
          "workflowTaskCompleted",
          "workflowExecutionCompleted",
        ]);
      },
      {},
      { wall },
    );
  });

  test("a lost activity task comes again by its timeout", async () => {
    const wall = new ManualWall(Date.UTC(2026, 0, 1));
    await withServer(
      async ({ server, stage }) => {
        const early = waits ? stage.pollActivity() : undefined;
        const fault = server.faults.dropTask({ kind: "activity" });
        await scheduled(stage, { startToCloseTimeout: seconds(5) });
        const polling = early ?? stage.pollActivity();
        await turn();
        expect(fault.hits).toBe(1);
        wall.advance(5_001);
        await turn();
        wall.advance(1_000);
        expect((await polling).attempt).toBe(2);
      },
      {},
      { wall },
    );
  });

  test("a workflow task comes twice, and only one answer counts", async () => {
    await withServer(async ({ server, stage }) => {
      const early = waits ? [stage.pollTask(), stage.pollTask()] : [];
      await turn();
      const fault = server.faults.duplicateTask({ kind: "workflow" });
      await stage.start();
      const [first, second] = await Promise.all(waits ? early : [stage.pollTask(), stage.pollTask()]);
      expect(fault.hits).toBe(1);
      expect(second).toEqual(first);
      if (first === undefined || second === undefined) throw new Error("two polls were made");
      await stage.complete(first);
      await expect(stage.complete(second)).rejects.toMatchObject({ status: GrpcStatus.NOT_FOUND });
      expect((await kinds(stage)).filter((kind) => kind === "workflowTaskCompleted")).toHaveLength(1);
    });
  });

  test("an activity task comes twice, and only one answer counts", async () => {
    await withServer(async ({ server, stage }) => {
      const early = waits ? [stage.pollActivity(), stage.pollActivity()] : [];
      const fault = server.faults.duplicateTask({ kind: "activity" });
      await scheduled(stage);
      const [first, second] = await Promise.all(waits ? early : [stage.pollActivity(), stage.pollActivity()]);
      expect(fault.hits).toBe(1);
      expect(second).toEqual(first);
      if (first === undefined || second === undefined) throw new Error("two polls were made");
      await stage.service.respondActivityTaskCompleted(answerTo(stage, first));
      await expect(stage.service.respondActivityTaskCompleted(answerTo(stage, second))).rejects.toMatchObject(
        { status: GrpcStatus.NOT_FOUND },
      );
      expect((await kinds(stage)).filter((kind) => kind === "activityTaskCompleted")).toHaveLength(1);
    });
  });
});

test("an activity that its worker wants eagerly is struck too: it goes through the queue meanwhile", async () => {
  await withServer(async ({ server, stage }) => {
    const fault = server.faults.duplicateTask({ kind: "activity" });
    await stage.start();
    const answer = await stage.complete(await stage.pollTask(), [
      schedule(stage, { requestEagerExecution: true }),
    ]);
    expect(answer.activityTasks).toHaveLength(0);
    const [first, second] = await Promise.all([stage.pollActivity(), stage.pollActivity()]);
    expect(second).toEqual(first);
    expect(fault.hits).toBe(1);

    const next = await stage.start({ workflowId: stage.id("later") });
    const later = await stage.complete(await stage.pollTask(), [
      schedule(stage, { requestEagerExecution: true }),
    ]);
    expect(later.activityTasks.map((task) => task.workflowExecution?.runId)).toEqual([next]);
  });
});

test("a workflow that its starter wants eagerly goes through the queue meanwhile", async () => {
  await withServer(async ({ server, stage }) => {
    const fault = server.faults.dropTask({ kind: "workflow" });
    const request = {
      namespace: stage.namespace,
      workflowType: { name: "eager" },
      taskQueue: { name: stage.taskQueue },
      requestEagerExecution: true,
    };
    const start = (workflowId: string): Promise<{ readonly eagerWorkflowTask?: unknown }> =>
      stage.service.startWorkflowExecution({ ...request, workflowId, requestId: workflowId });
    expect((await start("a")).eagerWorkflowTask).toBeUndefined();
    fault[Symbol.dispose]();
    expect((await start("b")).eagerWorkflowTask).toBeDefined();
  });
});

test("what comes by a sticky queue belongs to the workflow's queue", async () => {
  await withServer(async ({ server, stage }) => {
    await stage.start();
    const sticky = stage.id("sticky");
    const waiting = stage.pollTask(sticky);
    await turn();
    await stage.complete(await stage.pollTask(), [], {
      stickyAttributes: { workerTaskQueue: { name: sticky }, scheduleToStartTimeout: seconds(10) },
    });
    const other = server.faults.duplicateTask({ kind: "workflow", taskQueue: "another" });
    const fault = server.faults.duplicateTask({ kind: "workflow", taskQueue: stage.taskQueue });
    await stage.service.signalWorkflowExecution({
      namespace: stage.namespace,
      workflowExecution: stage.execution,
      signalName: "go",
    });
    const first = await waiting;
    expect(first.previousStartedEventId).toBe(3n);
    expect(await stage.pollTask(sticky)).toEqual(first);
    expect([fault.hits, other.hits]).toEqual([1, 0]);
  });
});

test("a fault strikes as often as it was told, in the order in which faults were set, and not once it has ended", async () => {
  await withServer(async ({ server, stage }) => {
    const ended = server.faults.dropTask({ kind: "workflow" });
    ended[Symbol.dispose]();
    ended[Symbol.dispose]();
    const twice = server.faults.dropTask({ kind: "workflow", times: 2 });
    const third = server.faults.duplicateTask({ kind: "workflow" });
    for (const name of ["a", "b", "c", "d"]) await stage.start({ workflowId: name });
    const polled = [await stage.pollTask(), await stage.pollTask(), await stage.pollTask()];
    expect(polled.map((task) => task.workflowExecution?.workflowId).sort()).toEqual(["c", "c", "d"]);
    expect([ended.hits, twice.hits, third.hits]).toEqual([0, 2, 1]);
  });
});

test("queries are not struck", async () => {
  await withServer(async ({ server, stage }) => {
    await stage.start();
    await stage.decide();
    const fault = server.faults.dropTask({ kind: "workflow" });
    const asked = stage.service.queryWorkflow({
      namespace: stage.namespace,
      execution: stage.execution,
      query: { queryType: "state" },
    });
    const task = await stage.pollTask();
    expect(task.query?.queryType).toBe("state");
    await stage.service.respondQueryTaskCompleted({
      namespace: stage.namespace,
      taskToken: task.taskToken,
      completedType: 1,
      queryResult: { payloads: [] },
    });
    await asked;
    expect(fault.hits).toBe(0);
  });
});

test.each([
  [{ kind: "query" }, 'kind is "query"; it must be "workflow" or "activity"'],
  [{ kind: "workflow", taskQueue: "" }, 'taskQueue is ""; it must be the name of a task queue'],
  [{ kind: "workflow", times: 0 }, "times is 0; it must be a whole number above 0"],
  [{ kind: "workflow", times: 1.5 }, "times is 1.5; it must be a whole number above 0"],
] as const)("%j is refused", async (options, words) => {
  await withServer(async ({ server }) => {
    // As a program without types would say it.
    const given = options as unknown as Parameters<typeof server.faults.dropTask>[0];
    for (const set of [() => server.faults.dropTask(given), () => server.faults.duplicateTask(given)]) {
      expect(set).toThrow(TypeError);
      expect(set).toThrow(`faults: ${words}`);
    }
  });
});
