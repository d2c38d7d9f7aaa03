import { describe, expect, test } from "vitest";
import {
  type ActivityInboundCallsInterceptor,
  type ActivityInterceptorsFactory,
  ApplicationFailure,
  ApplicationFailureCategory,
  activityInfo,
  CancelledFailure,
  CompleteAsyncError,
  Context,
  cancellationDetails,
  cancelled,
  heartbeat,
} from "../../src/activity/mod.ts";
import {
  defaultPayloadConverter,
  type LoadedDataConverter,
  loadDataConverter,
} from "../../src/converter/mod.ts";
import { GrpcStatus } from "../../src/platform/rpc-port.ts";
import { activityFixture, activityTask, token } from "./activity-fixture.ts";
import { rpcError } from "./fake-server.ts";
import { turn, until } from "./manual-clock.ts";

const never = (): Promise<never> => new Promise(() => {});
const untilCancelled = (): Promise<never> => cancelled();

describe("activity tasks", () => {
  test("runs the function with its arguments and reports the result", async () => {
    const { server, run, slots } = activityFixture({ add: (a: number, b: number) => a + b });
    await run(activityTask("add", [2, 3]));
    const [request] = server.seen("RespondActivityTaskCompleted");
    expect(request).toMatchObject({ taskToken: token, identity: "me", namespace: "ns" });
    const { payloads } = request!["result"] as { payloads: never[] };
    expect(payloads.map((payload) => defaultPayloadConverter.fromPayload(payload))).toEqual([5]);
    expect(slots.used).toBe(0);
  });

  test("gives the facts of the task", async () => {
    let info: unknown;
    const { run } = activityFixture({
      look: () => {
        info = activityInfo();
      },
    });
    await run(
      activityTask("look", [], {
        heartbeatTimeout: { seconds: 5n, nanos: 0 },
        heartbeatDetails: { payloads: [defaultPayloadConverter.toPayload({ at: 9 })!] },
        attempt: 3,
      }),
    );
    expect(info).toMatchObject({
      base64TaskToken: "AQID",
      activityId: "act-1",
      activityType: "look",
      attempt: 3,
      isLocal: false,
      taskQueue: "queue",
      workflowExecution: { workflowId: "wf-1", runId: "run-1" },
      workflowType: "order",
      scheduledTimestampMs: 100_000,
      currentAttemptScheduledTimestampMs: 101_000,
      startToCloseTimeoutMs: 60_000,
      heartbeatTimeoutMs: 5000,
      heartbeatDetails: { at: 9 },
      inWorkflow: true,
    });
  });

  test("an unknown type fails retryably and names what there is", async () => {
    const { server, run } = activityFixture({ a: never, b: never });
    await run(activityTask("missing"));
    const [request] = server.seen("RespondActivityTaskFailed");
    expect(request).toMatchObject({
      failure: {
        message:
          'Activity function missing is not registered on this Worker, available activities: ["a","b"]',
        failureInfo: { value: { type: "NotFoundError", nonRetryable: false } },
      },
    });
  });

  test("`default` runs types that have no function of their own", async () => {
    let type = "";
    const { server, run } = activityFixture({
      default: () => {
        type = activityInfo().activityType;
      },
    });
    await run(activityTask("anything"));
    expect(type).toBe("anything");
    expect(server.seen("RespondActivityTaskCompleted")).toHaveLength(1);
  });

  test("arguments that cannot be read fail the attempt with the reason", async () => {
    const { server, run } = activityFixture({ a: never });
    const bad = {
      metadata: { encoding: new TextEncoder().encode("json/plain") },
      data: new Uint8Array([123]),
    };
    await run(activityTask("a", [], { input: { payloads: [bad] } }));
    const [request] = server.seen("RespondActivityTaskFailed");
    expect((request!["failure"] as { message: string }).message).toMatch(
      /^Failed to parse activity args for activity a: /,
    );
  });

  test("an error of a codec fails the attempt with its message", async () => {
    const converter = loadDataConverter({
      payloadCodecs: [
        {
          encode: async () => {
            throw new Error("key store is down");
          },
          decode: async (payloads) => payloads,
        },
      ],
    }) as LoadedDataConverter;
    const { server, run } = activityFixture({ a: () => 1 }, { converter });
    await run(activityTask("a"));
    expect(server.seen("RespondActivityTaskFailed")).toMatchObject([
      { failure: { message: "key store is down" } },
    ]);
  });

  test("a result over the namespace's limit fails the attempt before it is sent", async () => {
    const { server, run } = activityFixture({ big: () => "x".repeat(500) }, { maxResultBytes: 100 });
    await run(activityTask("big"));
    expect(server.seen("RespondActivityTaskCompleted")).toEqual([]);
    const [request] = server.seen("RespondActivityTaskFailed");
    expect((request!["failure"] as { message: string }).message).toMatch(/\[TMPRL1103\].*at most 100/);
  });

  test("an activity that completes elsewhere is not answered", async () => {
    const { server, run, slots } = activityFixture({
      later: () => {
        throw new CompleteAsyncError();
      },
    });
    await run(activityTask("later"));
    expect(server.calls).toEqual([]);
    expect(slots.used).toBe(0);
  });

  test("a cancellation told by a heartbeat reaches signal, promise and details, and is reported", async () => {
    let seen: unknown;
    const { server, run } = activityFixture({
      loop: async () => {
        heartbeat(1);
        try {
          await cancelled();
        } catch (error) {
          const { cancellationSignal } = Context.current();
          seen = [cancellationSignal.aborted, cancellationSignal.reason === error, cancellationDetails()];
          throw error;
        }
      },
    });
    server.heartbeatAnswer = { cancelRequested: true };
    await run(activityTask("loop"));
    expect(seen).toMatchObject([true, true, { cancelRequested: true, paused: false }]);
    expect(server.seen("RespondActivityTaskCanceled")).toMatchObject([{ taskToken: token }]);
  });

  test("details of a CancelledFailure go with the cancellation", async () => {
    const { server, run } = activityFixture({
      loop: async () => {
        heartbeat();
        await cancelled().catch(() => {});
        throw new CancelledFailure("stopped", ["half done"]);
      },
    });
    server.heartbeatAnswer = { cancelRequested: true };
    await run(activityTask("loop"));
    const [request] = server.seen("RespondActivityTaskCanceled");
    const { payloads } = request!["details"] as { payloads: never[] };
    expect(defaultPayloadConverter.fromPayload(payloads[0]!)).toBe("half done");
  });

  test.each([
    [{ activityPaused: true }, "ActivityPause"],
    [{ activityReset: true }, "ActivityReset"],
  ])("heartbeat answer %o ends in failure %s", async (answer, type) => {
    const { server, run } = activityFixture({
      loop: async () => {
        heartbeat();
        await cancelled();
      },
    });
    server.heartbeatAnswer = answer;
    await run(activityTask("loop"));
    expect(server.seen("RespondActivityTaskFailed")).toMatchObject([
      { failure: { failureInfo: { value: { type } } } },
    ]);
  });

  test("an attempt that the server does not know any more is not answered", async () => {
    const { server, run } = activityFixture({
      loop: async () => {
        heartbeat();
        await cancelled();
      },
    });
    server.errors.set("RecordActivityTaskHeartbeat", [rpcError(GrpcStatus.NOT_FOUND)]);
    await run(activityTask("loop"));
    expect(server.calls.map(({ method }) => method)).toEqual(["RecordActivityTaskHeartbeat"]);
  });

  test("heartbeat details that cannot be converted fail the attempt", async () => {
    const { server, run } = activityFixture({
      loop: async () => {
        heartbeat(() => {});
        await cancelled();
      },
    });
    await run(activityTask("loop"));
    expect(server.seen("RecordActivityTaskHeartbeat")).toEqual([]);
    expect(server.seen("RespondActivityTaskFailed")).toMatchObject([
      { failure: { message: "HEARTBEAT_DETAILS_CONVERSION_FAILED" } },
    ]);
  });

  test("a failing activity flushes its last heartbeat first, a successful one does not", async () => {
    const { server, run } = activityFixture({
      fails: async () => {
        heartbeat(1);
        await turn();
        heartbeat(2);
        throw new Error("x");
      },
      succeeds: async () => {
        heartbeat(1);
        await turn();
        heartbeat(2);
      },
    });
    await run(activityTask("fails"));
    expect(server.calls.map(({ method }) => method)).toEqual([
      "RecordActivityTaskHeartbeat",
      "RecordActivityTaskHeartbeat",
      "RespondActivityTaskFailed",
    ]);
    server.calls.length = 0;
    await run(activityTask("succeeds"));
    expect(server.calls.map(({ method }) => method)).toEqual([
      "RecordActivityTaskHeartbeat",
      "RespondActivityTaskCompleted",
    ]);
  });

  test("gives an attempt up 5 s after the server's timeout, without an answer", async () => {
    let details: unknown;
    const { server, begin, clock, tasks } = activityFixture({
      slow: async () => {
        try {
          await cancelled();
        } finally {
          details = cancellationDetails();
        }
      },
    });
    begin(activityTask("slow", [], { startToCloseTimeout: { seconds: 10n, nanos: 0 } }));
    await until(() => tasks.running === 1);
    await clock.advance(14_999);
    expect(tasks.running).toBe(1);
    await clock.advance(1);
    await tasks.idle();
    expect(details).toMatchObject({ timedOut: true });
    expect(server.calls).toEqual([]);
  });

  test("accepted heartbeats put the local heartbeat timeout off", async () => {
    const beats: (() => void)[] = [];
    const { begin, clock, tasks } = activityFixture({
      slow: async () => {
        const { heartbeat: beat } = Context.current();
        beats.push(() => beat());
        await cancelled();
      },
    });
    begin(activityTask("slow", [], { heartbeatTimeout: { seconds: 10n, nanos: 0 } }));
    await until(() => beats.length === 1);
    await clock.advance(14_000);
    beats[0]!();
    await clock.advance(14_000);
    expect(tasks.running).toBe(1);
    await clock.advance(1000);
    await tasks.idle();
    expect(tasks.running).toBe(0);
  });

  test("shutdown cancels running activities and those that come later", async () => {
    const { server, begin, tasks } = activityFixture({ loop: untilCancelled });
    begin(activityTask("loop"));
    await until(() => tasks.running === 1);
    tasks.cancelAll();
    begin(activityTask("loop", [], { taskToken: new Uint8Array([9]) }));
    await tasks.idle();
    const failures = server.seen("RespondActivityTaskFailed");
    expect(failures).toHaveLength(2);
    for (const request of failures) {
      expect(request).toMatchObject({
        failure: {
          message: "Worker is shutting down and this activity did not complete in time",
          failureInfo: { value: { type: "WorkerShutdown", nonRetryable: false } },
        },
      });
    }
  });

  test("bug class 57: only the first reason to stop counts", async () => {
    let heard = 0;
    const { server, begin, tasks } = activityFixture({
      loop: async () => {
        heartbeat(1);
        Context.current().cancellationSignal.addEventListener("abort", () => void heard++);
        const stopped = cancelled();
        await stopped.catch(() => {});
        tasks.cancelAll();
        expect(cancellationDetails()).toMatchObject({ cancelRequested: true, workerShutdown: false });
        await stopped;
      },
    });
    server.heartbeatAnswer = { cancelRequested: true };
    begin(activityTask("loop"));
    await tasks.idle();
    expect(server.seen("RespondActivityTaskCanceled")).toHaveLength(1);
    expect(heard).toBe(1);
  });

  test("an answer that the server does not take is logged, and the slot freed", async () => {
    const { server, run, log, slots } = activityFixture({ a: () => 1 });
    server.errors.set("RespondActivityTaskCompleted", [rpcError(GrpcStatus.INVALID_ARGUMENT, "bad")]);
    await run(activityTask("a"));
    expect(log.at("ERROR")).toEqual(["Failed to report the outcome of an activity"]);
    server.errors.set("RespondActivityTaskCompleted", [rpcError(GrpcStatus.NOT_FOUND)]);
    await run(activityTask("a"));
    expect(log.at("ERROR")).toHaveLength(1);
    expect(slots.used).toBe(0);
  });

  test("bytes that are no task free their slot", async () => {
    const { tasks, slots, log } = activityFixture({});
    tasks.accept(new Uint8Array([255, 255, 255]), slots.tryReserve()!);
    await tasks.idle();
    expect(slots.used).toBe(0);
    expect(log.at("ERROR")).toEqual(["Failed to process an activity task"]);
  });

  test("a failure is a warning, a benign one is not", async () => {
    const { run, log } = activityFixture({
      fails: () => {
        throw new Error("x");
      },
      benign: () => {
        throw ApplicationFailure.create({ message: "y", category: ApplicationFailureCategory.BENIGN });
      },
    });
    await run(activityTask("fails"));
    expect(log.at("WARN")).toEqual(["Activity failed"]);
    await run(activityTask("benign"));
    expect(log.at("WARN")).toHaveLength(1);
  });
});

