import { describe, expect, test } from "vitest";
import type { Payload } from "../../src/common/payload.ts";
import type { WorkflowCommand } from "../../src/core/command.ts";
import { harness, queryJob, signalJob, timerJob, updateJob } from "./vm-harness.ts";

const source = `
  import {
    ApplicationFailure, allHandlersFinished, condition, continueAsNew, currentUpdateInfo, defineQuery, defineSignal,
    defineUpdate, log, setDefaultUpdateHandler, setHandler, sleep, uuid4, workflowInfo,
  } from "perdure/workflow";

  const set = defineUpdate("set");
  const close = defineSignal("close");
  const state = defineQuery("state");

  export async function plain() {
    let value = "none";
    let closed = false;
    setHandler(set, async (next) => {
      if (next === "wait") await sleep(1000);
      if (next === "fail") throw ApplicationFailure.nonRetryable("told to", "Told");
      if (next === "bug") throw new TypeError("a bug");
      if (next === "own") throw new OwnError("mine");
      if (next === "new") await continueAsNew();
      if (next === "symbol") return Symbol("no");
      value = next;
      log.info("set", { to: next });
      return { was: value, by: currentUpdateInfo() };
    }, {
      description: "sets it",
      validator(next) {
        if (next === "refuse") throw new Error("refused");
        if (next === "promise") return Promise.reject(new Error("late"));
        if (next === "command") void sleep(1);
        if (next === "random") throw new Error(uuid4());
        if (next === "replaying") throw new Error(String(workflowInfo().unsafe.isReplayingHistoryEvents));
      },
    });
    setHandler(close, () => { closed = true; });
    setHandler(state, () => [value, allHandlersFinished(), currentUpdateInfo()]);
    await condition(() => closed);
    return uuid4();
  }

  class OwnError extends Error {}

  export async function byDefault() {
    setDefaultUpdateHandler((name, ...args) => [name, ...args]);
    await condition(() => false);
  }

  export async function noHandler() {
    await sleep(1000);
    setHandler(set, () => "late");
    await condition(() => false);
  }
`;

const inside = await harness(source);
const words = (commands: readonly WorkflowCommand[]): string[] =>
  commands.map((command) =>
    command.kind === "respondToUpdate"
      ? `${command.protocolInstanceId} ${command.response.kind}`
      : command.kind,
  );
const value = (payload: Payload | undefined): unknown =>
  JSON.parse(new TextDecoder().decode(new Uint8Array(payload!.data!)));

function rejection(commands: readonly WorkflowCommand[]): {
  message?: string | undefined;
  type?: string | undefined;
} {
  for (const command of commands) {
    if (command.kind !== "respondToUpdate" || command.response.kind !== "rejected") continue;
    const { message, failureInfo } = command.response.failure;
    const type = failureInfo?.case === "applicationFailureInfo" ? failureInfo.value.type : undefined;
    return { message, type };
  }
  throw new Error("nothing was rejected");
}

function result(commands: readonly WorkflowCommand[]): unknown {
  for (const command of commands) {
    if (command.kind === "respondToUpdate" && command.response.kind === "completed")
      return value(command.response.result);
  }
  throw new Error("nothing was completed");
}

