import { describe, expect, test } from "vitest";
import {
  ApplicationFailure,
  activityInfo,
  CompleteAsyncError,
  cancelled,
  heartbeat,
} from "../../src/activity/mod.ts";
import { defaultPayloadConverter } from "../../src/converter/mod.ts";
import type { LocalActivityResult, ScheduleLocalActivity } from "../../src/core/local-activity-jobs.ts";
import type { LocalActivityTasksOptions } from "../../src/worker/activity/local-activity-tasks.ts";
import { retryDelayMs } from "../../src/worker/activity/local-retry.ts";
import { FixedSlots } from "../../src/worker/slots/fixed.ts";
import { localActivityFixture } from "./local-activity-fixture.ts";
import { ManualClock, turn } from "./manual-clock.ts";
import { RecordedLog } from "./recorded-log.ts";

const never = (): Promise<never> => new Promise(() => {});

function fixture(
  activities: { readonly [name: string]: (...args: never[]) => unknown },
  options: Partial<LocalActivityTasksOptions> = {},
) {
  const clock = new ManualClock();
  const log = new RecordedLog();
  const tasks = localActivityFixture(activities, clock, log, options);
  const results: LocalActivityResult[] = [];
  const givenUp: string[] = [];
  const caller = {
    thread: 0,
    report: (result: LocalActivityResult) => void results.push(result),
    giveUp: (why: string) => void givenUp.push(why),
  };
  const names = {
    kind: "localActivities",
    runId: "r",
    instance: 1,
    workflowId: "w",
    workflowType: "order",
  } as const;
  const none = { schedule: [], cancel: [], cancelAll: false };
  const call = async (
    activityType: string,
    more: Partial<ScheduleLocalActivity> = {},
    life: { readonly instance?: number } = {},
  ): Promise<void> => {
    const command: ScheduleLocalActivity = {
      kind: "scheduleLocalActivity",
      seq: 1,
      activityId: "1",
      activityType,
      headers: {},
      args: [],
      attempt: 1,
      startToCloseTimeoutMs: 10_000,
      cancellationType: "TRY_CANCEL",
      ...more,
    };
    tasks.take({ ...names, ...none, ...life, schedule: [command] }, caller);
    await turn();
  };
  const tell = async (
    what: { readonly cancel?: readonly number[]; readonly cancelAll?: boolean },
    life: { readonly instance?: number } = {},
  ): Promise<void> => {
    tasks.take({ ...names, ...none, ...life, ...what }, caller);
    await turn();
  };
  return { clock, log, tasks, results, givenUp, call, tell };
}

const ends = (results: readonly LocalActivityResult[]): unknown =>
  results.map(({ seq, end, attempt }) => [seq, end.kind, attempt]);

const timeoutType = ({ end }: LocalActivityResult): unknown =>
  end.kind === "timedOut" && end.failure.failureInfo?.case === "timeoutFailureInfo"
    ? end.failure.failureInfo.value.timeoutType
    : end;