describe("activity interceptors", () => {
  test("the first is the outermost; headers and arguments can be changed", async () => {
    const order: string[] = [];
    const wrap = (name: string): ActivityInterceptorsFactory => {
      const inbound: ActivityInboundCallsInterceptor = {
        async execute(input, next) {
          order.push(`${name} in`);
          const result = await next({ ...input, args: [...input.args, name] });
          order.push(`${name} out`);
          return result;
        },
      };
      return () => ({ inbound });
    };
    const { run } = activityFixture(
      { a: (...args: string[]) => order.push(args.join("+")) },
      { interceptors: [wrap("one"), wrap("two")] },
    );
    await run(activityTask("a", ["zero"]));
    expect(order).toEqual(["one in", "two in", "zero+one+two", "two out", "one out"]);
  });

  test("log attributes and metric tags pass through the outbound interceptors", async () => {
    const { run, log } = activityFixture(
      { a: () => Context.current().log.info("hello") },
      {
        interceptors: [
          () => ({ outbound: { getLogAttributes: (input, next) => next({ ...input, team: "blue" }) } }),
        ],
      },
    );
    await run(activityTask("a"));
    const line = log.lines.find(({ message }) => message === "hello");
    expect(line?.meta).toMatchObject({
      team: "blue",
      sdkComponent: "activity",
      activityType: "a",
      workflowId: "wf-1",
      isLocal: false,
    });
  });
});
