import { expect, test } from "vitest";
import { typeInfoOf } from "../../src/common/workflow-name.ts";
import type { Job } from "../../src/core/activation.ts";
import { defineWorkflowOptions } from "../../src/workflow/workflow-options.ts";
import {
  activityJob,
  commandsOf,
  failureOf,
  harness,
  kindsOf,
  payload,
  resultOf,
  signalJob,
  updateJob,
  value,
} from "./vm-harness.ts";

const money = `
  class Money { constructor(amount) { this.amount = amount; } }
  const money = { transferTypeConverter: { toTransferType: (m) => m.amount + " EUR", fromTransferType: (t) => new Money(parseFloat(t)) } };
  const both = { inputTypes: [money], outputType: money };
`;
const source = `
  import * as workflow from "perdure/workflow";
  import { RawValue, rawValueTypeInfo } from "perdure/converter";
  import { condition, continueAsNew, defineQuery, defineSignal, defineUpdate, defineWorkflowOptions, getExternalWorkflowHandle,
    createNexusServiceClient, makeContinueAsNewFunc, proxyActivities, setHandler } from "perdure/workflow";
  ${money}
  const options = { startToCloseTimeout: "1m", activityTypeInfo: { add: both } };
  const { add, plain } = proxyActivities(options);
  const pay = defineSignal("pay", { typeInfo: { inputTypes: [money] } });

  export async function adds() { return (await add(new Money(1))).amount; }
  export async function addsWithOptions() {
    return (await add.executeWithOptions({ startToCloseTimeout: "5s" }, [new Money(2)])).amount;
  }
  export async function untyped() { return await plain(new Money(1)); }
  export async function signals() {
    const other = getExternalWorkflowHandle("other");
    void other.signal(pay, new Money(1));
    void other.signalWithOptions("pay", { args: [new Money(2)], typeInfo: { inputTypes: [money] } });
    void other.signal("pay", new Money(3));
    await condition(() => false);
  }
  export async function twice() {
    await getExternalWorkflowHandle("other").signalWithOptions(pay, { args: [], typeInfo: { inputTypes: [money] } });
  }
  export async function same(amount) { if (amount instanceof Money) await continueAsNew(new Money(amount.amount + 1)); }
  defineWorkflowOptions(same, { staticOptions: { typeInfo: both } });
  export async function other(amount) { await makeContinueAsNewFunc({ workflowType: "same" })(amount); }
  defineWorkflowOptions(other, { staticOptions: { typeInfo: both } });
  export async function otherTold(amount) {
    await makeContinueAsNewFunc({ workflowType: "same", typeInfo: { inputTypes: [money] } })(new Money(9));
  }
  export async function handles() {
    const seen = [];
    setHandler(pay, (amount) => void seen.push(amount instanceof Money && amount.amount));
    setHandler(defineQuery("sum", { typeInfo: both }), (amount) => new Money(amount.amount * 2));
    setHandler(defineUpdate("raise", { typeInfo: both }), (amount) => new Money(amount.amount + 1), {
      validator: (amount) => { if (!(amount instanceof Money)) throw new Error("no money"); },
    });
    await condition(() => seen.length === 2);
    return seen;
  }
  const billing = createNexusServiceClient({ endpoint: "e", service: { name: "billing", operations: {
    answer: { name: "answer", outputType: rawValueTypeInfo }, question: { name: "question", inputType: rawValueTypeInfo },
    hinted: { name: "hinted", inputType: { payloadConverterHint: { converter: "avro" } } } } } });
  export async function rawAnswer() { return (await billing.executeOperation("answer", 1)) instanceof RawValue; }
  export async function rawQuestion() { return await billing.executeOperation("question", new RawValue("as is")); }
  export async function noRawQuestion() { return await billing.executeOperation("question", 5); }
  export async function hintedQuestion() { return await billing.executeOperation("hinted", 5); }

  @workflow.defn()
  @workflow.init
  export class Account {
    constructor(start) { this.start = start; }
    @workflow.run async run(start) { return new Money(start.amount + this.start.amount); }
  }
  defineWorkflowOptions(Account, { staticOptions: { typeInfo: both } });
`;

const { start } = await harness(source);
const sent = (run: ReturnType<typeof start>): unknown[] =>
  commandsOf(run.first).map((command) => ("args" in command ? command.args.map(value) : command.kind));

