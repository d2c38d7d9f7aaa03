import { describe, expect, test } from "vitest";
import { cancelled } from "../../src/activity/mod.ts";
import { noopMetricMeter } from "../../src/common/meter.ts";
import type { LoadedDataConverter } from "../../src/converter/mod.ts";
import { loadDataConverter } from "../../src/converter/mod.ts";
import {
  decodePollWorkflowTaskQueueResponse,
  encodePollWorkflowTaskQueueResponse,
} from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { GrpcStatus } from "../../src/platform/rpc-port.ts";
import type { Connection } from "../../src/transport/connection.ts";
import { reserveEagerSlot } from "../../src/transport/eager-start.ts";
import { assembleRun } from "../../src/worker/assemble-run.ts";
import { compileWorkerOptions } from "../../src/worker/compile-options.ts";
import { readNamespace } from "../../src/worker/namespace-check.ts";
import type { WorkerOptions } from "../../src/worker/options.ts";
import { statusOfRun } from "../../src/worker/status.ts";
import { activityTask } from "./activity-fixture.ts";
import { FakeServer, rpcError, serviceOf } from "./fake-server.ts";
import { FakeThreads } from "./fake-threads.ts";
import { ManualClock, turn, until } from "./manual-clock.ts";
import { RecordedLog } from "./recorded-log.ts";

interface Change extends Partial<WorkerOptions> {
  readonly pollCompleteOnShutdown?: boolean;
  readonly workflows?: boolean;
  readonly connection?: Connection;
}

function fixture({ connection, pollCompleteOnShutdown = false, workflows = true, ...options }: Change = {}) {
  const server = new FakeServer();
  const clock = new ManualClock();
  const log = new RecordedLog();
  const threads = new FakeThreads();
  const compiled = compileWorkerOptions(
    { taskQueue: "queue", activities: { loop: () => cancelled(), quick: () => 1 }, ...options },
    { identity: "me", heapLimitBytes: undefined, debugVariable: undefined, logger: log },
  );
  const run = assembleRun({
    options: compiled,
    buildId: "build",
    stickyQueue: compiled.maxCachedWorkflows > 0 ? "sticky" : undefined,
    workerInstanceKey: "key",
    connection,
    bundle: workflows ? "bundle" : undefined,
    service: serviceOf(server),
    namespaceFacts: { blobSizeLimit: 0, memoSizeLimit: 0, pollCompleteOnShutdown },
    capabilities: { sdkMetadata: true, buildIdBasedVersioning: true },
    maxMessageBytes: 4_194_304,
    dataConverter: loadDataConverter() as LoadedDataConverter,
    platform: threads,
    clock,
    random: () => 0.5,
    logger: log,
    metricMeter: noopMetricMeter,
  });
  const states = (): unknown[] =>
    log.lines.filter((line) => line.message === "Worker state changed").map((line) => line.meta["state"]);
  return { server, clock, log, threads, run, states };
}

const polling = (server: FakeServer) => () =>
  server.polls.workflow.length > 0 && server.polls.activity.length > 0;
const workflowTask = {
  taskToken: new Uint8Array([1]),
  workflowExecution: { workflowId: "w", runId: "r" },
  startedEventId: 3,
  attempt: 1,
};

