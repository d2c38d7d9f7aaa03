import { expect, test } from "vitest";
import {
  activityJob,
  commandsOf,
  harness,
  kindsOf,
  payload,
  resultOf,
  signalJob,
  timerJob,
} from "./vm-harness.ts";

test("interleaved runs share no state: module variables, numbers, scopes, handlers, random streams", async () => {
  const { start } = await harness(`
    import { AsyncLocalStorage, CancellationScope, condition, defineSignal, proxyActivities, setHandler, sleep, workflowInfo } from "perdure/workflow";
    let counter = 0;
    const { act } = proxyActivities({ startToCloseTimeout: "1m" });
    const local = new AsyncLocalStorage();
    export async function worker(name) {
      counter++;
      let go = false;
      setHandler(defineSignal("go"), () => { go = true; });
      return await local.run(name, async () => {
        await CancellationScope.cancellable(() => sleep(1000));
        const result = await act(name);
        await condition(() => go);
        return [name, counter, result, local.getStore(), workflowInfo().workflowId, Math.random(), CancellationScope.current().parent === undefined];
      });
    }
  `);
  const names = ["a", "b", "c"];
  const runs = names.map((name) => start("worker", { workflowId: `wf-${name}`, args: [name] }));
  for (const run of runs) expect(commandsOf(run.first)).toMatchObject([{ kind: "startTimer", seq: 1 }]);
  for (const run of [...runs].reverse()) {
    expect(commandsOf(run.activate([timerJob(1)]))).toMatchObject([{ kind: "scheduleActivity", seq: 1 }]);
  }
  runs[1]!.activate([signalJob("go")]);
  for (const [index, run] of runs.entries()) run.activate([activityJob(1, index)]);
  const results = runs.map((run, index) =>
    index === 1 ? undefined : resultOf(run.activate([signalJob("go")])),
  );
  expect(results[0]).toEqual(["a", 1, 0, "a", "wf-a", 0.8810140371788293, true]);
  expect(results[2]).toEqual(["c", 1, 2, "c", "wf-c", 0.8810140371788293, true]);
});

test("async context follows awaits, timers, activities, conditions and handlers", async () => {
  const { start } = await harness(`
    import { AsyncLocalStorage, condition, defineSignal, proxyActivities, setHandler, sleep } from "perdure/workflow";
    const { act } = proxyActivities({ startToCloseTimeout: "1m" });
    const outer = new AsyncLocalStorage(), inner = new AsyncLocalStorage();
    export async function follows() {
      const seen = [];
      const note = () => seen.push([outer.getStore() ?? null, inner.getStore() ?? null]);
      let go = false;
      setHandler(defineSignal("go"), () => { note(); go = true; });
      await outer.run("o", async () => {
        await sleep(1); note();
        await inner.run("i", async () => { await act(); note(); outer.run("p", note); outer.exit(note); });
        await condition(() => go); note();
        await new Promise((resolve) => setTimeout(resolve, 1)); note();
      });
      note();
      return seen;
    }
  `);
  const run = start("follows");
  run.activate([timerJob(1)]);
  run.activate([activityJob(1)]);
  run.activate([signalJob("go")]);
  expect(resultOf(run.activate([timerJob(2)]))).toEqual([
    ["o", null],
    ["o", "i"],
    ["p", "i"],
    [null, "i"],
    [null, null],
    ["o", null],
    ["o", null],
    [null, null],
  ]);
});