test("activities of a proxy, with options of their own too", () => {
  const run = start("adds");
  expect(sent(run)).toEqual([["1 EUR"]]);
  expect(resultOf(run.activate([activityJob(1, "6 EUR")]))).toBe(6);
  const own = start("addsWithOptions");
  expect(sent(own)).toEqual([["2 EUR"]]);
  expect(resultOf(own.activate([activityJob(1, "7 EUR")]))).toBe(7);
});

test("others of the same proxy are converted as ever", () => {
  const run = start("untyped");
  expect(sent(run)).toEqual([[{ amount: 1 }]]);
  expect(resultOf(run.activate([activityJob(1, "6 EUR")]))).toBe("6 EUR");
});

test("signals to other workflows: by definition, by name with its own, by name without", () => {
  expect(sent(start("signals"))).toEqual([["1 EUR"], ["2 EUR"], [{ amount: 3 }]]);
});

test("a definition with a second one of the call is refused", () => {
  expect(failureOf(start("twice").first).message).toContain(
    "typeInfo is given for the signal 'pay' beside its definition",
  );
});

test("a new run of the same type, of another one, and of another one that is told", () => {
  expect(sent(start("same", { args: ["4 EUR"] }))).toEqual([["5 EUR"]]);
  expect(sent(start("other", { args: ["4 EUR"] }))).toEqual([[{ amount: 4 }]]);
  expect(sent(start("otherTold"))).toEqual([["9 EUR"]]);
});

test("handlers", () => {
  const run = start("handles");
  run.activate([signalJob("pay", "1 EUR")]);
  expect(run.query("sum", "21 EUR")).toBe("42 EUR");
  const updated = run.activate([updateJob("raise", { args: ["1 EUR"] })]);
  expect(kindsOf(updated)).toEqual(["respondToUpdate", "respondToUpdate"]);
  const completed = commandsOf(updated).at(-1);
  if (completed?.kind !== "respondToUpdate" || completed.response.kind !== "completed")
    throw new Error("no result");
  expect(completed.response.result && value(completed.response.result)).toBe("2 EUR");
  expect(resultOf(run.activate([signalJob("pay", "2 EUR")]))).toEqual([1, 2]);
});

test("a class whose constructor takes the arguments", () => {
  expect(resultOf(start("Account", { args: ["4 EUR"] }).first)).toBe("8 EUR");
});

test("an interceptor sees it, and may put another in its place", async () => {
  const interceptors = `
    const cents = { transferTypeConverter: { toTransferType: (m) => m.amount * 100, fromTransferType: (c) => ({ cents: c }) } };
    export const interceptors = () => ({ outbound: [{
      scheduleActivity: (input, next) =>
        next({ ...input, typeInfo: { ...input.typeInfo, inputTypes: input.typeInfo.inputTypes.map(() => cents) } }),
    }] });
  `;
  const changed = await harness({ workflows: source, interceptors: [interceptors] });
  const run = changed.start("adds");
  expect(sent(run)).toEqual([[100]]);
  expect(resultOf(run.activate([activityJob(1, "6 EUR")]))).toBe(6);
});

test("Nexus operations: payloads as they are, and hints", () => {
  const ended: Job[] = [
    { kind: "resolveNexusOperationStart", seq: 1, resolution: { kind: "started", token: "t" } },
    { kind: "resolveNexusOperation", seq: 1, resolution: { kind: "completed", result: payload(5) } },
  ];
  expect(resultOf(start("rawAnswer").activate(ended))).toBe(true);
  const [command] = commandsOf(start("rawQuestion").first);
  expect(command?.kind === "scheduleNexusOperation" && command.input && value(command.input)).toBe("as is");
  expect(failureOf(start("noRawQuestion").first).message).toContain(
    "rawValueTypeInfo is for a RawValue, which 5 is not",
  );
  expect(failureOf(start("hintedQuestion").first).message).toContain(
    "no payload converter takes the hint 'avro'",
  );
});

test("classes take options as functions do, by their types too", () => {
  class Account {
    async run(): Promise<void> {}
  }
  const staticOptions = { typeInfo: {} };
  defineWorkflowOptions(Account, { staticOptions });
  expect(typeInfoOf(Account)).toBe(staticOptions.typeInfo);
});