describe("an update", () => {
  test("is accepted and completed, and knows itself", () => {
    const run = inside.start("plain");
    const commands = run.commands([updateJob("set", { args: ["a"], updateId: "one" })]);
    expect(words(commands)).toEqual(["one accepted", "one completed"]);
    expect(result(commands)).toEqual({ was: "a", by: { id: "one", name: "set" } });
    expect(run.query("state")).toEqual(["a", true, null]);
  });

  test("that comes with the first task finds the handler that the main function sets", () => {
    const { first } = inside.start("plain", { jobs: [updateJob("set", { args: ["a"] })] });
    expect(first.kind === "success" && words(first.commands)).toEqual([
      "set-id accepted",
      "set-id completed",
    ]);
  });

  test("that waits is in progress until it is completed", () => {
    const run = inside.start("plain");
    expect(words(run.commands([updateJob("set", { args: ["wait"] })]))).toEqual([
      "set-id accepted",
      "startTimer",
    ]);
    expect(run.query("state")).toEqual(["none", false, null]);
    expect(words(run.commands([timerJob(1)]))).toEqual(["set-id completed"]);
    expect(run.query("state")).toEqual(["wait", true, null]);
  });

  test("without a handler at the end of its activation is rejected", () => {
    const run = inside.start("noHandler");
    const commands = run.commands([updateJob("set"), updateJob("other")]);
    expect(words(commands)).toEqual(["set-id rejected", "other-id rejected"]);
    expect(rejection(commands).message).toBe("No registered handler for update: set");
    expect(words(run.commands([timerJob(1), updateJob("set")]))).toEqual([
      "set-id accepted",
      "set-id completed",
    ]);
  });

  test("without a handler of its own goes to the default one; Temporal's names do not", () => {
    const run = inside.start("byDefault");
    expect(result(run.commands([updateJob("any", { args: [1, 2] })]))).toEqual(["any", 1, 2]);
    expect(words(run.commands([updateJob("__temporal_x")]))).toEqual(["__temporal_x-id rejected"]);
  });

  test("whose log lines name it", () => {
    const run = inside.start("plain", { runId: "logs" });
    run.commands([updateJob("set", { args: ["a"], updateId: "one" })]);
    const line = inside.observed.find(({ runId, call }) => runId === "logs" && call.message === "set");
    expect(line?.call.attributes).toMatchObject({ updateId: "one", updateName: "set", to: "a" });
  });
});

describe("validators", () => {
  const validated = (next: string, runValidator = true): readonly WorkflowCommand[] =>
    inside.start("plain").commands([updateJob("set", { args: [next], runValidator })]);

  test("reject by any error", () => {
    expect(words(validated("refuse"))).toEqual(["set-id rejected"]);
    expect(rejection(validated("refuse"))).toEqual({ message: "refused", type: "Error" });
  });

  test("are not called in a replay", () => {
    expect(words(validated("refuse", false))).toEqual(["set-id accepted", "set-id completed"]);
  });

  test("must be synchronous", () => {
    expect(rejection(validated("promise")).message).toContain("must not return a Promise");
  });

  test("may only read", () => {
    expect(words(validated("command"))).toEqual(["set-id rejected"]);
    expect(rejection(validated("command"))).toMatchObject({ type: "ReadOnlyContextError" });
  });

  test("see that they are not replayed", () => {
    expect(rejection(validated("replaying")).message).toBe("false");
  });

  test("leave no trace in the random numbers", () => {
    const start = () => inside.start("plain", { seed: 5n });
    const [validating, other] = [start(), start()];
    validating.commands([updateJob("set", { args: ["random"] })]);
    expect(validating.commands([signalJob("close")])).toEqual(other.commands([signalJob("close")]));
  });
});

describe("after acceptance", () => {
  test("a failure fails the update", () => {
    const commands = inside.start("plain").commands([updateJob("set", { args: ["fail"] })]);
    expect(words(commands)).toEqual(["set-id accepted", "set-id rejected"]);
    expect(rejection(commands)).toEqual({ message: "told to", type: "Told" });
  });

  test.each(["bug", "symbol"])("another error fails the task: %s", (next) => {
    const completion = inside.start("plain").activate([updateJob("set", { args: [next] })]);
    expect(completion.kind).toBe("failure");
  });

  test.each(["own", "bug"])("an error of a configured type fails the workflow: %s", (next) => {
    const facts = { workflowFailureErrorTypes: next === "own" ? ["OwnError"] : ["Error"] };
    const run = inside.start("plain", { facts });
    expect(words(run.commands([updateJob("set", { args: [next] })]))).toEqual([
      "set-id accepted",
      "failWorkflow",
    ]);
  });

  test("continuing as new continues, whatever is configured to fail", () => {
    const run = inside.start("plain", { facts: { workflowFailureErrorTypes: ["Error"] } });
    expect(words(run.commands([updateJob("set", { args: ["new"] })]))).toEqual([
      "set-id accepted",
      "continueAsNew",
    ]);
  });
});

test("the workflow ends while a handler runs: a warning names the update", () => {
  const run = inside.start("plain", { runId: "unfinished" });
  run.commands([updateJob("set", { args: ["wait"], updateId: "one" })]);
  run.commands([signalJob("close")]);
  const warning = inside.observed.find(({ runId, call }) => runId === "unfinished" && call.level === "WARN");
  expect(warning?.call.message).toContain("[TMPRL1102]");
  expect(warning?.call.message).toContain('[{"name":"set","id":"one"}]');
});

