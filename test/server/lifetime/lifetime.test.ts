import { afterEach, describe, expect, test } from "vitest";
import { EmbeddedServer } from "../../../src/server/mod.ts";
import { ManualWall } from "../../../src/server/time/manual-wall.ts";
import { SystemWall } from "../../../src/server/time/system-wall.ts";
import { TimeKeeper } from "../../../src/server/time/time-keeper.ts";
import { Connection } from "../../../src/transport/connection.ts";
import type { WorkflowService } from "../../../src/transport/services.ts";
import { command, Stage, seconds } from "../scenarios/stage.ts";

const START_MS = 1_700_000_000_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const namespace = "default";

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function connect(server: EmbeddedServer): Connection {
  const connection = Connection.lazy({ transport: server, interceptors: [] });
  closing.push(
    () => connection.close(),
    () => server.close(),
  );
  return connection;
}

async function start(service: WorkflowService, workflowId: string, more: object = {}): Promise<string> {
  const { runId } = await service.startWorkflowExecution({
    namespace,
    workflowId,
    workflowType: { name: "w" },
    taskQueue: { name: workflowId },
    requestId: crypto.randomUUID(),
    ...more,
  });
  return runId;
}

function terminate(service: WorkflowService, workflowId: string): Promise<unknown> {
  return service.terminateWorkflowExecution({ namespace, workflowExecution: { workflowId } });
}

describe("closed runs are deleted by age", () => {
  test("once their namespace's retention has gone by on the wall, histories, lists and all", async () => {
    const wall = new ManualWall(START_MS);
    const { workflowService: service } = connect(new EmbeddedServer({}, { wall }));
    await start(service, "open");
    await start(service, "early");
    await terminate(service, "early");
    wall.advance(HOUR_MS);
    await start(service, "late");
    await terminate(service, "late");
    wall.advance(DAY_MS - HOUR_MS - 1);
    const count = async (): Promise<number> =>
      Number((await service.countWorkflowExecutions({ namespace })).count);
    expect(await count()).toBe(3);
    wall.advance(1);
    expect(await count()).toBe(2);
    await expect(
      service.getWorkflowExecutionHistory({ namespace, execution: { workflowId: "early" } }),
    ).rejects.toThrow("workflow not found for ID: early");
    wall.advance(HOUR_MS);
    expect(await count()).toBe(1);
    const { workflowExecutionInfo } = await service.describeWorkflowExecution({
      namespace,
      execution: { workflowId: "open" },
    });
    expect(workflowExecutionInfo?.status).toBe(1);
  });

  test("by the retention of each namespace as it was when they closed", async () => {
    const wall = new ManualWall(START_MS);
    const { workflowService: service } = connect(new EmbeddedServer({}, { wall }));
    await service.registerNamespace({
      namespace: "short",
      workflowExecutionRetentionPeriod: seconds(3_600),
    });
    for (const each of ["short", namespace]) {
      await start(service, "w", { namespace: each });
      await service.terminateWorkflowExecution({ namespace: each, workflowExecution: { workflowId: "w" } });
    }
    wall.advance(HOUR_MS);
    const find = (each: string): Promise<unknown> =>
      service.describeWorkflowExecution({ namespace: each, execution: { workflowId: "w" } });
    await expect(find("short")).rejects.toThrow("workflow not found for ID: w");
    expect(await find(namespace)).toMatchObject({ workflowExecutionInfo: { status: 5 } });
  });

  test("of a chain each run by itself, and a workflow id of which nothing is left is free", async () => {
    const wall = new ManualWall(START_MS);
    const { workflowService: service } = connect(new EmbeddedServer({}, { wall }));
    const first = await start(service, "w");
    await terminate(service, "w");
    wall.advance(DAY_MS / 2);
    const second = await start(service, "w");
    wall.advance(DAY_MS / 2);
    const describeRun = (runId: string): Promise<unknown> =>
      service.describeWorkflowExecution({ namespace, execution: { workflowId: "w", runId } });
    await expect(describeRun(first)).rejects.toThrow();
    expect(await describeRun(second)).toMatchObject({ workflowExecutionInfo: { status: 1 } });
    await terminate(service, "w");
    wall.advance(DAY_MS);
    await start(service, "w", { workflowIdReusePolicy: 3 });
  });

  test("skipped time does not count: what slept for years is still there", async () => {
    const server = new EmbeddedServer({ timeSkipping: true });
    const connection = connect(server);
    const stage = new Stage(connection, namespace);
    const short = stage.id("short");
    await stage.start({ workflowId: short });
    await terminate(stage.service, short);
    await stage.start();
    const days = seconds(1_000 * 86_400);
    await stage.pollTask();
    await stage.service.terminateWorkflowExecution({ namespace, workflowExecution: stage.execution });
    await stage.start();
    await stage.decide(command("startTimer", { timerId: "t", startToFireTimeout: days }));
    const beforeMs = server.currentTimeMs();
    await connection.testService.unlockTimeSkipping({});
    await stage.until("timerFired");
    await stage.finish();
    expect(server.currentTimeMs() - beforeMs).toBeGreaterThan(999 * DAY_MS);
    for (const workflowId of [short, stage.workflowId]) {
      const { workflowExecutionInfo } = await stage.service.describeWorkflowExecution({
        namespace,
        execution: { workflowId },
      });
      expect(workflowExecutionInfo?.closeTime).toBeDefined();
    }
  });
});