describe("local activities", () => {
  test("run with arguments, headers and facts; heartbeats go nowhere", async () => {
    let info: unknown;
    const { results, call, tasks } = fixture({
      add: (a: number, b: number) => {
        info = activityInfo();
        heartbeat("alive");
        return a + b;
      },
    });
    const args = [2, 3].map((value) => defaultPayloadConverter.toPayload(value)!);
    const originalScheduleTime = { seconds: 900, nanos: 5_000_000 };
    await call("add", { args, attempt: 3, originalScheduleTime });
    const [{ end, ...others }] = results as [LocalActivityResult];
    expect(others).toEqual({ seq: 1, attempt: 3, runtimeMs: 0, backoffMs: undefined });
    expect(end.kind === "completed" && defaultPayloadConverter.fromPayload(end.result!)).toBe(5);
    expect(info).toMatchObject({
      isLocal: true,
      attempt: 3,
      activityId: "1",
      activityType: "add",
      taskQueue: "queue",
      namespace: "ns",
      workflowType: "order",
      workflowExecution: { workflowId: "w", runId: "r" },
      scheduledTimestampMs: 900_005,
      startToCloseTimeoutMs: 10_000,
      inWorkflow: true,
    });
    expect(tasks.running).toBe(0);
    await tasks.idle();
  });

  test("are tried again in place, up to the threshold", async () => {
    let calls = 0;
    const { clock, results, call } = fixture({
      fail: () => {
        throw new Error(`attempt ${++calls}`);
      },
    });
    const retryPolicy = { initialIntervalMs: 1000 };
    await call("fail", { retryPolicy, localRetryThresholdMs: 2000 });
    expect(clock.pending).toEqual([1000]);
    await clock.advance(1000);
    expect(clock.pending).toEqual([2000]);
    await clock.advance(2000);
    expect(results).toMatchObject([{ attempt: 3, backoffMs: 4000, end: { kind: "failed" } }]);
    expect([calls, clock.pending]).toEqual([3, []]);
  });

  test("count attempts that are repeated in place, except those of the workflow task that called them", async () => {
    const { clock, results, call, tell, tasks } = fixture({
      fail: () => {
        throw new Error("no");
      },
    });
    const retryPolicy = { initialIntervalMs: 10, backoffCoefficient: 1, maximumAttempts: 9 };
    const attempts = async (count: number): Promise<number> => {
      for (let made = 0; made < count; made += 1) await clock.advance(10);
      return tasks.repeatedAttempts("r");
    };
    await call("fail", { retryPolicy });
    expect(await attempts(2)).toBe(0);
    tasks.taskAnswered("other");
    expect(await attempts(1)).toBe(0);
    tasks.taskAnswered("r");
    expect([await attempts(2), tasks.repeatedAttempts("other")]).toEqual([2, 0]);
    await call("fail", { seq: 2, retryPolicy });
    expect(await attempts(1)).toBe(3);
    tasks.taskAnswered("r");
    expect(tasks.repeatedAttempts("r")).toBe(0);
    expect(await attempts(1)).toBe(2);
    // The one that is over counts no more, as with Temporal's own core.
    expect([await attempts(1), ends(results)]).toEqual([2, [[1, "failed", 9]]]);
    await tell({ cancelAll: true });
    expect(tasks.repeatedAttempts("r")).toBe(0);
  });

  test("are not tried again when they say so, or the policy does", async () => {
    const { results, call } = fixture({
      never: () => {
        throw ApplicationFailure.nonRetryable("no");
      },
      typed: () => {
        throw ApplicationFailure.create({ message: "no", type: "Hopeless" });
      },
      elsewhere: () => {
        throw new CompleteAsyncError();
      },
    });
    await call("never");
    await call("typed", { seq: 2, retryPolicy: { nonRetryableErrorTypes: ["hopeLESS"] } });
    await call("typed", { seq: 3, retryPolicy: { maximumAttempts: 1 } });
    await call("elsewhere", { seq: 4 });
    await call("absent", { seq: 5, retryPolicy: { maximumAttempts: 1 } });
    expect(ends(results)).toEqual([1, 2, 3, 4, 5].map((seq) => [seq, "failed", 1]));
    expect(results[3]!.end).toMatchObject({
      failure: { message: expect.stringContaining("CompleteAsyncError") },
    });
    expect(results[4]!.end).toMatchObject({
      failure: { message: expect.stringContaining("not registered") },
    });
  });

  test("time out: an attempt, which is tried again; all of them; before the start", async () => {
    const reasons: unknown[] = [];
    const { clock, results, call } = fixture(
      { hang: () => cancelled().catch((error: Error) => void reasons.push(error.message)), never },
      { slots: new FixedSlots(1) },
    );
    await call("hang", {
      startToCloseTimeoutMs: 100,
      retryPolicy: { maximumAttempts: 2, initialIntervalMs: 10 },
    });
    await clock.advance(210);
    expect(results.map(timeoutType)).toEqual([1]);
    expect(reasons).toEqual(["TIMED_OUT", "TIMED_OUT"]);
    await call("never", { seq: 2, scheduleToCloseTimeoutMs: 300, startToCloseTimeoutMs: undefined });
    await call("never", { seq: 3, scheduleToStartTimeoutMs: 100 });
    await clock.advance(300);
    expect(results.slice(1).map(timeoutType)).toEqual([3, 2]);
    const originalScheduleTime = { seconds: 1, nanos: 0 };
    await call("never", { seq: 4, originalScheduleTime, scheduleToCloseTimeoutMs: 1000 });
    expect(results.slice(3).map(timeoutType)).toEqual([3]);
    expect(clock.pending).toEqual([]);
  });

  test("bug class 32: the wait for a slot counts from this call, whenever the first one was", async () => {
    const { results, call } = fixture({ one: () => 1 });
    const originalScheduleTime = { seconds: 1, nanos: 0 };
    await call("one", { attempt: 2, originalScheduleTime, scheduleToStartTimeoutMs: 100 });
    expect(ends(results)).toEqual([[1, "completed", 2]]);
  });

  test("bug class 30: two lives of a run have nothing in common", async () => {
    const { results, call, tell, tasks } = fixture({ hang: () => cancelled() });
    await call("hang");
    // The run left the cache and is replayed: the same call, in another life.
    await call("hang", {}, { instance: 2 });
    await tell({ cancelAll: true });
    expect([tasks.running, results]).toEqual([1, []]);
    await tell({ cancel: [1] }, { instance: 2 });
    expect(ends(results)).toEqual([[1, "cancelled", 1]]);
    await tasks.idle();
  });

  test("wait for a slot, in order", async () => {
    const { results, call, tasks, clock } = fixture(
      { one: () => 1, slow: () => new Promise((resolve) => clock.setTimer(() => resolve(1), 50)) },
      { slots: new FixedSlots(1) },
    );
    await call("slow");
    await call("one", { seq: 2 });
    expect([tasks.running, results]).toEqual([1, []]);
    await clock.advance(50);
    expect(ends(results)).toEqual([
      [1, "completed", 1],
      [2, "completed", 1],
    ]);
  });

  test("are cancelled while they run, wait for a slot or for the next attempt", async () => {
    const { results, call, tell } = fixture(
      {
        hang: () => cancelled(),
        fail: () => {
          throw new Error("no");
        },
      },
      { slots: new FixedSlots(1) },
    );
    await call("fail");
    await call("hang", { seq: 2 });
    await call("hang", { seq: 3 });
    await tell({ cancel: [1, 3, 2, 9] });
    expect(ends(results)).toEqual([
      [1, "cancelled", 1],
      [3, "cancelled", 1],
      [2, "cancelled", 1],
    ]);
  });

  test("are forgotten with their run, and with their thread", async () => {
    const seen: string[] = [];
    const { results, call, tell, tasks, clock } = fixture({
      hang: () => cancelled().catch((error: Error) => void seen.push(error.message)),
    });
    await call("hang");
    await tell({ cancelAll: true });
    await call("hang", { seq: 2 });
    tasks.forgetThread(1);
    expect(tasks.running).toBe(1);
    tasks.forgetThread(0);
    await turn();
    expect([tasks.running, results, seen, clock.pending]).toEqual([0, [], ["CANCELLED", "CANCELLED"], []]);
    await tasks.idle();
  });

  test("a shutdown stops those who listen, for another worker to run them; the others end", async () => {
    const { results, givenUp, call, tasks, clock } = fixture({
      hang: () => cancelled(),
      stubborn: () => new Promise((resolve) => clock.setTimer(() => resolve("done"), 50)),
      fail: () => {
        throw new Error("no");
      },
    });
    await call("hang");
    await call("stubborn", { seq: 2 });
    await call("fail", { seq: 3 });
    tasks.cancelAll();
    await call("hang", { seq: 4 });
    await turn();
    expect(givenUp).toEqual(
      ["fail", "hang", "hang"].map((name) =>
        expect.stringContaining(`the local activity ${name} did not complete`),
      ),
    );
    await clock.advance(50);
    expect(ends(results)).toEqual([[2, "completed", 1]]);
    await tasks.idle();
  });
});

test("waits grow up to a limit; a failure may name its own", () => {
  const failure = { message: "no" };
  const delays = [1, 2, 3, 9].map((attempt) => retryDelayMs(undefined, { attempt, failure }));
  expect(delays).toEqual([1000, 2000, 4000, 100_000]);
  const policy = { initialIntervalMs: 200, backoffCoefficient: 0.5, maximumIntervalMs: 10 };
  expect(retryDelayMs(policy, { attempt: 3, failure })).toBe(200);
  const own = {
    case: "applicationFailureInfo",
    value: { nextRetryDelay: { seconds: 7, nanos: 5_000_000 } },
  } as const;
  expect(retryDelayMs({ maximumAttempts: 2 }, { attempt: 1, failure: { failureInfo: own } })).toBe(7005);
  expect(retryDelayMs({ maximumAttempts: 2 }, { attempt: 2, failure: { failureInfo: own } })).toBeUndefined();
});
