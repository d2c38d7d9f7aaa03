import { expect, test } from "vitest";
import type { Job } from "../../src/core/activation.ts";
import type { Completion } from "../../src/core/command.ts";
import type { LocalActivityResolution } from "../../src/core/local-activity-jobs.ts";
import {
  cancelJob,
  commandsOf,
  failureOf,
  harness,
  kindsOf,
  payload,
  resultOf,
  timerJob,
} from "./vm-harness.ts";

const source = `
  import { CancellationScope, defn, isCancellation, proxyLocalActivities, run, scheduleLocalActivity } from "perdure/workflow";
  const { greet } = proxyLocalActivities({ startToCloseTimeout: "1 minute" });
  export async function plain() { return await greet("you"); }
  export async function named() {
    return await scheduleLocalActivity("greet", [1], {
      scheduleToCloseTimeout: "1h", scheduleToStartTimeout: 1000, startToCloseTimeout: "10s", localRetryThreshold: "5s",
      cancellationType: "WAIT_CANCELLATION_COMPLETED", retry: { initialInterval: "2s", maximumAttempts: 3 }, summary: "greets",
    });
  }
  export async function over() {
    return await greet.executeWithOptions({ startToCloseTimeout: "5s", summary: "again" }, ["me"]);
  }
  export async function twice() { return [await greet("a"), await greet("b")]; }
  export async function failing() {
    const failures = [];
    const keep = (error) => { failures.push(error.name + ": " + error.message); };
    await scheduleLocalActivity("greet", [], undefined).catch(keep);
    await scheduleLocalActivity("greet", [], {}).catch(keep);
    await scheduleLocalActivity("greet", [], { startToCloseTimeout: "1s", cancellationType: "MAYBE" }).catch(keep);
    await scheduleLocalActivity("greet", [], { startToCloseTimeout: "1s", localRetryThreshold: -1 }).catch(keep);
    try { proxyLocalActivities({}); } catch (error) { keep(error); }
    try { proxyLocalActivities({ startToCloseTimeout: "soon" }); } catch (error) { keep(error); }
    return failures;
  }
  export async function cancelled() {
    try { await greet("you"); } catch (error) { return isCancellation(error); }
  }
  export async function unknown() { await scheduleLocalActivity("absent", [], { startToCloseTimeout: "1s" }); }
  @defn()
  export class Greeter {
    @run
    async main(name) { return await greet(name); }
  }
`;

/** Commands are made in another realm. */
const commandsIn = (completion: Completion): unknown => structuredClone(commandsOf(completion));

function ended(seq: number, resolution: LocalActivityResolution): Job {
  return { kind: "resolveLocalActivity", seq, resolution };
}

const completed = (seq: number, result: unknown): Job =>
  ended(seq, { kind: "completed", result: payload(result) });

test("a proxied local activity is scheduled with the official defaults and gives its result", async () => {
  const { start } = await harness(source);
  const run = start("plain");
  expect(commandsIn(run.first)).toMatchObject([
    {
      kind: "scheduleLocalActivity",
      seq: 1,
      attempt: 1,
      activityId: "1",
      activityType: "greet",
      startToCloseTimeoutMs: 60_000,
      cancellationType: "TRY_CANCEL",
      headers: {},
      args: [payload("you")],
    },
  ]);
  expect(resultOf(run.activate([completed(1, "hi")]))).toBe("hi");
});

test("all options reach the command; those of a call lie over those of the proxy", async () => {
  const { start } = await harness(source);
  expect(commandsIn(start("named").first)).toMatchObject([
    {
      scheduleToCloseTimeoutMs: 3_600_000,
      scheduleToStartTimeoutMs: 1000,
      startToCloseTimeoutMs: 10_000,
      localRetryThresholdMs: 5000,
      cancellationType: "WAIT_CANCELLATION_COMPLETED",
      retryPolicy: { initialIntervalMs: 2000, maximumAttempts: 3 },
      userMetadata: { summary: payload("greets") },
    },
  ]);
  expect(commandsIn(start("over").first)).toMatchObject([
    { startToCloseTimeoutMs: 5000, userMetadata: { summary: payload("again") }, args: [payload("me")] },
  ]);
});

