import { expect, test } from "vitest";
import { commandsOf, harness, resultOf, signalJob, timerJob } from "./vm-harness.ts";

const source = `
import { condition, defineSignal, setHandler, sleep, Trigger } from "perdure/workflow";
export async function waits() {
  const trigger = new Trigger();
  setHandler(defineSignal("open"), () => trigger.resolve());
  let open;
  const lock = new Promise((resolve) => { open = resolve; });
  await Promise.all([sleep(1000), condition(() => false, 500).then(() => open()), trigger, lock]);
  return "done";
}
export async function promises() {
  class Own extends Promise {}
  const own = new Own((resolve) => resolve(1));
  const seen = [
    own instanceof Own, own instanceof Promise, Own.resolve(2) instanceof Own, (await Own.all([own, 2])).length,
    new Promise(() => {}).constructor === Object.getPrototypeOf(Promise.resolve()).constructor,
    typeof Promise.withResolvers, await Promise.any([Promise.reject(1), Promise.resolve(3)]), Promise.name,
  ];
  try { new Promise(1); } catch (e) { seen.push(e.name); }
  try { Promise(() => {}); } catch (e) { seen.push(e.name); }
  await new Promise((_, reject) => reject(new Error("known"))).catch((e) => seen.push(e.message));
  return seen;
}
export async function ownStacks(how) {
  Error.stackTraceLimit = 0;
  Error.prepareStackTrace = how === "throws" ? () => { throw new Error("prepared"); } : () => ({ not: "text" });
  await condition(() => false);
}
`;

const facts = { keepsWaitSites: true, sdk: { name: "perdure", version: "1.2.3" } };
/** The text that has been lowered has other lines than the source: only their number counts here. */
const stacksIn = (text: unknown): string[] => (text === "" ? [] : String(text).split("\n\n"));

test("a stack is there as long as the wait is", async () => {
  const { start } = await harness(source);
  const run = start("waits", { facts });
  const stacks = stacksIn(run.query("__stack_trace"));
  expect(stacks.length).toBe(4);
  expect(stacks.filter((stack) => !/^ {4}at .*waits.*src\/workflows\.ts:\d+:\d+\)$/m.test(stack))).toEqual(
    [],
  );
  run.commands([signalJob("open")]);
  expect(stacksIn(run.query("__stack_trace")).length).toBe(3);
  run.commands([timerJob(2)]);
  expect(stacksIn(run.query("__stack_trace")).length).toBe(1);
  expect(resultOf(run.activate([timerJob(1)]))).toBe("done");
  expect(stacksIn(run.query("__stack_trace"))).toEqual([]);
});

test.each(["throws", "objects"])(
  "workflow code that makes stacks of its own (%s) is found where it waits",
  async (how) => {
    const { start } = await harness(source);
    const run = start("ownStacks", { facts, args: [how] });
    for (const again of [1, 2]) {
      const stacks = stacksIn(run.query("__stack_trace"));
      expect(stacks, `query ${again}`).toHaveLength(1);
      expect(stacks[0]).toMatch(/^ {4}at .*ownStacks.*src\/workflows\.ts:\d+:\d+\)$/m);
    }
  },
);

test("the enhanced form has places, and sources when the worker shows them", async () => {
  const { start } = await harness(source);
  const plain = start("waits", { facts }).query("__enhanced_stack_trace");
  expect(plain).toMatchObject({ sdk: { name: "perdure", version: "1.2.3" }, sources: {} });
  const shown = start("waits", { facts: { ...facts, showStackTraceSources: true } });
  expect(shown.query("__enhanced_stack_trace")).toEqual({
    sdk: { name: "perdure", version: "1.2.3" },
    stacks: expect.arrayContaining([
      {
        locations: [
          {
            file_path: "src/workflows.ts",
            function_name: "waits",
            line: expect.any(Number),
            column: expect.any(Number),
            internal_code: false,
          },
        ],
      },
    ]),
    sources: { "src/workflows.ts": [{ line_offset: 0, content: "text of src/workflows.ts" }] },
  });
});

test("a run that was not opened for it says so", async () => {
  const { start } = await harness(source);
  expect(() => start("waits").query("__stack_trace")).toThrow("is not known yet");
});

test("promises behave as ever", async () => {
  const { start } = await harness(source);
  const [noticed, plain] = [start("promises", { facts }), start("promises")];
  expect(resultOf(noticed.first)).toEqual(resultOf(plain.first));
  expect(resultOf(plain.first)).toContain("known");
});

test("the commands are the same", async () => {
  const { start } = await harness(source);
  expect(commandsOf(start("waits", { facts }).first)).toEqual(commandsOf(start("waits").first));
});
