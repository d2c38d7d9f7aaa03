import { expect, test } from "vitest";
import {
  activityJob,
  commandsOf,
  failureOf,
  harness,
  kindsOf,
  payload,
  resultOf,
  signalJob,
  timerJob,
  value,
} from "./vm-harness.ts";

const workflows = `
  import { condition, continueAsNew, defineQuery, defineSignal, log, proxyActivities, setHandler, sleep } from "perdure/workflow";
  const { act } = proxyActivities({ startToCloseTimeout: "1m" });
  export async function work(arg) {
    const seen = [];
    setHandler(defineSignal("add"), (x) => { seen.push(x); });
    setHandler(defineQuery("seen"), () => seen);
    log.info("at work", { extra: 1 });
    await sleep(1000);
    await act("a");
    await condition(() => seen.length > 0);
    if (arg === "again") await continueAsNew("again");
    return [arg, seen, Math.random()];
  }
`;

const tracing = (name: string): string => `
  import { getRandomStream } from "perdure/workflow";
  globalThis.trace ??= [];
  const note = (text) => globalThis.trace.push("${name} " + text);
  class Outbound {
    prefix = "${name}";
    async startTimer(input, next) { note("timer " + input.durationMs + " " + this.prefix); return await next({ ...input, durationMs: input.durationMs + 1 }); }
    async scheduleActivity(input, next) {
      const header = { metadata: { encoding: new Uint8Array() }, data: new Uint8Array([1]) };
      return await next({ ...input, args: [...input.args, "${name}"], headers: { ...input.headers, "${name}": header } });
    }
    async continueAsNew(input, next) { return await next({ ...input, args: [...input.args, "${name}"] }); }
    getLogAttributes(input, next) { return next({ ...input, "${name}": input.workflowType }); }
  }
  export const interceptors = () => ({
    inbound: [{
      async execute(input, next) {
        note("execute " + Object.keys(input.headers).join());
        return await getRandomStream("${name}").with(() => next({ ...input, args: input.args.map((x) => x + "-${name}") }));
      },
      async handleSignal(input, next) { note("signal " + input.signalName); return next({ ...input, args: [input.args[0] + "-${name}"] }); },
      async handleQuery(input, next) { return [await next(input), "${name}"]; },
    }],
    outbound: [new Outbound()],
    internals: [{
      activate(input, next) { note("activate " + input.activation.jobs.length + " " + input.batchIndex); return next(input); },
      concludeActivation(input, next) { note("conclude " + input.commands.length); return next(input); },
      dispose(input, next) { note("dispose"); return next(input); },
    }],
  });
`;

const traceOf = `
  import { getRandomStream } from "perdure/workflow";
  export async function trace() { return globalThis.trace.splice(0); }
`;

test("interceptors see all calls, the first outermost, and may change them", async () => {
  const { start, observed } = await harness({
    workflows: workflows + traceOf.replace(/import.*\n/, ""),
    interceptors: [tracing("A"), tracing("B")],
  });
  const run = start("work", { args: ["x"], headers: { h: payload(1) } });
  expect(commandsOf(run.first)).toMatchObject([{ kind: "startTimer", startToFireMs: 1002 }]);
  const [command] = commandsOf(run.activate([timerJob(1)]));
  if (command?.kind !== "scheduleActivity") throw new Error("no activity");
  expect(command.args.map(value)).toEqual(["a", "A", "B"]);
  expect(Object.keys(command.headers)).toEqual(["A", "B"]);
  run.activate([activityJob(1)]);
  expect(run.query("seen")).toEqual([[[], "B"], "A"]);
  const result = resultOf(run.activate([signalJob("add", "s")])) as unknown[];
  // What an interceptor draws from under its own stream does not reach the workflow.
  expect(result).toEqual(["x-A-B", ["s-A-B"], 0.8810140371788293]);
  run.close();
  const log = observed.find(({ call }) => call.message === "at work")?.call;
  expect(log?.attributes).toMatchObject({
    A: "work",
    B: "work",
    extra: 1,
    sdkComponent: "workflow",
    workflowId: "wf",
  });
  const trace = resultOf(start("trace").first) as string[];
  expect(trace.slice(0, 7)).toEqual([
    "A activate 1 0",
    "B activate 1 0",
    "A execute h",
    "B execute h",
    "A timer 1000 A",
    "B timer 1001 B",
    "A conclude 1",
  ]);
  expect(trace).toContain("A dispose");
  expect(trace.filter((line) => line.endsWith("signal add"))).toEqual(["A signal add", "B signal add"]);
});

test("only a run that has internals interceptors runs code when it is closed", async () => {
  const { start } = await harness({ workflows, interceptors: [tracing("A")] });
  expect(start("work", { args: ["x"] }).closesQuietly()).toBe(false);
  const outbound = "export const interceptors = () => ({ outbound: [{}] })";
  const plain = (await harness({ workflows, interceptors: [outbound] })).start("work", { args: ["x"] });
  expect(plain.closesQuietly()).toBe(true);
  plain.close();
  expect(plain.closesQuietly()).toBe(true);
});

test("only what may run the user's code makes the end of an activation other than quiet", async () => {
  const traced = await harness({ workflows, interceptors: [tracing("A")] });
  expect(traced.start("work", { args: ["x"] }).concludesQuietly()).toBe(false);
  const { start } = await harness({
    workflows: `
      import { defineQuery, setHandler } from "perdure/workflow";
      export const waits = () => new Promise(() => {});
      export const throws = async () => { throw new TypeError("a bug"); };
      export const asked = () => { setHandler(defineQuery("it"), () => 1); return waits(); };`,
  });
  const waits = start("waits");
  expect(waits.concludesQuietly()).toBe(true);
  waits.close();
  expect(waits.concludesQuietly()).toBe(false);
  expect(start("throws").concludesQuietly()).toBe(false);
});

test("concludeActivation may change the commands", async () => {
  const { start } = await harness({
    workflows,
    interceptors: [
      "export const interceptors = () => ({ internals: [{ concludeActivation: ({ commands }, next) => next({ commands: commands.slice(1) }) }] })",
    ],
  });
  expect(kindsOf(start("work").first)).toEqual([]);
});

test("continueAsNew passes interceptors", async () => {
  const { start } = await harness({ workflows, interceptors: [tracing("A")] });
  const run = start("work", { args: ["again"] });
  run.activate([timerJob(1)]);
  run.activate([activityJob(1)]);
  const [first] = commandsOf(run.activate([signalJob("add", 1)]));
  expect(first?.kind).toBe("completeWorkflow");
});

test("a module without interceptors is passed over, a wrong one refused", async () => {
  const fine = await harness({ workflows, interceptors: ["export const other = 1;"] });
  expect(kindsOf(fine.start("work").first)).toEqual(["startTimer"]);
  const wrong = await harness({ workflows, interceptors: ["export const interceptors = {};"] });
  expect(failureOf(wrong.start("work").first).message).toBe(
    "Failed to initialize workflows interceptors: expected a function, but got: 'object'",
  );
});
