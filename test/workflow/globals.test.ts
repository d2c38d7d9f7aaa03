import { expect, test } from "vitest";
import { commandsOf, failureOf, harness, kindsOf, resultOf, signalJob, timerJob } from "./vm-harness.ts";

test("dates show workflow time and are ordinary dates otherwise", async () => {
  const { start } = await harness(`
    import { sleep } from "perdure/workflow";
    export async function dates() {
      const first = Date.now();
      await sleep(1);
      class Mine extends Date {}
      return [first, new Date().getTime(), typeof Date(), new Date(5).getTime(), new Date(2020, 1, 2, 3).getMonth(), Date.UTC(1970, 0, 2),
        Date.parse("1970-01-01T00:00:01Z"), new Date() instanceof Date, new Mine() instanceof Mine, new Mine().getTime(), Date.name, Date.length,
        new Intl.DateTimeFormat("en", { timeZone: "UTC", year: "numeric" }).format(), Intl.DateTimeFormat("en", { timeZone: "UTC" }).formatToParts()[0].value,
        new Intl.NumberFormat("en").format(1000), performance.now()];
    }
  `);
  expect(resultOf(start("dates").activate([timerJob(1)]))).toEqual([
    1_700_000_000_000,
    1_700_000_001_000,
    "string",
    5,
    1,
    86_400_000,
    1000,
    true,
    true,
    1_700_000_001_000,
    "Date",
    7,
    "2023",
    "11",
    "1,000",
    1000,
  ]);
});

test("setTimeout is a timer in a scope of its own; clearTimeout cancels it", async () => {
  const { start } = await harness(`
    import { condition, defineSignal, setHandler } from "perdure/workflow";
    export async function timeouts() {
      const seen = [];
      const a = setTimeout((...args) => seen.push(...args), 1000, "a", 1);
      const b = setTimeout(() => seen.push("b"), "2000");
      const c = setTimeout(() => seen.push("c"));
      setHandler(defineSignal("clear"), () => { clearTimeout(b); clearTimeout(undefined); clearTimeout(99); });
      await condition(() => seen.length >= 2);
      return [a, b, c, seen];
    }
  `);
  const run = start("timeouts");
  expect(commandsOf(run.first)).toMatchObject([
    { seq: 1, startToFireMs: 1000 },
    { seq: 2, startToFireMs: 2000 },
    { seq: 3, startToFireMs: 1 },
  ]);
  expect(run.first).toMatchObject({ usedFlags: [1] });
  expect(commandsOf(run.activate([signalJob("clear")]))).toEqual([{ kind: "cancelTimer", seq: 2 }]);
  expect(resultOf(run.activate([timerJob(1)]))).toEqual([1, 2, 3, ["a", 1]]);
});

test("clearing a timer that fired uses up a number, as in histories of the official SDK", async () => {
  const { start } = await harness(`
    import { sleep } from "perdure/workflow";
    export async function late() {
      let handle;
      await new Promise((resolve) => { handle = setTimeout(resolve, 10); });
      clearTimeout(handle);
      await sleep(5);
    }
  `);
  expect(commandsOf(start("late").activate([timerJob(1)]))).toMatchObject([
    { kind: "cancelTimer", seq: 1 },
    { kind: "startTimer", seq: 3 },
  ]);
});

test("without flag 1, setTimeout is a bare timer outside of scopes", async () => {
  const { start } = await harness(`
    import { CancellationScope } from "perdure/workflow";
    export async function old() {
      const scope = new CancellationScope();
      const seen = [];
      await scope.run(async () => {
        const a = setTimeout(() => seen.push("a"), 10);
        const b = setTimeout(() => seen.push("b"), 20);
        scope.cancel();
        clearTimeout(a);
      });
      await new Promise((resolve) => setTimeout(resolve, 30));
      return seen;
    }
  `);
  const run = start("old", { activation: { isReplaying: true } });
  expect(commandsOf(run.first)).toMatchObject([
    { kind: "startTimer", seq: 1 },
    { kind: "startTimer", seq: 2 },
    { kind: "cancelTimer", seq: 1 },
    { kind: "startTimer", seq: 4 },
  ]);
  expect(resultOf(run.activate([timerJob(2), timerJob(4)], { isReplaying: true }))).toEqual(["b"]);
});

test("setTimeout takes functions only", async () => {
  const { start } = await harness(`
    export async function bad() { try { setTimeout("code"); } catch (e) { return e.message; } }
  `);
  expect(resultOf(start("bad").first)).toBe('setTimeout takes a function, got "code"');
});

test.each([
  ["new WeakRef({})", "WeakRef cannot be used in workflows"],
  ["new FinalizationRegistry(() => {})", "FinalizationRegistry cannot be used in workflows"],
  [
    "setInterval(() => {}, 1)",
    "setInterval cannot be used in workflows: it has no deterministic form. Call sleep() in a loop",
  ],
  ["crypto.getRandomValues(new Float64Array(1))", "fills integer arrays only"],
])("%s is refused", async (code, message) => {
  const { start } = await harness(`export async function uses() { ${code}; }`);
  expect(failureOf(start("uses").first).message).toContain(message);
});

test("globals cannot be changed for other runs", async () => {
  const { start } = await harness(`
    export async function vandal() {
      for (const act of [() => { Math.random = () => 1; }, () => { Date.now = () => 1; }, () => { delete Math.floor; }]) {
        try { act(); } catch {}
      }
      return [Math.random() === 1, Date.now() === 1, Math.floor(1.5), Math.PI > 3, Object.prototype.toString.call(Math)];
    }
  `);
  expect(resultOf(start("vandal").first)).toEqual([false, false, 1, true, "[object Math]"]);
});

test("console writes log lines, and none in replay", async () => {
  const { start, observed } = await harness(`
    export async function talks() {
      console.log("hello", { a: 1 }, 2n, undefined);
      console.warn(new RangeError("oops"));
      const cycle = {}; cycle.self = cycle;
      console.debug(cycle);
    }
  `);
  start("talks", { activation: { isReplaying: true } });
  expect(observed).toEqual([]);
  expect(kindsOf(start("talks").first)).toEqual(["completeWorkflow"]);
  const lines = observed.map(({ call }) => [call.level, String(call.message).split("\n")[0]]);
  expect(lines).toContainEqual(["INFO", 'hello {"a":1} 2 undefined']);
  expect(lines).toContainEqual(["WARN", "RangeError: oops"]);
  expect(lines).toContainEqual(["DEBUG", "[object Object]"]);
});
