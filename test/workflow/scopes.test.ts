import { expect, test } from "vitest";
import { cancelJob, commandsOf, harness, kindsOf, resultOf, signalJob, timerJob } from "./vm-harness.ts";

const source = `
  import { CancellationScope, CancelledFailure, condition, defineSignal, isCancellation, setHandler, sleep, Trigger } from "perdure/workflow";
  const stop = defineSignal("stop");
  const outcome = (p) => p.then((v) => ["resolved", v], (e) => [e.name, e.message]);
  export async function nested() {
    const outer = new CancellationScope();
    setHandler(stop, () => outer.cancel());
    return await outcome(outer.run(() => CancellationScope.cancellable(() => sleep(1000))));
  }
  export async function shielded() {
    const outer = new CancellationScope();
    setHandler(stop, () => outer.cancel());
    return await outcome(outer.run(() => CancellationScope.nonCancellable(async () => {
      await sleep(1000);
      return [CancellationScope.current().consideredCancelled, CancellationScope.current().cancellable];
    })));
  }
  export async function timeouts() {
    return await outcome(CancellationScope.withTimeout("1s", () => sleep("1h")));
  }
  export async function inTime() {
    return await outcome(CancellationScope.withTimeout("1h", () => sleep("1s")));
  }
  export async function optionTimeout() {
    return await outcome(new CancellationScope({ timeout: 1000 }).run(() => condition(() => false)));
  }
  export async function cleanUp() {
    try {
      await sleep("1h");
    } catch (e) {
      if (!isCancellation(e)) throw e;
      await CancellationScope.nonCancellable(() => sleep(1));
      throw e;
    }
  }
  export async function swallowed() {
    try { await sleep("1h"); } catch {}
    return ["went on", CancellationScope.current().consideredCancelled];
  }
  export async function newWorkAfterCancel() {
    try { await sleep("1h"); } catch {}
    return [await outcome(sleep(1)), await outcome(condition(() => true)), await outcome(CancellationScope.cancellable(() => sleep(1)))];
  }
  export async function beforeStart() { await sleep(1000); }
  export async function requested() {
    const scope = new CancellationScope({ cancellable: false });
    const seen = outcome(scope.cancelRequested);
    scope.cancel();
    scope.cancel();
    return [await seen, scope.consideredCancelled];
  }
  export async function parents() {
    const root = CancellationScope.current();
    const scope = new CancellationScope();
    const inner = await scope.run(async () => [CancellationScope.current() === scope, CancellationScope.current().parent === root]);
    await sleep(1);
    const detached = new CancellationScope({ parent: root });
    return [...inner, CancellationScope.current() === root, root.parent === undefined, detached.parent === root];
  }
  export async function current() {
    const seen = [];
    const a = new CancellationScope(), b = new CancellationScope({ cancellable: false });
    const name = () => (CancellationScope.current() === a ? "a" : CancellationScope.current() === b ? "b" : "root");
    const walk = async () => { seen.push(name()); await sleep(1); seen.push(name()); await null; seen.push(name()); };
    await Promise.all([a.run(walk), b.run(walk), walk()]);
    return seen;
  }
  export async function trigger() {
    const done = new Trigger();
    const scope = new CancellationScope();
    const inScope = await scope.run(async () => [new Trigger()]);
    setHandler(stop, () => { done.resolve("pulled"); scope.cancel(); });
    return [await done, await outcome(inScope[0])];
  }
  export async function siblings() {
    const a = new CancellationScope(), b = new CancellationScope();
    const results = Promise.all([outcome(a.run(() => sleep(1000))), outcome(b.run(() => sleep(1000)))]);
    setHandler(stop, () => a.cancel());
    return await results;
  }
  export async function thrown() {
    return await outcome(CancellationScope.nonCancellable(async () => { throw new RangeError("inside"); }));
  }
  export async function subclass() {
    class Mine extends CancellationScope {}
    return await Mine.cancellable(async () => CancellationScope.current() instanceof Mine);
  }
`;

const cancelled = ["CancelledFailure", "Cancellation scope cancelled"];

test("cancelling a scope cancels the timers of the scopes below it", async () => {
  const { start } = await harness(source);
  const { first, activate } = start("nested");
  expect(kindsOf(first)).toEqual(["startTimer"]);
  const completion = activate([signalJob("stop")]);
  expect(kindsOf(completion)).toEqual(["cancelTimer", "completeWorkflow"]);
  expect(resultOf(completion)).toEqual(cancelled);
});

