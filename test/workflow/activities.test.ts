import { expect, test } from "vitest";
import {
  activityFailureJob,
  activityJob,
  cancelJob,
  commandsOf,
  errorOf,
  harness,
  kindsOf,
  resultOf,
  signalJob,
  value,
} from "./vm-harness.ts";

const source = `
  import { ActivityFailure, ApplicationFailure, CancelledFailure, CancellationScope, defineSignal, isCancellation, proxyActivities,
    scheduleActivity, setHandler } from "perdure/workflow";
  const { add } = proxyActivities({ startToCloseTimeout: "1 minute" });
  export async function plain() { return await add(1, 2); }
  export async function named() {
    return await scheduleActivity("sum", [1], {
      scheduleToCloseTimeout: "1h", scheduleToStartTimeout: 1000, startToCloseTimeout: "10s", heartbeatTimeout: "2s",
      activityId: "mine", taskQueue: "other", cancellationType: "WAIT_CANCELLATION_COMPLETED", allowEagerDispatch: false,
      retry: { initialInterval: "2s", maximumAttempts: 3, nonRetryableErrorTypes: ["Bad"] }, summary: "adds",
      priority: { priorityKey: 2, fairnessKey: "k", fairnessWeight: 1.5 }, versioningIntent: "COMPATIBLE",
    });
  }
  export async function over() {
    return await add.executeWithOptions({ startToCloseTimeout: "5s", retry: { maximumAttempts: 1 } }, [5]);
  }
  export async function caught() {
    try { await add(); } catch (e) {
      return [e instanceof ActivityFailure, e.activityType, e.activityId, e.retryState, e.cause instanceof ApplicationFailure,
        e.cause.type, e.cause.message];
    }
  }
  export async function cancelled() {
    try { await add(); } catch (e) { return [isCancellation(e), e instanceof ActivityFailure, e.cause instanceof CancelledFailure]; }
  }
  export async function uncaught() { await add(); }
  export async function scoped() {
    const scope = new CancellationScope();
    setHandler(defineSignal("stop"), () => scope.cancel());
    return await scope.run(() => add());
  }
  export async function inCancelled() {
    const scope = new CancellationScope();
    scope.cancel();
    try { await scope.run(() => add()); } catch (e) { return e instanceof CancelledFailure && e.message; }
  }
  export async function unconvertible() { await add(() => 1); }
`;

test("a proxied activity is scheduled with the official defaults and gives its result", async () => {
  const { start } = await harness(source);
  const run = start("plain");
  const [command] = commandsOf(run.first);
  expect(command).toMatchObject({
    kind: "scheduleActivity",
    seq: 1,
    activityId: "1",
    activityType: "add",
    taskQueue: "queue",
    startToCloseTimeoutMs: 60_000,
    scheduleToCloseTimeoutMs: undefined,
    retryPolicy: undefined,
    cancellationType: "TRY_CANCEL",
    allowEagerDispatch: true,
    versioningIntent: "UNSPECIFIED",
    priority: undefined,
    userMetadata: undefined,
    headers: {},
  });
  expect(command?.kind === "scheduleActivity" && command.args.map(value)).toEqual([1, 2]);
  expect(resultOf(run.activate([activityJob(1, 3)]))).toBe(3);
});

test("every option reaches the command", async () => {
  const { start } = await harness(source);
  const [command] = commandsOf(start("named").first);
  expect(command).toMatchObject({
    activityId: "mine",
    activityType: "sum",
    taskQueue: "other",
    scheduleToCloseTimeoutMs: 3_600_000,
    scheduleToStartTimeoutMs: 1000,
    startToCloseTimeoutMs: 10_000,
    heartbeatTimeoutMs: 2000,
    retryPolicy: { initialIntervalMs: 2000, maximumAttempts: 3, nonRetryableErrorTypes: ["Bad"] },
    cancellationType: "WAIT_CANCELLATION_COMPLETED",
    allowEagerDispatch: false,
    versioningIntent: "COMPATIBLE",
    priority: { priorityKey: 2, fairnessKey: "k", fairnessWeight: 1.5 },
  });
  const summary = command?.kind === "scheduleActivity" ? command.userMetadata?.summary : undefined;
  expect(summary && value(summary)).toBe("adds");
});

test("executeWithOptions lays its options over those of the proxy", async () => {
  const { start } = await harness(source);
  expect(commandsOf(start("over").first)).toMatchObject([
    { startToCloseTimeoutMs: 5000, retryPolicy: { maximumAttempts: 1 } },
  ]);
});

