import { expect, test } from "vitest";
import { errorOf, failureOf, harness, kindsOf, resultOf, signalJob, timerJob } from "./vm-harness.ts";

test("signals that come with the first task are buffered in order and handed over by setHandler", async () => {
  const { start } = await harness(`
    import { condition, defineSignal, setHandler } from "perdure/workflow";
    const add = defineSignal("add");
    export async function collect(n) {
      const seen = [];
      setHandler(add, (x) => { seen.push(x); });
      seen.push("set");
      await condition(() => seen.length >= n);
      return seen;
    }
  `);
  const run = start("collect", {
    args: [4],
    jobs: [signalJob("add", 1), signalJob("other", 9), signalJob("add", 2)],
  });
  expect(kindsOf(run.first)).toEqual([]);
  expect(resultOf(run.activate([signalJob("add", 3)]))).toEqual([1, 2, "set", 3]);
});

test("the default handler takes what has no handler, in the order of arrival, but never Temporal's own names", async () => {
  const { start } = await harness(`
    import { condition, defineSignal, setDefaultSignalHandler, setHandler, sleep } from "perdure/workflow";
    export async function collect() {
      const seen = [];
      await sleep(1);
      setDefaultSignalHandler((name, ...args) => { seen.push([name, ...args]); });
      setHandler(defineSignal("known"), (x) => { seen.push(["known!", x]); });
      await condition(() => seen.length >= 4);
      return seen;
    }
  `);
  const first = start("collect", {
    jobs: [signalJob("a", 1), signalJob("__temporal_x"), signalJob("b", 2, 3)],
  });
  first.activate([timerJob(1)]);
  expect(resultOf(first.activate([signalJob("known", 4), signalJob("c")]))).toEqual([
    ["a", 1],
    ["b", 2, 3],
    ["known!", 4],
    ["c"],
  ]);
});

test("a removed handler buffers again; a replaced one takes over", async () => {
  const { start } = await harness(`
    import { condition, defineSignal, setHandler } from "perdure/workflow";
    const add = defineSignal("add");
    const swap = defineSignal("swap");
    export async function collect() {
      const seen = [];
      setHandler(add, (x) => { seen.push(["old", x]); });
      setHandler(swap, (how) => setHandler(add, how === "off" ? undefined : (x) => { seen.push(["new", x]); }));
      await condition(() => seen.length >= 3);
      return seen;
    }
  `);
  const run = start("collect");
  run.activate([signalJob("add", 1), signalJob("swap", "off"), signalJob("add", 2)]);
  expect(resultOf(run.activate([signalJob("swap", "on"), signalJob("add", 3)]))).toEqual([
    ["old", 1],
    ["new", 2],
    ["new", 3],
  ]);
});

test("a signal handler's Temporal failure fails the workflow, another error fails the task", async () => {
  const { start } = await harness(`
    import { ApplicationFailure, condition, defineSignal, setHandler } from "perdure/workflow";
    export async function fails() {
      setHandler(defineSignal("fail"), () => { throw ApplicationFailure.nonRetryable("told to", "Told"); });
      setHandler(defineSignal("bug"), async () => { throw new TypeError("a bug"); });
      await condition(() => false);
    }
  `);
  const error = errorOf(start("fails").activate([signalJob("fail")]));
  expect(error).toMatchObject({ message: "told to", type: "Told", nonRetryable: true });
  const failure = failureOf(start("fails").activate([signalJob("bug")]));
  expect(failure.message).toBe("a bug");
  expect(failure.stackTrace).toContain("src/workflows.ts");
});

test("a signal whose arguments cannot be read is dropped with an error in the log", async () => {
  const { start, observed } = await harness(`
    import { condition, defineSignal, setHandler } from "perdure/workflow";
    export async function collect() {
      const seen = [];
      setHandler(defineSignal("add"), (x) => { seen.push(x); });
      await condition(() => seen.length > 0);
      return seen;
    }
  `);
  const run = start("collect");
  const broken = { ...signalJob("add", 1), args: [{ metadata: {}, data: new Uint8Array([1]) }] };
  expect(kindsOf(run.activate([broken]))).toEqual([]);
  const lines = observed.filter(({ call }) => call.level === "ERROR").map(({ call }) => call.message);
  expect(lines).toEqual(["Signal 'add' was dropped: its arguments cannot be read"]);
  expect(resultOf(run.activate([signalJob("add", 2)]))).toEqual([2]);
});

test("unfinished handlers are warned of when the workflow ends, unless they may be abandoned", async () => {
  const { start, observed } = await harness(`
    import { allHandlersFinished, condition, defineSignal, setHandler, sleep } from "perdure/workflow";
    export async function ends(wait) {
      let done = false;
      setHandler(defineSignal("slow"), async () => { done = true; await sleep(1000); });
      setHandler(defineSignal("loose"), async () => { await sleep(1000); }, { unfinishedPolicy: "ABANDON" });
      await condition(() => done);
      if (wait) await condition(allHandlersFinished);
      return "end";
    }
  `);
  const warnings = (): unknown[] =>
    observed.filter(({ call }) => call.message?.startsWith("[TMPRL1102]")).map(({ call }) => call.message);
  const hasty = start("ends", { args: [false] });
  expect(resultOf(hasty.activate([signalJob("slow"), signalJob("loose"), signalJob("slow")]))).toBe("end");
  expect(warnings()).toHaveLength(1);
  expect(warnings()[0]).toContain('[{"name":"slow","count":2}]');
  const patient = start("ends", { args: [true] });
  expect(kindsOf(patient.activate([signalJob("slow")]))).toEqual(["startTimer"]);
  expect(resultOf(patient.activate([timerJob(1)]))).toBe("end");
  expect(warnings()).toHaveLength(1);
});

test("setHandler refuses what is not a handler, a reserved name, and what is not a definition", async () => {
  const { start } = await harness(`
    import { defineSignal, setHandler, setDefaultSignalHandler, setDefaultQueryHandler } from "perdure/workflow";
    const messages = (...fns) => fns.map((fn) => { try { fn(); return "fine"; } catch (e) { return e.name + ": " + e.message; } });
    export async function tries() {
      return messages(
        () => setHandler(defineSignal("x"), 5),
        () => setHandler({ type: "signal", name: "__temporal_x" }, () => {}),
        () => setHandler({ type: "strange", name: "x" }, () => {}),
        () => setDefaultSignalHandler("no"),
        () => setDefaultSignalHandler(undefined),
        () => setDefaultQueryHandler(null),
      );
    }
  `);
  const [notFunction, reserved, strange, text, ...fine] = resultOf(start("tries").first) as string[];
  expect(notFunction).toBe(
    "TypeError: Expected handler to be either a function or 'undefined'. Got: 'number'",
  );
  expect(reserved).toContain("ValueError: Cannot use signal name '__temporal_x'");
  expect(strange).toContain('Invalid definition type: "strange"');
  expect(text).toContain("Got: 'string'");
  expect(fine).toEqual(["fine", "fine"]);
});