test("a non-cancellable scope shields what is inside", async () => {
  const { start } = await harness(source);
  const run = start("shielded");
  expect(kindsOf(run.activate([signalJob("stop")]))).toEqual([]);
  expect(resultOf(run.activate([timerJob(1)]))).toEqual(["resolved", [false, false]]);
});

test("withTimeout cancels what takes longer, and its own timer when it was in time", async () => {
  const { start } = await harness(source);
  const late = start("timeouts");
  expect(commandsOf(late.first)).toMatchObject([
    { kind: "startTimer", seq: 1, startToFireMs: 1000 },
    { kind: "startTimer", seq: 2, startToFireMs: 3_600_000 },
  ]);
  const completion = late.activate([timerJob(1)]);
  expect(commandsOf(completion)).toMatchObject([
    { kind: "cancelTimer", seq: 2 },
    { kind: "completeWorkflow" },
  ]);
  expect(resultOf(completion)).toEqual(cancelled);
  const early = start("inTime");
  const fired = early.activate([timerJob(2)]);
  expect(commandsOf(fired)).toMatchObject([{ kind: "cancelTimer", seq: 1 }, { kind: "completeWorkflow" }]);
  expect(resultOf(fired)).toEqual(["resolved", null]);
  expect(fired).toMatchObject({ usedFlags: [1] });
});

test("the option timeout does as withTimeout does", async () => {
  const { start } = await harness(source);
  const run = start("optionTimeout");
  expect(resultOf(run.activate([timerJob(1)]))).toEqual(cancelled);
});

test("cancelling the workflow lets it clean up, and then it is cancelled", async () => {
  const { start } = await harness(source);
  const run = start("cleanUp");
  expect(kindsOf(run.activate([cancelJob]))).toEqual(["cancelTimer", "startTimer"]);
  expect(kindsOf(run.activate([timerJob(2)]))).toEqual(["cancelWorkflow"]);
});

test("a workflow that swallows its cancellation completes", async () => {
  const { start } = await harness(source);
  const completion = start("swallowed").activate([cancelJob]);
  expect(kindsOf(completion)).toEqual(["cancelTimer", "completeWorkflow"]);
  expect(resultOf(completion)).toEqual(["went on", true]);
});

test("after cancellation nothing new begins, but numbers are used up", async () => {
  const { start } = await harness(source);
  const refused = ["CancelledFailure", "Workflow cancelled"];
  const completion = start("newWorkAfterCancel").activate([cancelJob]);
  expect(kindsOf(completion)).toEqual(["cancelTimer", "completeWorkflow"]);
  expect(resultOf(completion)).toEqual([refused, refused, refused]);
});

test("cancellation that comes with the first task cancels at the first call", async () => {
  const { start } = await harness(source);
  expect(kindsOf(start("beforeStart", { jobs: [cancelJob] }).first)).toEqual(["cancelWorkflow"]);
});

test("cancelRequested rejects, also where nothing is cancelled by it", async () => {
  const { start } = await harness(source);
  expect(resultOf(start("requested").first)).toEqual([cancelled, false]);
});

test("scopes know their parents and follow awaits", async () => {
  const { start } = await harness(source);
  expect(resultOf(start("parents").activate([timerJob(1)]))).toEqual([true, true, true, true, true]);
  const walk = start("current");
  expect(resultOf(walk.activate([timerJob(3), timerJob(1), timerJob(2)]))).toEqual([
    "a",
    "b",
    "root",
    "root",
    "a",
    "b",
    "root",
    "a",
    "b",
  ]);
});

test("a trigger resolves from outside, and rejects with its scope", async () => {
  const { start } = await harness(source);
  expect(resultOf(start("trigger").activate([signalJob("stop")]))).toEqual(["pulled", cancelled]);
});

test("cancelling one scope leaves its siblings alone", async () => {
  const { start } = await harness(source);
  const run = start("siblings");
  expect(commandsOf(run.activate([signalJob("stop")]))).toEqual([{ kind: "cancelTimer", seq: 1 }]);
  expect(resultOf(run.activate([timerJob(2)]))).toEqual([cancelled, ["resolved", null]]);
});

test("a scope passes errors on, and may be subclassed", async () => {
  const { start } = await harness(source);
  expect(resultOf(start("thrown").first)).toEqual(["RangeError", "inside"]);
  expect(resultOf(start("subclass").first)).toBe(true);
});

test("cancelling a timer that fired in the same activation does nothing", async () => {
  const { start } = await harness(source);
  const run = start("siblings");
  expect(kindsOf(run.activate([signalJob("stop"), timerJob(1), timerJob(2)]))).toEqual(["completeWorkflow"]);
});