test("the metadata query lists updates", () => {
  const run = inside.start("plain");
  const [answer] = run.commands([queryJob("__temporal_workflow_metadata")]);
  const response =
    answer?.kind === "respondToQuery" && answer.answer.kind === "succeeded" && answer.answer.response;
  expect(value(response || undefined)).toMatchObject({
    definition: { updateDefinitions: [{ name: "set", description: "sets it" }] },
  });
});

test("interceptors see validation and handling, each with arguments of its own", async () => {
  const { start } = await harness({
    workflows: `
      import { condition, defineUpdate, setHandler } from "perdure/workflow";
      export async function one() {
        setHandler(defineUpdate("set"), (list) => list, { validator: (list) => void list.push("validator") });
        await condition(() => false);
      }`,
    interceptors: [
      `export const interceptors = () => ({ inbound: [{
        validateUpdate(input, next) { input.args[0].push("intercepted"); next(input); },
        async handleUpdate(input, next) { return [input.updateId, input.name, await next(input)]; },
      }] });`,
    ],
  });
  const commands = start("one").commands([updateJob("set", { args: [["a"]] })]);
  expect(result(commands)).toEqual(["set-id", "set", ["a"]]);
});

describe.each([false, true])("decorators, experimental: %s", (experimentalDecorators) => {
  const classes = (methods: string): string => `
    import * as workflow from "perdure/workflow";
    @workflow.defn()
    export class Shelf {
      #items = [];
      @workflow.run
      async run() { await workflow.condition(() => false); }
      ${methods}
    }`;

  test("a method handles, another one validates", async () => {
    const { start } = await harness({
      experimentalDecorators,
      workflows: classes(`
        @workflow.update
        async add(item) { this.#items.push(item); return this.#items; }
        @workflow.update.validator("add")
        checkItem(item) { if (item === "") throw new Error("empty"); }
        @workflow.update({ name: "drop-all", unfinishedPolicy: "ABANDON" })
        drop() { this.#items = []; return "dropped"; }
        @workflow.update({ dynamic: true })
        any(name, ...args) { return [name, args.length]; }
      `),
    });
    const run = start("Shelf");
    expect(result(run.commands([updateJob("add", { args: ["a"] })]))).toEqual(["a"]);
    expect(rejection(run.commands([updateJob("add", { args: [""] })])).message).toBe("empty");
    expect(result(run.commands([updateJob("drop-all")]))).toBe("dropped");
    expect(result(run.commands([updateJob("else", { args: [1] })]))).toEqual(["else", 1]);
  });

  test.each([
    ["of no update", '@workflow.update.validator("other") check() {}', "validator of 'other'"],
    [
      "of an update that has one",
      '@workflow.update add() {} @workflow.update.validator("add") a() {} @workflow.update.validator("add") b() {}',
      "more than one",
    ],
  ])("a validator %s is refused", async (_, methods, message) => {
    const { start } = await harness({ experimentalDecorators, workflows: classes(methods) });
    const { first } = start("Shelf");
    expect(first.kind === "failure" && first.failure.message).toContain(message);
  });
});

test("commands of handlers name the signal or update they belong to, also after waiting", async () => {
  const { start } = await harness(`
    import { condition, defineSignal, defineUpdate, setHandler, sleep } from "perdure/workflow";
    export async function one() {
      const twice = async () => { await sleep(1000); await sleep(2000); };
      setHandler(defineSignal("go"), twice);
      setHandler(defineUpdate("set"), twice);
      await sleep(500);
      await condition(() => false);
    }`);
  const run = start("one");
  const groups = (commands: readonly WorkflowCommand[]): unknown[] =>
    commands.map(({ eventGroupMarkers }) => eventGroupMarkers?.map(({ variant }) => variant?.value));
  const signal = { ...signalJob("go"), originatingEventId: 9 };
  expect(groups(run.commands([signal, updateJob("set")]))).toEqual([
    [{ inboundEventId: 9 }],
    undefined,
    [{ inboundUpdateId: "set-id" }],
  ]);
  expect(groups(run.commands([timerJob(2), timerJob(3)]))).toEqual([
    [{ inboundEventId: 9 }],
    [{ inboundUpdateId: "set-id" }],
  ]);
  expect(groups(run.commands([timerJob(1)]))).toEqual([]);
});