test("an attempt that is left to the workflow follows a timer, under the next number", async () => {
  const { start } = await harness(source);
  const run = start("plain");
  const originalScheduleTime = { seconds: 9, nanos: 9 };
  const backoff = { seconds: 90, nanos: 500_000_000 };
  const waited = run.commands([ended(1, { kind: "backoff", attempt: 4, backoff, originalScheduleTime })]);
  expect(waited).toMatchObject([{ kind: "startTimer", seq: 1, startToFireMs: 90_500 }]);
  expect(run.commands([timerJob(1)])).toMatchObject([
    { kind: "scheduleLocalActivity", seq: 2, activityId: "2", attempt: 4, originalScheduleTime },
  ]);
  expect(resultOf(run.activate([completed(2, "at last")]))).toBe("at last");
});

test("interceptors can tell an attempt that is left to a timer, and read when the next one is", async () => {
  const { start } = await harness({
    workflows: `import { proxyLocalActivities } from "perdure/workflow";
      const { greet } = proxyLocalActivities({ startToCloseTimeout: "1m" });
      export async function plain() { await greet("you"); return globalThis.seen; }`,
    interceptors: [
      `import { LocalActivityDoBackoff } from "perdure/workflow";
      globalThis.seen = [];
      export const interceptors = () => ({ outbound: [{
        async scheduleLocalActivity(input, next) {
          try { return await next(input); } catch (error) {
            globalThis.seen.push([error instanceof LocalActivityDoBackoff, error.name, error.backoff]);
            throw error;
          }
        },
      }] });`,
    ],
  });
  const run = start("plain");
  const originalScheduleTime = { seconds: 9, nanos: 9 };
  const backoff = { seconds: 90, nanos: 0 };
  run.activate([ended(1, { kind: "backoff", attempt: 4, backoff, originalScheduleTime })]);
  run.activate([timerJob(1)]);
  expect(resultOf(run.activate([completed(2, "at last")]))).toEqual([
    [true, "LocalActivityDoBackoff", { attempt: 4, backoffDuration: backoff, originalScheduleTime }],
  ]);
});

test("options that cannot be are refused with what is wrong", async () => {
  const { start } = await harness(source);
  expect(resultOf(start("failing").first)).toEqual([
    "TypeError: Got empty activity options",
    "TypeError: Required either scheduleToCloseTimeout or startToCloseTimeout",
    expect.stringContaining('cancellationType is "MAYBE"; allowed are TRY_CANCEL'),
    expect.stringContaining("localRetryThreshold is -1; it must not be negative"),
    "TypeError: Required either scheduleToCloseTimeout or startToCloseTimeout",
    expect.stringContaining("startToCloseTimeout"),
  ]);
});

test("cancelling the workflow asks for the activity's end; its failure is a cancellation", async () => {
  const { start } = await harness(source);
  const run = start("cancelled");
  expect(run.commands([cancelJob])).toEqual([{ kind: "requestCancelLocalActivity", seq: 1 }]);
  const cause = { message: "c", failureInfo: { case: "canceledFailureInfo", value: {} } } as const;
  const info = {
    case: "activityFailureInfo",
    value: { activityType: { name: "greet" }, activityId: "1" },
  } as const;
  const failure = { message: "Local Activity cancelled", cause, failureInfo: info };
  expect(resultOf(run.activate([ended(1, { kind: "cancelled", failure })]))).toBe(true);
});

test("one that the worker does not have fails the task", async () => {
  const { start } = await harness(source);
  const facts = { registeredActivities: ["greet"] };
  expect(failureOf(start("unknown", { facts }).first).message).toBe(
    "Local activity of type 'absent' not registered on worker",
  );
  expect(kindsOf(start("plain", { facts }).first)).toEqual(["scheduleLocalActivity"]);
});

test("a workflow class calls them as a function does", async () => {
  const { start } = await harness(source);
  const run = start("Greeter", { args: ["you"] });
  expect(kindsOf(run.first)).toEqual(["scheduleLocalActivity"]);
  expect(resultOf(run.activate([completed(1, "hi")]))).toBe("hi");
});
