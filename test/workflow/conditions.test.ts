import { expect, test } from "vitest";
import {
  activityJob,
  commandsOf,
  errorOf,
  failureOf,
  harness,
  kindsOf,
  resultOf,
  signalJob,
  timerJob,
} from "./vm-harness.ts";

const source = `
  import { condition, defineSignal, proxyActivities, setHandler, sleep, waitCondition } from "perdure/workflow";
  const { act } = proxyActivities({ startToCloseTimeout: "1m" });
  export async function simple() {
    let go = false;
    setHandler(defineSignal("go"), () => { go = true; });
    return [await condition(() => go)];
  }
  export async function timed(timeout) {
    let go = false;
    setHandler(defineSignal("go"), () => { go = true; });
    return await condition(() => go, timeout, { summary: "waits" });
  }
  export async function chain() {
    const seen = [];
    let a = false, b = false;
    setHandler(defineSignal("go"), () => { a = true; });
    const second = condition(() => b).then(() => seen.push("second"));
    const first = condition(() => a).then(() => { seen.push("first"); b = true; });
    await Promise.all([first, second]);
    return seen;
  }
  export async function fromMicrotask() {
    let done = false;
    act().then(() => { done = true; });
    await condition(() => done);
    return "seen";
  }
  export async function throwing() {
    setHandler(defineSignal("go"), () => {});
    let calls = 0;
    await condition(() => { if (calls++ > 0) throw new RangeError("in the predicate"); return false; });
  }
  export async function waits(timeout) {
    let go = false;
    setHandler(defineSignal("go"), () => { go = true; });
    await waitCondition(() => go, timeout === undefined ? undefined : { timeout, timeoutSummary: "limit" });
    return "met";
  }
`;

test("arguments of another kind are refused by name", async () => {
  const { start } = await harness(`
    import { condition, sleep } from "perdure/workflow";
    export async function tries() {
      const messages = [];
      for (const fn of [() => condition(true), () => condition(() => false, {}), () => condition(() => false, "soon"), () => sleep("soon")]) {
        try { await fn(); } catch (e) { messages.push(e.message); }
      }
      return messages;
    }`);
  expect(resultOf(start("tries").first)).toEqual([
    "condition() takes a function that returns a boolean, got true",
    expect.stringContaining("Invalid timeout of condition(): {}"),
    expect.stringContaining('Invalid timeout of condition(): "soon"'),
    expect.stringContaining('Invalid time of sleep(): "soon"'),
  ]);
});

test("a condition is met by a signal", async () => {
  const { start } = await harness(source);
  const run = start("simple");
  expect(kindsOf(run.first)).toEqual([]);
  expect(resultOf(run.activate([signalJob("go")]))).toEqual([null]);
});

test("a condition with a timeout gives true in time and cancels its timer, false when the time is over", async () => {
  const { start } = await harness(source);
  const inTime = start("timed", { args: ["1h"] });
  expect(commandsOf(inTime.first)).toMatchObject([{ kind: "startTimer", seq: 1, startToFireMs: 3_600_000 }]);
  const met = inTime.activate([signalJob("go")]);
  expect(kindsOf(met)).toEqual(["cancelTimer", "completeWorkflow"]);
  expect(resultOf(met)).toBe(true);
  expect(resultOf(start("timed", { args: [1000] }).activate([timerJob(1)]))).toBe(false);
});

test("a timeout of 0 is a timer of 1 ms, and marked as such; in old histories without the mark it is none", async () => {
  const { start } = await harness(source);
  const mark = { kind: "setPatchMarker", patchId: "__sdk_internal_patch_number:1", deprecated: false };
  expect(commandsOf(start("timed", { args: [0] }).first)).toMatchObject([
    mark,
    { kind: "startTimer", startToFireMs: 1 },
  ]);
  expect(kindsOf(start("timed", { args: ["0 s"] }).first)).toEqual(["startTimer"]);
  const activation = { isReplaying: true };
  const old = start("timed", { args: [0], activation });
  expect(kindsOf(old.first)).toEqual([]);
  expect(kindsOf(old.activate([signalJob("go")], activation))).toEqual(["completeWorkflow"]);
  const jobs = [{ kind: "notifyHasPatch", patchId: mark.patchId }] as const;
  expect(commandsOf(start("timed", { args: [0], activation, jobs }).first)).toMatchObject([
    mark,
    { kind: "startTimer" },
  ]);
});

test("conditions are evaluated until none is met any more, also after microtasks", async () => {
  const { start } = await harness(source);
  expect(resultOf(start("chain").activate([signalJob("go")]))).toEqual(["first", "second"]);
  expect(resultOf(start("fromMicrotask").activate([activityJob(1)]))).toBe("seen");
});

test("a predicate that throws fails the task", async () => {
  const { start } = await harness(source);
  expect(failureOf(start("throwing").activate([signalJob("go")])).message).toBe("in the predicate");
});

test("waitCondition throws a TimeoutFailure when the time is over, and at once for 0", async () => {
  const { start } = await harness(source);
  const run = start("waits", { args: ["1s"] });
  expect(errorOf(run.activate([timerJob(1)]))).toMatchObject({
    name: "TimeoutFailure",
    message: "Condition did not hold within 1s",
  });
  expect(resultOf(start("waits", { args: ["1s"] }).activate([signalJob("go")]))).toBe("met");
  expect(kindsOf(start("waits", { args: [0] }).first)).toEqual(["failWorkflow"]);
  expect(resultOf(start("waits").activate([signalJob("go")]))).toBe("met");
});