test("a failed activity throws an ActivityFailure with its cause", async () => {
  const { start } = await harness(source);
  expect(resultOf(start("caught").activate([activityFailureJob(1, "failed")]))).toEqual([
    true,
    "act",
    "1",
    "MAXIMUM_ATTEMPTS_REACHED",
    true,
    "Boom",
    "boom",
  ]);
  const error = errorOf(start("uncaught").activate([activityFailureJob(1, "failed")]));
  expect(error).toMatchObject({ activityType: "act", cause: { message: "boom" } });
});

test("a cancelled activity throws an ActivityFailure caused by a CancelledFailure", async () => {
  const { start } = await harness(source);
  expect(resultOf(start("cancelled").activate([activityFailureJob(1, "cancelled")]))).toEqual([
    true,
    true,
    true,
  ]);
});

test("cancelling the scope asks for cancellation, and the answer decides", async () => {
  const { start } = await harness(source);
  const run = start("scoped");
  expect(commandsOf(run.activate([signalJob("stop")]))).toEqual([{ kind: "requestCancelActivity", seq: 1 }]);
  expect(resultOf(run.activate([activityJob(1, "after all")]))).toBe("after all");
  const workflow = start("uncaught");
  expect(kindsOf(workflow.activate([cancelJob]))).toEqual(["requestCancelActivity"]);
  expect(kindsOf(workflow.activate([activityFailureJob(1, "cancelled")]))).toEqual(["cancelWorkflow"]);
});

test("an activity in a cancelled scope is not scheduled, but takes its number", async () => {
  const { start } = await harness(source);
  const run = start("inCancelled");
  expect(kindsOf(run.first)).toEqual(["completeWorkflow"]);
  expect(resultOf(run.first)).toBe("Cancellation scope cancelled");
});

test("an argument that cannot be converted fails the task and says which", async () => {
  const { start } = await harness(source);
  const { first } = start("unconvertible");
  expect(first).toMatchObject({ kind: "failure" });
  expect(first.kind === "failure" && first.failure.message).toContain("Argument 1 of 1");
});

test("bad options are refused when the proxy is made", async () => {
  const { start } = await harness(`
    import { proxyActivities } from "perdure/workflow";
    export async function tries(...all) {
      return all.map((options) => {
        try { proxyActivities(options ?? undefined); return "fine"; } catch (e) { return e.name + ": " + e.message; }
      });
    }
    export async function symbols() {
      const acts = proxyActivities({ startToCloseTimeout: 1 });
      try { acts[Symbol("x")]; } catch (e) { return [e.message, (await (async () => acts)()) === acts, acts.a === acts.a]; }
    }
  `);
  const timeouts = { startToCloseTimeout: "1m" };
  const args = [
    null,
    {},
    { startToCloseTimeout: "soon" },
    { ...timeouts, heartbeatTimeout: "often" },
    { ...timeouts, cancellationType: "NEVER" },
    { ...timeouts, retry: { maximumAttempts: 0 } },
    { ...timeouts, priority: { priorityKey: -1 } },
    timeouts,
    { startToCloseTimeout: 0 },
    { ...timeouts, scheduleToCloseTimeout: -5 },
    { ...timeouts, retry: 3 },
    { ...timeouts, taskQueue: 7 },
  ];
  const [none, empty, duration, heartbeat, cancellation, retry, priority, fine, ...others] = resultOf(
    start("tries", { args }).first,
  ) as string[];
  expect(none).toBe("TypeError: options must be defined");
  expect(empty).toBe("TypeError: Required either scheduleToCloseTimeout or startToCloseTimeout");
  expect(duration).toContain('Invalid startToCloseTimeout: "soon"');
  expect(heartbeat).toContain('Invalid heartbeatTimeout: "often"');
  expect(cancellation).toContain('cancellationType is "NEVER"; allowed are');
  expect(retry).toContain("retry.maximumAttempts is 0");
  expect(priority).toContain("priority.priorityKey is -1");
  expect(fine).toBe("fine");
  expect(others).toEqual([
    empty,
    "ValueError: scheduleToCloseTimeout is -5; it must not be negative",
    "ValueError: retry is 3; it must be an object",
    "ValueError: taskQueue is 7; it must be text",
  ]);
  expect(resultOf(start("symbols").first)).toEqual([
    "Only strings are supported for Activity types, got: Symbol(x)",
    true,
    true,
  ]);
});

test("an answer to an activity that nobody waits for fails the task", async () => {
  const { start } = await harness(source);
  expect(start("plain").activate([activityJob(7)])).toMatchObject({
    kind: "failure",
    failure: { message: "No completion for taskSeq 7" },
  });
});