describe("what is over leaves nothing behind", () => {
  test("10,000 closed trees: no alarm, no hold, nothing that waits on the wall", {
    timeout: 240_000,
  }, async () => {
    const wall = new ManualWall(START_MS);
    const keeper = new TimeKeeper(wall, Number.POSITIVE_INFINITY);
    const { workflowService: service } = connect(new EmbeddedServer({}, { wall, keeper }));
    const ways = ["terminated", "timed out", "deleted", "completed"] as const;
    for (let index = 0; index < 10_000; index += 1) {
      const way = ways[index % ways.length];
      const workflowId = `${way} ${index}`;
      await start(service, workflowId, way === "timed out" ? { workflowRunTimeout: seconds(60) } : {});
      if (way === "timed out") continue;
      const poll = { namespace, taskQueue: { name: workflowId } };
      const { taskToken } = await service.pollWorkflowTaskQueue(poll, { deadline: Date.now() + 60_000 });
      const pending = [
        command("startTimer", { timerId: "t", startToFireTimeout: seconds(600) }),
        command("scheduleActivityTask", {
          activityId: "a",
          activityType: { name: "a" },
          taskQueue: { name: "nobody" },
          scheduleToCloseTimeout: seconds(600),
        }),
      ];
      const commands = way === "completed" ? [command("completeWorkflowExecution", {})] : pending;
      await service.respondWorkflowTaskCompleted({ namespace, taskToken, commands });
      const workflowExecution = { workflowId };
      if (way === "terminated") await terminate(service, workflowId);
      if (way === "deleted") await service.deleteWorkflowExecution({ namespace, workflowExecution });
    }
    expect(keeper.waiting).toBe(2_500);
    wall.advance(61_000);
    expect(keeper.waiting).toBe(0);
    expect(keeper.holds).toBe(0);
    expect(wall.waiting).toBe(0);
  });

  test("a namespace that is deleted: its runs, timers, polls, workers and lists", async () => {
    const wall = new SystemWall();
    const keeper = new TimeKeeper(wall, Number.POSITIVE_INFINITY);
    const connection = connect(new EmbeddedServer({ namespaces: ["doomed"] }, { wall, keeper }));
    const { workflowService: service, operatorService: operator } = connection;
    const stage = new Stage(connection, "doomed");
    await stage.start();
    await stage.decide(command("startTimer", { timerId: "t", startToFireTimeout: seconds(600) }));
    await service.recordWorkerHeartbeat({
      namespace: "doomed",
      workerHeartbeat: [{ workerInstanceKey: "k", status: 1 }],
    });
    const poll = stage.pollTask();
    expect(keeper.waiting).toBe(1);
    await operator.deleteNamespace({ namespace: "doomed" });
    expect((await poll).taskToken).toHaveLength(0);
    expect(keeper.waiting).toBe(0);
    await service.registerNamespace({
      namespace: "doomed",
      workflowExecutionRetentionPeriod: seconds(86_400),
    });
    const { count } = await service.countWorkflowExecutions({ namespace: "doomed" });
    const { workers } = await service.listWorkers({ namespace: "doomed" });
    expect({ count, workers }).toEqual({ count: 0n, workers: [] });
    await expect(stage.events()).rejects.toThrow("workflow not found for ID");
  });
});

describe("a query that a worker answers directly", () => {
  test("holds the time of its workflow, and of no other, until it is answered", async () => {
    const server = new EmbeddedServer({ timeSkipping: true });
    const connection = connect(server);
    const stage = new Stage(connection, namespace);
    await stage.start();
    const timer = { timerId: "t", startToFireTimeout: seconds(86_400) };
    await stage.decide(command("startTimer", timer));
    const asked = stage.service.queryWorkflow({
      namespace,
      execution: stage.execution,
      query: { queryType: "state" },
    });
    const task = await stage.pollTask();
    expect(task.query?.queryType).toBe("state");
    const other = stage.id("other");
    await stage.start({ workflowId: other, workflowType: { name: "w" }, taskQueue: { name: other } });
    const otherTask = await stage.pollTask(other);
    await stage.complete(otherTask, [command("startTimer", timer)]);
    await connection.testService.unlockTimeSkipping({});
    await stage.until("timerFired", { workflowId: other });
    const names = (await stage.events()).map(({ attributes }) => attributes.case);
    expect(names).not.toContain("timerFiredEventAttributes");
    await stage.service.respondQueryTaskCompleted({ namespace, taskToken: task.taskToken, completedType: 1 });
    await asked;
    await stage.until("timerFired");
  });
});
