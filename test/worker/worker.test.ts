import { describe, expect, test } from "vitest";
import { GrpcStatus } from "../../src/platform/rpc-port.ts";
import { Connection, DefaultLogger, Runtime, Worker, type WorkerOptions } from "../../src/worker/mod.ts";
import { activityTask } from "./activity-fixture.ts";
import { FakeServer, rpcError } from "./fake-server.ts";
import { until } from "./manual-clock.ts";

Runtime.install({ logger: new DefaultLogger("ERROR", () => {}) });

function connect(server: FakeServer): Connection {
  return Connection.lazy({ transport: server });
}

async function create(server: FakeServer, options: Partial<WorkerOptions> = {}): Promise<Worker> {
  return Worker.create({
    connection: connect(server),
    taskQueue: "queue",
    activities: { add: (a: number, b: number) => a + b },
    ...options,
  });
}

describe("Worker", () => {
  test("create asks the server about itself and the namespace, run polls, shutdown ends it", async () => {
    const server = new FakeServer();
    const worker = await create(server, { namespace: "ns" });
    expect(server.calls.map(({ method }) => method)).toEqual(["GetSystemInfo", "DescribeNamespace"]);
    expect(worker.getState()).toBe("INITIALIZED");
    expect(worker.options.maxConcurrentActivityTaskExecutions).toBe(100);
    const running = worker.run();
    await until(() => server.polls.activity.length === 10);
    expect(worker.getState()).toBe("RUNNING");
    expect(worker.getStatus()).toMatchObject({ runState: "RUNNING", hasOutstandingActivityPoll: true });
    worker.shutdown();
    await running;
    expect(worker.getState()).toBe("STOPPED");
    expect(server.closed).toBe(false);
  });

  test("runUntil gives the result of the work and stops", async () => {
    const server = new FakeServer();
    const worker = await create(server);
    const result = await worker.runUntil(async () => {
      await until(() => server.polls.activity.length > 0);
      server.giveActivity(activityTask("add", [1, 2]));
      await until(() => server.seen("RespondActivityTaskCompleted").length === 1);
      return "done";
    });
    expect(result).toBe("done");
    expect(worker.getState()).toBe("STOPPED");
  });

  test("polls say who we are", async () => {
    const server = new FakeServer();
    const worker = await create(server, { identity: "worker 7", maxTaskQueueActivitiesPerSecond: 3 });
    const running = worker.run();
    await until(() => server.polls.activity.length > 0);
    expect(server.seen("PollActivityTaskQueue")[0]).toMatchObject({
      identity: "worker 7",
      taskQueue: { name: "queue", kind: 1 },
      taskQueueMetadata: { maxTasksPerSecond: 3 },
      namespace: "default",
    });
    worker.shutdown();
    await running;
  });

  test("run works once, shutdown only while it runs", async () => {
    const server = new FakeServer();
    const worker = await create(server);
    expect(() => worker.shutdown()).toThrow("Not running. Current state: INITIALIZED");
    const running = worker.run();
    await expect(worker.run()).rejects.toThrow("Poller was already started");
    worker.shutdown();
    await running;
    expect(() => worker.shutdown()).toThrow("Not running. Current state: STOPPED");
  });

  test("an unknown namespace is a clear error of create", async () => {
    const server = new FakeServer();
    server.errors.set("DescribeNamespace", [rpcError(GrpcStatus.NOT_FOUND)]);
    await expect(create(server, { namespace: "nowhere" })).rejects.toThrow("Namespace not found: 'nowhere'");
  });

  test("a worker without any work is refused", async () => {
    const nothing = { activities: undefined };
    await expect(create(new FakeServer(), nothing)).rejects.toThrow(/there is no work/);
  });

  test("a bad option is refused before the server is asked", async () => {
    const server = new FakeServer();
    await expect(create(server, { maxCachedWorkflows: -5 })).rejects.toMatchObject({ code: "VALUE" });
    expect(server.calls).toEqual([]);
  });

  test("another connection takes over all further calls", async () => {
    const [before, after] = [new FakeServer(), new FakeServer()];
    const worker = await create(before);
    const running = worker.run();
    await until(() => before.polls.activity.length === 10);
    worker.connection = connect(after);
    before.giveActivity(activityTask("add", [1, 2]));
    await until(() => after.seen("RespondActivityTaskCompleted").length === 1);
    expect(before.seen("RespondActivityTaskCompleted")).toEqual([]);
    worker.shutdown();
    await running;
    expect(after.seen("ShutdownWorker")).toHaveLength(1);
  });
});

describe("Runtime", () => {
  test("refuses options that it does not know", () => {
    // As from JavaScript, where nothing checks names.
    const options = { telemetryOptions: { metrics: {} } } as object;
    expect(() => Runtime.install(options)).toThrow(
      "RuntimeOptions.telemetryOptions: there is no such option of a runtime; there are logger, shutdownSignals, metricMeter",
    );
  });

  test("is installed once", () => {
    expect(() => Runtime.install({})).toThrow(/in place already/);
    expect(Runtime.instance().shutdownSignals).toEqual(["SIGINT", "SIGTERM", "SIGQUIT", "SIGUSR2"]);
  });

  test("an unknown log level is refused", () => {
    expect(() => new DefaultLogger("LOUD" as never)).toThrow(/LOUD.*TRACE, DEBUG/);
  });
});
