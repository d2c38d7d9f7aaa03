import { expect, test } from "vitest";
import { commandsOf, harness, kindsOf, signalJob, value } from "./vm-harness.ts";

const source = `
  import { condition, continueAsNew, ContinueAsNew, defineSearchAttributeKey, defineSignal, makeContinueAsNewFunc, setHandler } from "perdure/workflow";
  export async function loop(n) { await continueAsNew(n + 1); }
  export async function all() {
    const next = makeContinueAsNewFunc({
      workflowType: "other", taskQueue: "elsewhere", workflowRunTimeout: "1h", workflowTaskTimeout: "5s", backoffStartInterval: "2s",
      retry: { maximumAttempts: 2 }, memo: { note: "kept" }, versioningIntent: "DEFAULT", initialVersioningBehavior: "AUTO_UPGRADE",
      typedSearchAttributes: [{ key: defineSearchAttributeKey("Customer", "KEYWORD"), value: "c-1" }],
    });
    await next("a", { b: 1 });
  }
  export async function fromHandler() {
    setHandler(defineSignal("again"), () => continueAsNew("from the handler"));
    await condition(() => false);
  }
  export async function kept() {
    try { await continueAsNew(); } catch (e) { return [e instanceof ContinueAsNew, e.message]; }
  }
`;

test("continueAsNew ends the run with the defaults of the run", async () => {
  const { start, observed } = await harness(source);
  const [command] = commandsOf(start("loop", { args: [1] }).first);
  expect(command).toMatchObject({
    kind: "continueAsNew",
    workflowType: "loop",
    taskQueue: "queue",
    headers: {},
    memo: undefined,
    searchAttributes: undefined,
    retryPolicy: undefined,
    versioningIntent: "UNSPECIFIED",
    initialVersioningBehavior: 0,
  });
  expect(command?.kind === "continueAsNew" && command.args.map(value)).toEqual([2]);
  expect(observed.map(({ call }) => call.message)).toContain("Workflow continued as new");
});

test("makeContinueAsNewFunc takes every option", async () => {
  const { start } = await harness(source);
  const [command] = commandsOf(start("all").first);
  expect(command).toMatchObject({
    workflowType: "other",
    taskQueue: "elsewhere",
    workflowRunTimeoutMs: 3_600_000,
    workflowTaskTimeoutMs: 5000,
    backoffStartIntervalMs: 2000,
    retryPolicy: { maximumAttempts: 2 },
    versioningIntent: "DEFAULT",
    initialVersioningBehavior: 1,
  });
  if (command?.kind !== "continueAsNew") throw new Error("not continued");
  expect(value(command.memo!["note"]!)).toBe("kept");
  expect(value(command.searchAttributes!["Customer"]!)).toBe("c-1");
});

test("a signal handler may continue as new", async () => {
  const { start } = await harness(source);
  const [command] = commandsOf(start("fromHandler").activate([signalJob("again")]));
  expect(command?.kind === "continueAsNew" && command.args.map(value)).toEqual(["from the handler"]);
});

test("it is an error like others for who catches it", async () => {
  const { start } = await harness(source);
  expect(kindsOf(start("kept").first)).toEqual(["completeWorkflow"]);
});