describe("a worker's run", () => {
  test("goes through its states and says goodbye to the server", async () => {
    const { server, run, states } = fixture();
    const running = run.run();
    await until(polling(server));
    run.shutdown();
    await running;
    expect(states()).toEqual(["RUNNING", "STOPPING", "DRAINING", "DRAINED", "STOPPED"]);
    expect(server.seen("ShutdownWorker")).toMatchObject([
      {
        namespace: "ns",
        stickyTaskQueue: "sticky",
        taskQueue: "queue",
        identity: "me",
        workerInstanceKey: "key",
        taskQueueTypes: [1, 2],
      },
    ]);
    expect(server.polls).toEqual({ workflow: [], activity: [] });
  });

  test("polls both queues: 8 sticky and 2 normal polls, 10 for activities", async () => {
    const { server, run } = fixture();
    const running = run.run();
    await until(() => server.polls.workflow.length === 10 && server.polls.activity.length === 10);
    const queues = server.polls.workflow.map(({ queue }) => queue);
    expect(queues.filter((queue) => queue === "sticky")).toHaveLength(8);
    expect(queues.filter((queue) => queue === "queue")).toHaveLength(2);
    expect(
      server
        .seen("PollWorkflowTaskQueue")
        .find((request) => (request["taskQueue"] as { kind: number }).kind === 2),
    ).toMatchObject({
      taskQueue: { name: "sticky", kind: 2, normalName: "queue" },
      workerVersionCapabilities: { buildId: "build" },
    });
    expect(statusOfRun(run)).toMatchObject({
      runState: "RUNNING",
      workflowPollerState: "POLLING",
      hasOutstandingWorkflowPoll: true,
      hasOutstandingActivityPoll: true,
    });
    run.shutdown();
    await running;
    expect(statusOfRun(run)).toMatchObject({ runState: "STOPPED", workflowPollerState: "SHUTDOWN" });
  });

  test("without a cache everything comes from the normal queue", async () => {
    const { server, run } = fixture({ maxCachedWorkflows: 0 });
    const running = run.run();
    await until(() => server.polls.workflow.length === 10);
    expect(new Set(server.polls.workflow.map(({ queue }) => queue))).toEqual(new Set(["queue"]));
    run.shutdown();
    await running;
  });

  test("a server that ends polls by itself is told first; what it still gives is run", async () => {
    const { server, run, states } = fixture({ pollCompleteOnShutdown: true });
    const running = run.run();
    await until(polling(server));
    run.shutdown();
    await until(() => server.seen("ShutdownWorker").length === 1);
    server.giveActivity(activityTask("quick"));
    server.endPolls();
    await running;
    expect(server.seen("RespondActivityTaskCompleted")).toHaveLength(1);
    expect(states().at(-1)).toBe("STOPPED");
  });

  test("polls that the server forgets to end are cut after 10 s", async () => {
    const { server, run, clock } = fixture({ pollCompleteOnShutdown: true });
    const running = run.run();
    await until(polling(server));
    run.shutdown();
    await clock.advance(9999);
    expect(run.state).toBe("DRAINING");
    await clock.advance(1);
    await running;
  });

  test.each([GrpcStatus.UNIMPLEMENTED, GrpcStatus.UNAVAILABLE])(
    "a server that does not take the goodbye (%i) stops nobody",
    async (status) => {
      const { server, run, log } = fixture({ pollCompleteOnShutdown: true });
      server.errors.set("ShutdownWorker", [rpcError(status)]);
      const running = run.run();
      await until(polling(server));
      run.shutdown();
      await running;
      expect(log.at("WARN")).toEqual([]);
    },
  );

  test("workflow tasks in progress are finished before the worker stops", async () => {
    const { server, run, threads } = fixture();
    const running = run.run();
    await until(polling(server));
    server.giveWorkflowTask(workflowTask);
    await until(() => threads.last.of("task").length === 1);
    run.shutdown();
    await turn();
    expect(run.state).toBe("DRAINING");
    threads.last.complete(1);
    await running;
    expect(server.seen("RespondWorkflowTaskCompleted")).toHaveLength(1);
    expect(threads.last.of("close")).toHaveLength(1);
    expect(threads.last.terminated).toBe(true);
  });

  test("activities go on for the grace time and are then cancelled", async () => {
    const { server, run, clock } = fixture({ shutdownGraceTime: "3s" });
    const running = run.run();
    await until(polling(server));
    server.giveActivity(activityTask("loop"));
    await until(() => statusOfRun(run).numInFlightActivities === 1);
    run.shutdown();
    await clock.advance(2999);
    expect(server.seen("RespondActivityTaskFailed")).toEqual([]);
    await clock.advance(1);
    await running;
    expect(server.seen("RespondActivityTaskFailed")).toMatchObject([
      { failure: { failureInfo: { value: { type: "WorkerShutdown" } } } },
    ]);
  });

  test("an activity that ignores its cancellation is given up after the force time", async () => {
    const { server, run, clock, states, threads } = fixture({
      shutdownForceTime: "5s",
      activities: { deaf: () => new Promise(() => {}) },
    });
    const running = run.run();
    const failed = expect(running).rejects.toMatchObject({
      code: "GRACEFUL_SHUTDOWN_PERIOD_EXPIRED",
      message: expect.stringMatching(/1 activities and 0 workflow tasks/),
    });
    await until(polling(server));
    server.giveActivity(activityTask("deaf"));
    await until(() => statusOfRun(run).numInFlightActivities === 1);
    run.shutdown();
    await clock.advance(5000);
    await failed;
    expect(states().at(-1)).toBe("FAILED");
    expect(threads.last.terminated).toBe(true);
  });

  test("an eager start under way is waited for, and its task is run", async () => {
    const connection = {} as Connection;
    const { run, server, threads } = fixture({ connection });
    const at = { namespace: "default", taskQueue: "queue" };
    const running = run.run();
    await until(polling(server));
    const [first, second] = [reserveEagerSlot(connection, at), reserveEagerSlot(connection, at)];
    run.shutdown();
    await turn();
    expect(reserveEagerSlot(connection, at)).toBeUndefined();
    second?.release();
    await turn();
    expect(run.state).toBe("DRAINING");
    first?.accept(decodePollWorkflowTaskQueueResponse(encodePollWorkflowTaskQueueResponse(workflowTask)));
    await until(() => threads.last.of("task").length === 1);
    threads.last.complete(1);
    await running;
    expect(server.seen("RespondWorkflowTaskCompleted")).toHaveLength(1);
  });

  test("an eager start that is not answered holds the worker up for 10 s", async () => {
    const connection = {} as Connection;
    const { run, server, clock } = fixture({ connection });
    const running = run.run();
    await until(polling(server));
    const slot = reserveEagerSlot(connection, { namespace: "default", taskQueue: "queue" });
    run.shutdown();
    await clock.advance(9999);
    expect(run.state).toBe("DRAINING");
    await clock.advance(1);
    await running;
    slot?.release();
    expect(run.state).toBe("STOPPED");
  });

  test("eager slots are not granted any more once the worker stops", async () => {
    const { server, run, threads } = fixture();
    const running = run.run();
    await until(polling(server));
    server.giveWorkflowTask(workflowTask);
    await until(() => threads.last.of("task").length === 1);
    expect(threads.last.of("task")[0]?.eagerSlots).toBe(3);
    run.shutdown();
    server.completedAnswers.push({ workflowTask });
    threads.last.complete(1);
    await until(() => threads.last.of("task").length === 2);
    expect(threads.last.of("task")[1]?.eagerSlots).toBe(0);
    threads.last.complete(2);
    await running;
  });

  test("a rate limit of the queue turns eager activities off", async () => {
    const { server, run, threads } = fixture({ maxTaskQueueActivitiesPerSecond: 5 });
    const running = run.run();
    await until(polling(server));
    server.giveWorkflowTask(workflowTask);
    await until(() => threads.last.of("task").length === 1);
    expect(threads.last.of("task")[0]?.eagerSlots).toBe(0);
    threads.last.complete(1);
    run.shutdown();
    await running;
  });

  test("polls refused for good end the worker with the reason", async () => {
    const { server, run, clock, states } = fixture({ workflows: false });
    server.errors.set(
      "PollActivityTaskQueue",
      Array.from({ length: 100 }, () => rpcError(GrpcStatus.PERMISSION_DENIED, "not yours")),
    );
    const failed = expect(run.run()).rejects.toMatchObject({
      code: "TRANSPORT",
      message: "Polling for activity tasks failed for good: not yours",
    });
    await clock.advance(61_000);
    await failed;
    expect(states()).toEqual(["RUNNING", "STOPPING", "DRAINING", "DRAINED", "FAILED"]);
  });

  test("a bundle that cannot be evaluated ends the worker before it polls", async () => {
    const { server, run, threads } = fixture();
    threads.failNext = new Error("ReferenceError: x is not defined");
    await expect(run.run()).rejects.toThrow("x is not defined");
    expect(run.state).toBe("FAILED");
    expect(server.calls).toEqual([]);
  });

  test("lost threads that cannot be replaced end the worker though tasks are open", async () => {
    const { server, run, threads } = fixture();
    const failed = expect(run.run()).rejects.toMatchObject({ code: "UNEXPECTED" });
    await until(polling(server));
    server.giveWorkflowTask(workflowTask);
    await until(() => threads.last.of("task").length === 1);
    threads.failNext = new Error("no memory");
    threads.last.handlers.died(new Error("out of memory"));
    await failed;
    expect(server.polls).toEqual({ workflow: [], activity: [] });
  });

  test("a worker with activities only needs no thread", async () => {
    const { server, run, threads } = fixture({ workflows: false });
    const running = run.run();
    await until(() => server.polls.activity.length === 10);
    expect(threads.all).toEqual([]);
    expect(server.seen("PollWorkflowTaskQueue")).toEqual([]);
    run.shutdown();
    await running;
    expect(server.seen("ShutdownWorker")).toMatchObject([{ taskQueueTypes: [2] }]);
  });

  test("facts for the threads: limits, sticky queue, sinks, registered activities", async () => {
    const { server, run, threads } = fixture({
      sinks: { alerts: { raise: { fn: () => {}, callDuringReplay: true } } },
      maxCachedWorkflows: 101,
      workflowThreadPoolSize: 2,
    });
    const running = run.run();
    await until(polling(server));
    expect(threads.all).toHaveLength(2);
    expect(threads.all[1]?.init).toMatchObject({
      threadIndex: 1,
      bundle: "bundle",
      worker: {
        sticky: { queue: "sticky", scheduleToStartTimeoutMs: 10_000 },
        maxCachedWorkflows: 51,
        deadlockTimeoutMs: 5000,
        sinks: { "alerts.raise": { callDuringReplay: true } },
        registeredActivities: ["loop", "quick"],
        limits: { messageBytes: 4_194_304 },
      },
    });
    run.shutdown();
    await running;
  });
});

