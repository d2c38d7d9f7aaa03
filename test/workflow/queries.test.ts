import { expect, test } from "vitest";
import { commandsOf, harness, kindsOf, queryJob, resultOf, timerJob } from "./vm-harness.ts";

const source = `
  import { CancellationScope, condition, continueAsNew, defineQuery, defineSignal, log, proxyActivities, setCurrentDetails,
    setDefaultQueryHandler, setHandler, sleep, uuid4, workflowInfo } from "perdure/workflow";
  const { act } = proxyActivities({ startToCloseTimeout: "1m" });
  export async function asked() {
    let count = 1;
    const scope = new CancellationScope();
    scope.run(() => sleep(5000)).catch(() => {});
    setCurrentDetails("busy");
    setHandler(defineQuery("count"), (by = 1) => count * by, { description: "how many" });
    setHandler(defineSignal("poke"), () => {}, { description: "pokes" });
    setHandler(defineQuery("promise"), async () => 1);
    setHandler(defineQuery("throws"), () => { throw new RangeError("out of range"); });
    setHandler(defineQuery("replaying"), () => [workflowInfo().unsafe.isReplaying, workflowInfo().unsafe.isReplayingHistoryEvents]);
    setHandler(defineQuery("random"), () => [Math.random(), uuid4()]);
    setHandler(defineQuery("logs"), () => { log.info("from a query"); });
    const changes = {
      sleep: () => { sleep(1).catch(() => {}); },
      activity: () => { act(); },
      condition: () => { condition(() => false); },
      cancel: () => scope.cancel(),
      setHandler: () => setHandler(defineQuery("new"), () => 1),
      setTimeout: () => { setTimeout(() => {}, 1); },
      continueAsNew: () => continueAsNew(),
    };
    setHandler(defineQuery("change"), (how) => { changes[how](); });
    await sleep(1);
    return [Math.random(), uuid4()];
  }
  export async function lenient() {
    setDefaultQueryHandler((name, ...args) => ({ name, args }));
    await sleep(1);
  }
`;

test("a query is answered from the state of the workflow, and more than one in an activation", async () => {
  const { start } = await harness(source);
  const run = start("asked");
  expect(run.query("count")).toBe(1);
  expect(run.query("count", 3)).toBe(3);
  const both = run.commands([queryJob("count"), queryJob("throws")]);
  expect(both.map((command) => command.kind === "respondToQuery" && command.answer.kind)).toEqual([
    "succeeded",
    "failed",
  ]);
});

test("an unknown query names those that are known", async () => {
  const { start } = await harness(source);
  expect(() => start("asked").query("nope")).toThrow(
    "Workflow did not register a handler for nope. Registered queries: [__stack_trace __enhanced_stack_trace __temporal_workflow_metadata count promise",
  );
});

test("a handler that returns a promise or throws fails its query alone", async () => {
  const { start } = await harness(source);
  const run = start("asked");
  expect(() => run.query("promise")).toThrow("Query handlers should not return a Promise");
  expect(() => run.query("throws")).toThrow("out of range");
  expect(run.query("count")).toBe(1);
});

test("arguments that cannot be read fail the query, not the task", async () => {
  const { start } = await harness(source);
  const run = start("asked");
  const [command] = run.commands([{ ...queryJob("count"), args: [{ metadata: {} }] } as never]);
  expect(command).toMatchObject({ kind: "respondToQuery", answer: { kind: "failed" } });
});

test("the default handler takes what has no handler, but not Temporal's own names", async () => {
  const { start } = await harness(source);
  const run = start("lenient");
  expect(run.query("anything", 1)).toEqual({ name: "anything", args: [1] });
  expect(() => run.query("__temporal_other")).toThrow("did not register a handler for __temporal_other");
});

test.each(["sleep", "activity", "condition", "cancel", "setHandler", "setTimeout", "continueAsNew"])(
  "a query handler that changes the workflow is refused: %s",
  async (how) => {
    const { start } = await harness(source);
    const run = start("asked");
    expect(() => run.query("change", how)).toThrow("cannot be used while a query is answered");
    expect(kindsOf(run.activate([timerJob(2)]))).toEqual(["completeWorkflow"]);
  },
);

test("a query draws no random numbers from the workflow", async () => {
  const { start } = await harness(source);
  const asked = start("asked");
  const answers = [asked.query("random"), asked.query("random")];
  expect(answers[0]).toEqual(answers[1]);
  const result = resultOf(asked.activate([timerJob(2)]));
  expect(result).toEqual(resultOf(start("asked").activate([timerJob(2)])));
});

test("a query sees itself replaying, but its log lines are written", async () => {
  const { start, observed } = await harness(source);
  const run = start("asked");
  expect(run.query("replaying")).toEqual([true, false]);
  run.query("logs");
  expect(observed.map(({ call }) => call.message)).toContain("from a query");
});

test("the metadata query lists handlers with their descriptions and the current details", async () => {
  const { start } = await harness(source);
  const metadata = start("asked").query("__temporal_workflow_metadata") as {
    definition: {
      type: string;
      queryDefinitions: { name: string; description?: string }[];
      signalDefinitions: unknown;
    };
    currentDetails: string;
  };
  expect(metadata.currentDetails).toBe("busy");
  expect(metadata.definition.type).toBe("asked");
  expect(metadata.definition.signalDefinitions).toEqual([{ name: "poke", description: "pokes" }]);
  expect(metadata.definition.queryDefinitions).toContainEqual({ name: "count", description: "how many" });
});

test("conditions are not evaluated for a query", async () => {
  const { start } = await harness(`
    import { condition, defineQuery, setHandler } from "perdure/workflow";
    export async function counts() {
      let evaluated = 0;
      setHandler(defineQuery("evaluated"), () => evaluated);
      await condition(() => { evaluated++; return false; });
    }
  `);
  const run = start("counts");
  const before = run.query("evaluated");
  expect(run.query("evaluated")).toBe(before);
  expect(commandsOf(run.activate([]))).toEqual([]);
  expect(run.query("evaluated")).toBeGreaterThan(Number(before));
});
