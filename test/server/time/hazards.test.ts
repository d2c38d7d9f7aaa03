// What goes wrong easily where time skips. Each time there is something far ahead that would be skipped to, were it let.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EmbeddedServer } from "../../../src/server/mod.ts";
import { Connection } from "../../../src/transport/connection.ts";
import { answerTo, schedule } from "../scenarios/activity-steps.ts";
import { command, json, Stage, seconds } from "../scenarios/stage.ts";

const DAY_MS = 86_400_000;
let server: EmbeddedServer;
let connection: Connection;
let stage: Stage;

beforeEach(async () => {
  server = new EmbeddedServer({ timeSkipping: true });
  connection = Connection.lazy({ transport: server, interceptors: [] });
  stage = new Stage(connection, "default");
  await connection.testService.unlockTimeSkipping({});
});

afterEach(async () => {
  await connection.close();
  await server.close();
});

/** Another workflow that sleeps: shows that time skips, and for how far. */
async function skipElsewhere(days: number): Promise<void> {
  const other = stage.id("sleeper");
  await stage.start({ workflowId: other, taskQueue: { name: other } });
  const startToFireTimeout = seconds(days * 86_400);
  const beforeMs = server.currentTimeMs();
  await stage.complete(await stage.pollTask(other), [
    command("startTimer", { timerId: "t", startToFireTimeout }),
  ]);
  await stage.until("timerFired", { workflowId: other });
  expect(server.currentTimeMs() - beforeMs).toBeGreaterThan((days - 1) * DAY_MS);
}

async function names(): Promise<readonly (string | undefined)[]> {
  return (await stage.events()).map(({ attributes }) => attributes.case);
}

describe("time does not skip over", () => {
  test("an activity that runs: an execution timeout ends no workflow that still works", async () => {
    await stage.start({ workflowExecutionTimeout: seconds(3_600), workflowRunTimeout: seconds(3_600) });
    await stage.decide(schedule(stage, { startToCloseTimeout: seconds(600) }));
    const task = await stage.pollActivity();
    await skipElsewhere(30);
    await stage.service.respondActivityTaskCompleted({ ...answerTo(stage, task), result: json("done") });
    await stage.finish();
    expect(await names()).toContain("workflowExecutionCompletedEventAttributes");
  });

  test("an activity that runs: a heartbeat timeout comes in real time", async () => {
    await stage.start();
    await stage.decide(
      schedule(stage, { heartbeatTimeout: seconds(2), retryPolicy: { maximumAttempts: 1 } }),
    );
    const task = await stage.pollActivity();
    const began = Date.now();
    await skipElsewhere(30);
    await stage.service.recordActivityTaskHeartbeat(answerTo(stage, task));
    expect(await names()).not.toContain("activityTaskTimedOutEventAttributes");
    await stage.until("activityTaskTimedOut");
    expect(Date.now() - began).toBeGreaterThanOrEqual(1_900);
  });

  test("a task without a worker: schedule-to-start passes in real time", async () => {
    await stage.start();
    await stage.decide(
      schedule(stage, { taskQueue: { name: stage.id("nobody") }, scheduleToStartTimeout: seconds(2) }),
    );
    const began = Date.now();
    await skipElsewhere(30);
    await stage.until("activityTaskTimedOut");
    expect(Date.now() - began).toBeGreaterThanOrEqual(1_900);
  });

  test("a task in a sticky queue: it is there for its worker however far others skip", async () => {
    const sticky = { name: stage.id("sticky"), kind: 2, normalName: stage.taskQueue } as const;
    const stickyAttributes = { workerTaskQueue: sticky, scheduleToStartTimeout: seconds(5) };
    await stage.start();
    await stage.complete(await stage.pollTask(), [], { stickyAttributes });
    const { namespace, service } = stage;
    await service.pollWorkflowTaskQueue({ namespace, taskQueue: sticky }, { deadline: Date.now() + 2_001 });
    await service.signalWorkflowExecution({
      namespace,
      workflowExecution: stage.execution,
      signalName: "wake",
    });
    await skipElsewhere(30);
    const task = await service.pollWorkflowTaskQueue(
      { namespace, taskQueue: sticky },
      { deadline: Date.now() + 30_000 },
    );
    expect(task.startedEventId).toBe(7n);
    expect(await names()).not.toContain("workflowTaskTimedOutEventAttributes");
  });

  test("what a task token is of: it is good however far time has gone", async () => {
    await stage.start();
    await stage.decide(schedule(stage, { startToCloseTimeout: seconds(600) }));
    const task = await stage.pollActivity();
    await skipElsewhere(10_000);
    await stage.service.respondActivityTaskCompleted(answerTo(stage, task));
    expect(await names()).toContain("activityTaskCompletedEventAttributes");
  });
});