describe("the namespace of a worker", () => {
  test("its limits and capabilities are read", async () => {
    const server = new FakeServer();
    server.namespace = {
      namespaceInfo: {
        limits: { blobSizeLimitError: 2_000_000, memoSizeLimitError: 1000 },
        capabilities: { workerPollCompleteOnShutdown: true },
      },
    };
    expect(await readNamespace(serviceOf(server), "ns")).toEqual({
      blobSizeLimit: 2_000_000,
      memoSizeLimit: 1000,
      pollCompleteOnShutdown: true,
    });
  });

  test("an unknown one is a clear error", async () => {
    const server = new FakeServer();
    server.errors.set("DescribeNamespace", [rpcError(GrpcStatus.NOT_FOUND)]);
    await expect(readNamespace(serviceOf(server), "nowhere")).rejects.toMatchObject({
      code: "NAMESPACE_NOT_FOUND",
      namespace: "nowhere",
    });
  });

  test("a server without the method has no limits; other errors are errors", async () => {
    const server = new FakeServer();
    server.errors.set("DescribeNamespace", [
      rpcError(GrpcStatus.UNIMPLEMENTED),
      rpcError(GrpcStatus.PERMISSION_DENIED, "no"),
    ]);
    expect(await readNamespace(serviceOf(server), "ns")).toMatchObject({ blobSizeLimit: 0 });
    await expect(readNamespace(serviceOf(server), "ns")).rejects.toMatchObject({ code: "TRANSPORT" });
  });
});