test("outside of a run the API says so", async () => {
  const api = await import("../../src/workflow/mod.ts");
  expect(api.inWorkflowContext()).toBe(false);
  const message = "may only be used from";
  expect(() => api.sleep(1)).toThrow(message);
  expect(() => api.condition(() => true)).toThrow(message);
  expect(() => api.workflowInfo()).toThrow(message);
  expect(() => api.log.info("x")).toThrow(message);
  expect(() => api.setHandler(api.defineQuery<number>("q"), () => 1)).toThrow(message);
  expect(() => api.continueAsNew()).toThrow(message);
  expect(() => api.proxyActivities<{ a(): Promise<void> }>({ startToCloseTimeout: 1 }).a()).toThrow(message);
  expect(() => api.getRandomStream("a")).toThrow(message);
  expect(() => api.proxySinks<{ s: { f(): void } }>().s.f()).toThrow(message);
  expect(api.uuid4()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("a run that is not open, or not yet begun, is refused", async () => {
  const { entry, start } = await harness("export async function w() {}");
  expect(() => entry.conclude("nope")).toThrow("The run nope is not open");
  const run = start("w");
  run.close();
  run.close();
  expect(() => entry.unblockConditions(run.runId)).toThrow("is not open");
});

test("workflowTypes needs no run", async () => {
  const { entry } = await harness(`
    import { proxyActivities } from "perdure/workflow";
    const { a } = proxyActivities({ startToCloseTimeout: 1 });
    const top = [Date.now(), Math.random()];
    export async function one() {}
    export const two = async () => {};
    export const three = 3;
    export class Four {}
  `);
  expect(entry.workflowTypes()).toEqual(["one", "two"]);
});

test("signals come in a batch of their own where the history was made so", async () => {
  const { start } = await harness(`
    import { condition, defineSignal, proxyActivities, setHandler } from "perdure/workflow";
    const { act } = proxyActivities({ startToCloseTimeout: "1m" });
    export async function order() {
      const seen = [];
      let go = false;
      setHandler(defineSignal("go"), async () => { go = true; await null; await null; await null; seen.push("signal"); });
      const result = act().then(() => seen.push("activity"));
      await condition(() => go);
      seen.push("condition");
      await result;
      return seen;
    }
  `);
  const jobs = [signalJob("go"), activityJob(1)];
  const live = start("order").activate(jobs);
  expect(resultOf(live)).toEqual(["activity", "condition", "signal"]);
  expect(live).toMatchObject({ usedFlags: [2] });
  const old = start("order").activate(jobs, { isReplaying: true });
  expect(resultOf(old)).toEqual(["condition", "signal", "activity"]);
  expect(old).toMatchObject({ usedFlags: [] });
  const build = { deploymentName: "", buildId: "@temporalio/worker@1.11.1+abc" };
  const between = start("order").activate(jobs, { isReplaying: true, deploymentVersion: build });
  expect(resultOf(between)).toEqual(["activity", "condition", "signal"]);
  expect(between).toMatchObject({ usedFlags: [] });
  const recorded = start("order").activate(jobs, { isReplaying: true, availableFlags: [2, 1] });
  expect(resultOf(recorded)).toEqual(["activity", "condition", "signal"]);
  expect(recorded).toMatchObject({ usedFlags: [2, 1] });
});

test("a flag of a newer SDK fails the task", async () => {
  const { start } = await harness("export async function w() {}");
  expect(start("w", { activation: { availableFlags: [99] } }).first).toMatchObject({
    kind: "failure",
    failure: { message: "Unknown SDK flag: 99. The history was written by a newer SDK: upgrade perdure" },
  });
});

test("the user's converters are used, and get bytes of the workflow's own realm", async () => {
  const { start } = await harness({
    workflows: `
      export async function echo(x) { return x; }
      export async function fails() { throw new RangeError("told"); }
    `,
    converters: `
      import { CompositePayloadConverter, defaultPayloadConverter, DefaultFailureConverter } from "perdure/converter";
      export const payloadConverter = {
        toPayload: (value) => defaultPayloadConverter.toPayload({ wrapped: value }),
        fromPayload: (payload) => [defaultPayloadConverter.fromPayload(payload), payload.data instanceof Uint8Array],
      };
      class Mine extends DefaultFailureConverter {
        errorToFailure(error, converter, context) {
          return { ...super.errorToFailure(error, converter, context), source: context.workflowId };
        }
      }
      export const failureConverter = new Mine();
    `,
  });
  expect(resultOf(start("echo", { args: ["x"] }).first)).toEqual({ wrapped: ["x", true] });
  expect(start("fails", { workflowId: "mine" }).first).toMatchObject({
    kind: "failure",
    failure: { source: "mine" },
  });
});

test("what is no converter is refused", async () => {
  const { start } = await harness({
    workflows: "export async function w() {}",
    converters: "export const payloadConverter = { toPayload() {} };",
  });
  expect(start("w").first).toMatchObject({
    kind: "failure",
    failure: {
      message:
        "The export 'payloadConverter' is {}; it must be an object with the methods toPayload and fromPayload",
    },
  });
});

test("sinks are called with their arguments, in replay only where that is wanted", async () => {
  const { start, observed } = await harness(`
    import { proxySinks } from "perdure/workflow";
    const { metrics } = proxySinks();
    export async function w() { metrics.count("a", 1); metrics.always(2); return kinds(); }
    const kinds = () => [typeof metrics.count, metrics.then === undefined];
  `);
  const facts = {
    sinks: { "metrics.always": { callDuringReplay: true }, "metrics.count": { callDuringReplay: false } },
  };
  const calls = (): unknown[] =>
    observed.filter(({ call }) => call.kind === "sink").map(({ call }) => [call.sink, call.fn, call.args]);
  start("w", { facts, activation: { isReplaying: true } });
  expect(calls()).toEqual([["metrics", "always", [2]]]);
  observed.splice(0);
  expect(resultOf(start("w", { facts }).first)).toEqual(["function", true]);
  expect(calls()).toEqual([
    ["metrics", "count", ["a", 1]],
    ["metrics", "always", [2]],
  ]);
  const info = (observed.find(({ call }) => call.kind === "sink")!.call as { workflowInfo?: object })
    .workflowInfo;
  expect(structuredClone(info)).toMatchObject({ workflowId: "wf", unsafe: { isReplaying: false } });
});

test("headers of a signal reach interceptors as payloads", async () => {
  const { start } = await harness({
    workflows: `
      import { condition, defineSignal, setHandler } from "perdure/workflow";
      export async function w() { let got; setHandler(defineSignal("s"), (x) => { got = x; }); await condition(() => got !== undefined); return got; }
    `,
    interceptors: [
      "export const interceptors = () => ({ inbound: [{ handleSignal: (i, next) => next({ ...i, args: [i.headers.h.data instanceof Uint8Array] }) }] })",
    ],
  });
  const run = start("w");
  expect(resultOf(run.activate([{ ...signalJob("s", 1), headers: { h: payload(1) } } as never]))).toBe(true);
  expect(kindsOf(run.activate([]))).toEqual([]);
});
