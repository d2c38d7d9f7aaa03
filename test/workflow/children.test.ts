import { expect, test } from "vitest";
import type { FailureData, Job } from "../../src/core/activation.ts";
import type { ChildResolution, ChildStartResolution, StartChildWorkflow } from "../../src/core/child-jobs.ts";
import type { Completion } from "../../src/core/command.ts";
import {
  cancelJob,
  commandsOf,
  errorOf,
  failureOf,
  harness,
  kindsOf,
  payload,
  resultOf,
  signalJob,
  value,
} from "./vm-harness.ts";

const source = `
  import { CancellationScope, CancelledFailure, ChildWorkflowFailure, defineQuery, defineSignal, executeChild, isCancellation,
    setHandler, sleep, startChild, workflowInfo } from "perdure/workflow";
  import { WorkflowExecutionAlreadyStartedError } from "perdure/common";
  export async function ship(order, express) {}
  export async function plain() { return await executeChild(ship, { args: ["a", true] }); }
  export async function bare() { return await executeChild("ship"); }
  export async function ids() { const before = Math.random(); void startChild(ship); void executeChild(ship, {}); return before; }
  export async function all() {
    await startChild("ship", {
      workflowId: "child", args: [1], taskQueue: "other", workflowExecutionTimeout: "3 s", workflowRunTimeout: 2000,
      workflowTaskTimeout: "1.5s", retry: { maximumAttempts: 2 }, cronSchedule: "* * * * *", memo: { note: "n" },
      searchAttributes: { OrderId: ["o"] }, cancellationType: "ABANDON", parentClosePolicy: "REQUEST_CANCEL",
      workflowIdReusePolicy: "REJECT_DUPLICATE", versioningIntent: "COMPATIBLE", priority: { priorityKey: 1 },
      staticSummary: "s", staticDetails: "d",
    });
  }
  export async function wrong(option) { await startChild("ship", option); }
  export async function handle() {
    const child = await startChild(ship, { workflowId: "child", args: ["a", true] });
    await child.signal("hurry", 1);
    return [child.workflowId, child.firstExecutionRunId, await child.result()];
  }
  export async function byName() {
    const child = await startChild(ship, { workflowId: "child" });
    await child.signalWithOptions("hurry", { args: [1, "x"] });
    await child.signalWithOptions("hurry", {});
  }
  export async function unawaited() {
    await startChild(ship);
    await sleep("1h");
  }
  export async function caught() {
    try { await executeChild(ship, { workflowId: "child" }); } catch (e) {
      return [e instanceof ChildWorkflowFailure, e instanceof WorkflowExecutionAlreadyStartedError, isCancellation(e), e.workflowType,
        e.execution, e.retryState, e.cause?.message, e.workflowId];
    }
  }
  export async function startCaught() {
    try { await startChild(ship, { workflowId: "child", cancellationType: "TRY_CANCEL" }); } catch (e) { return [e.name, isCancellation(e)]; }
  }
  export async function scoped() {
    const scope = new CancellationScope();
    setHandler(defineSignal("stop"), () => scope.cancel());
    return await scope.run(() => executeChild(ship));
  }
  export async function shielded() {
    return await CancellationScope.nonCancellable(() => executeChild(ship));
  }
  export async function refused() {
    const scope = new CancellationScope();
    scope.cancel();
    const seen = [];
    for (const call of [() => startChild(ship), () => executeChild(ship)]) {
      try { await scope.run(call); } catch (e) { seen.push(e instanceof CancelledFailure); }
    }
    void executeChild(ship).catch(() => undefined);
    return seen;
  }
  export async function unconvertible() { await executeChild(ship, { args: [() => 1] }); }
  export async function queried() {
    setHandler(defineQuery("begin"), () => { startChild(ship).catch((e) => { globalThis.why = e.name; }); return "asked"; });
    await sleep("1h");
  }
  export async function family() { const { parent, root } = workflowInfo(); return { parent, root }; }
`;

const { start } = await harness(source);

/** What comes from inside as objects of this realm. */
const local = <T>(inside: T): T => structuredClone(inside);

function childCommand(completion: Completion, index = 0): StartChildWorkflow {
  const command = commandsOf(completion)[index];
  if (command?.kind !== "startChildWorkflow") throw new Error(`not a start: ${command?.kind}`);
  return local(command);
}

const startJob = (resolution: ChildStartResolution, seq = 1): Job => ({
  kind: "resolveChildWorkflowStart",
  seq,
  resolution,
});
const endJob = (resolution: ChildResolution, seq = 1): Job => ({
  kind: "resolveChildWorkflow",
  seq,
  resolution,
});
const started = startJob({ kind: "started", runId: "child-run" });
const completed = (result: unknown): Job => endJob({ kind: "completed", result: payload(result) });

const failure = (cause: FailureData): FailureData => ({
  message: "Child Workflow execution failed",
  cause,
  failureInfo: {
    case: "childWorkflowExecutionFailureInfo",
    value: {
      namespace: "default",
      workflowExecution: { workflowId: "child", runId: "child-run" },
      workflowType: { name: "ship" },
      retryState: 5,
    },
  },
});
const broke = failure({ message: "sunk", failureInfo: { case: "applicationFailureInfo", value: {} } });
const canceled = failure({ failureInfo: { case: "canceledFailureInfo", value: {} } });

test("executeChild starts a child with the official defaults and gives its result", () => {
  const run = start("plain");
  const command = childCommand(run.first);
  expect(command).toEqual({
    kind: "startChildWorkflow",
    seq: 1,
    namespace: "default",
    workflowId: "e18a22cd-ce82-4af4-90ab-55e751f7d092",
    workflowType: "ship",
    taskQueue: "queue",
    headers: {},
    args: [payload("a"), payload(true)],
    workflowExecutionTimeoutMs: undefined,
    workflowRunTimeoutMs: undefined,
    workflowTaskTimeoutMs: undefined,
    retryPolicy: undefined,
    cronSchedule: "",
    memo: undefined,
    searchAttributes: undefined,
    cancellationType: "WAIT_CANCELLATION_COMPLETED",
    parentClosePolicy: 0,
    workflowIdReusePolicy: 0,
    versioningIntent: "UNSPECIFIED",
    priority: undefined,
    userMetadata: undefined,
  });
  expect(run.commands([started])).toEqual([]);
  expect(resultOf(run.activate([completed("shipped")]))).toBe("shipped");
});

test("a child known by name only needs no options, and may have no result", () => {
  const run = start("bare");
  expect(childCommand(run.first)).toMatchObject({ workflowType: "ship", args: [] });
  expect(resultOf(run.activate([started, endJob({ kind: "completed" })]))).toBeUndefined();
});

test("ids draw from the random stream of the workflow, in the order of the calls", () => {
  const run = start("ids");
  expect(resultOf(run.first)).toBe(0.8810140371788293);
  expect(childCommand(run.first).workflowId).toBe("ce828af4-10ab-45e7-91f7-d0922559bdb7");
  expect(childCommand(run.first, 1)).toMatchObject({
    seq: 2,
    workflowId: "c33cd353-e087-4be1-9d53-ae25f181c1a8",
  });
});

test("all options go into the command", () => {
  const command = childCommand(start("all").first);
  expect(command).toMatchObject({
    workflowId: "child",
    taskQueue: "other",
    workflowExecutionTimeoutMs: 3_000,
    workflowRunTimeoutMs: 2_000,
    workflowTaskTimeoutMs: 1_500,
    retryPolicy: { maximumAttempts: 2 },
    cronSchedule: "* * * * *",
    memo: { note: payload("n") },
    cancellationType: "ABANDON",
    parentClosePolicy: 3,
    workflowIdReusePolicy: 3,
    versioningIntent: "COMPATIBLE",
    priority: { priorityKey: 1, fairnessKey: "", fairnessWeight: 0 },
    userMetadata: { summary: payload("s"), details: payload("d") },
  });
  expect(value(command.searchAttributes!["OrderId"]!)).toEqual(["o"]);
});

test.each([
  [{ cancellationType: "LATER" }, 'cancellationType is "LATER"; allowed are ABANDON, TRY_CANCEL'],
  [
    { parentClosePolicy: "LATER" },
    'parentClosePolicy is "LATER"; allowed are TERMINATE, ABANDON, REQUEST_CANCEL',
  ],
  [{ workflowIdReusePolicy: "LATER" }, 'workflowIdReusePolicy is "LATER"'],
  [{ workflowRunTimeout: "soon" }, "workflowRunTimeout"],
  [{ retry: { maximumAttempts: -1 } }, "maximumAttempts"],
])("a wrong option is named: %o", (option, words) => {
  expect(failureOf(start("wrong", { args: [option] }).first).message).toContain(words);
});

test("a handle has the ids, signals the child and gives its result", () => {
  const run = start("handle");
  const [signal] = run.commands([started]);
  expect(local(signal)).toEqual({
    kind: "signalExternalWorkflow",
    seq: 1,
    target: { namespace: "default", workflowId: "child", runId: "" },
    childWorkflowOnly: true,
    signalName: "hurry",
    args: [payload(1)],
    headers: {},
  });
  expect(run.commands([{ kind: "resolveSignalExternal", seq: 1 }])).toEqual([]);
  expect(resultOf(run.activate([completed("shipped")]))).toEqual(["child", "child-run", "shipped"]);
});

test("a signal by its name takes its arguments as an option", () => {
  const run = start("byName");
  expect(local(run.commands([started]))).toMatchObject([
    { kind: "signalExternalWorkflow", seq: 1, signalName: "hurry", args: [payload(1), payload("x")] },
  ]);
  const second = run.commands([{ kind: "resolveSignalExternal", seq: 1 }]);
  expect(local(second)).toMatchObject([{ seq: 2, args: [] }]);
});

test("the failure of a child whose result nobody waits for is no unhandled rejection", () => {
  const run = start("unawaited");
  expect(kindsOf(run.activate([started]))).toEqual(["startTimer"]);
  expect(run.commands([endJob({ kind: "failed", failure: broke })])).toEqual([]);
});

test("a child that failed says which one and why", () => {
  const run = start("caught");
  expect(resultOf(run.activate([started, endJob({ kind: "failed", failure: broke })]))).toEqual([
    true,
    false,
    false,
    "ship",
    { workflowId: "child", runId: "child-run" },
    "RETRY_POLICY_NOT_SET",
    "sunk",
    null,
  ]);
});

test("a child that failed and is not caught fails the workflow with its failure", () => {
  const run = start("plain");
  const error = errorOf(run.activate([started, endJob({ kind: "failed", failure: broke })]));
  expect(error.name).toBe("ChildWorkflowFailure");
  expect(error.cause).toMatchObject({ message: "sunk" });
});

test("an id that is taken is an error of its own, to who waits for the start or for the result", () => {
  const taken = startJob({ kind: "alreadyStarted", workflowId: "child", workflowType: "ship" });
  expect(resultOf(start("caught").activate([taken]))).toMatchObject({ 0: false, 1: true, 7: "child" });
  expect(resultOf(start("startCaught").activate([taken]))).toEqual([
    "WorkflowExecutionAlreadyStartedError",
    false,
  ]);
});

test("a start that was refused for another reason is a failure of the child", () => {
  const refused = startJob({ kind: "failed", failure: broke });
  expect(resultOf(start("startCaught").activate([refused]))).toEqual(["ChildWorkflowFailure", false]);
  expect(resultOf(start("caught").activate([refused]))).toMatchObject({ 0: true, 6: "sunk" });
});

test.each([
  ["its scope", "scoped", signalJob("stop")],
  ["the workflow", "plain", cancelJob],
])("cancelling %s cancels the child, once", (_, type, job) => {
  const run = start(type);
  expect(run.commands([started, job])).toEqual([{ kind: "cancelChildWorkflow", seq: 1 }]);
  expect(run.commands([job])).toEqual([]);
  const ended = run.activate([endJob({ kind: "cancelled", failure: canceled })]);
  expect(kindsOf(ended)).toEqual([type === "plain" ? "cancelWorkflow" : "failWorkflow"]);
});

test("a child in a non-cancellable scope, or one that has ended, is not cancelled", () => {
  const shielded = start("shielded");
  expect(shielded.commands([started, cancelJob])).toEqual([]);
  const run = start("scoped");
  expect(kindsOf(run.activate([started, completed(1)]))).toEqual(["completeWorkflow"]);
  expect(run.commands([signalJob("stop")])).toEqual([]);
});

test("in a cancelled scope nothing is started, but its number is used", () => {
  const run = start("refused");
  expect(resultOf(run.first)).toEqual([true, true]);
  expect(childCommand(run.first).seq).toBe(3);
});

test("cancelled before it was sent it rejects for who waits for the start and for the result", () => {
  const vanished = startJob({ kind: "cancelled", failure: canceled });
  expect(resultOf(start("startCaught").activate([cancelJob, vanished]))).toEqual([
    "ChildWorkflowFailure",
    true,
  ]);
  expect(resultOf(start("caught").activate([cancelJob, vanished]))).toMatchObject({ 0: true, 2: true });
});

test("left before it started, also who waits for the start is told", () => {
  const left = endJob({ kind: "cancelled", failure: canceled });
  expect(resultOf(start("startCaught").activate([cancelJob, left]))).toEqual(["ChildWorkflowFailure", true]);
  expect(resultOf(start("caught").activate([cancelJob, left]))).toMatchObject({ 0: true, 2: true });
});

test("arguments that cannot be converted fail the task; the child is not started", () => {
  expect(failureOf(start("unconvertible").first).message).toContain("Argument 1 of 1 (function)");
});

test("a query handler may not start a child", () => {
  const run = start("queried");
  expect(run.query("begin")).toBe("asked");
  expect(run.commands([signalJob("nothing")])).toEqual([]);
});

test("jobs that nobody waits for fail the task", () => {
  expect(failureOf(start("unawaited").activate([completed(1), completed(1)])).message).toContain(
    "No completion for child 1",
  );
  expect(failureOf(start("unawaited").activate([started, started])).message).toContain(
    "No completion for the start of child 1",
  );
});

test("info names the parent and the root of a child", () => {
  const above = { workflowId: "above", runId: "above-run" };
  const run = start("family", {
    attributes: {
      parentWorkflowExecution: above,
      parentWorkflowNamespace: "default",
      rootWorkflowExecution: { workflowId: "top", runId: "top-run" },
    },
  });
  expect(resultOf(run.first)).toEqual({
    parent: { ...above, namespace: "default" },
    root: { workflowId: "top", runId: "top-run" },
  });
});

test("a decorated class and its run method stand for the type of the class", async () => {
  const inside = await harness(`
    import { defn, executeChild, run, startChild } from "perdure/workflow";
    @defn({ name: "shipping" })
    export class Shipping { @run async run(order: string): Promise<void> {} }
    export async function parent() {
      void startChild(Shipping, { args: ["a"] });
      await executeChild(Shipping.prototype.run, { args: ["b"] });
    }
  `);
  const { first } = inside.start("parent");
  expect(childCommand(first)).toMatchObject({ workflowType: "shipping", args: [payload("a")] });
  expect(childCommand(first, 1)).toMatchObject({ workflowType: "shipping", args: [payload("b")] });
});

test("interceptors see starts and signals, and may change them", async () => {
  const inside = await harness({
    workflows: source,
    interceptors: [
      `export const interceptors = () => ({ outbound: [{
        async startChildWorkflowExecution(input, next) {
          const { seq, workflowType, options, headers } = input;
          const [started, result] = await next({ ...input, options: { ...options, taskQueue: "intercepted" },
            headers: { ...headers, trace: { metadata: {}, data: new Uint8Array([1]) } } });
          return [started.then((id) => id + "!" + seq + workflowType), result.then((value) => [value, options.workflowId,
            options.cancellationType, options.args])];
        },
        async signalWorkflow(input, next) { return await next({ ...input, signalName: input.signalName + input.target.type }); },
      }] });`,
    ],
  });
  const run = inside.start("handle");
  expect(childCommand(run.first)).toMatchObject({
    taskQueue: "intercepted",
    headers: { trace: { metadata: {} } },
  });
  expect(run.commands([started])).toMatchObject([{ signalName: "hurrychild" }]);
  run.commands([{ kind: "resolveSignalExternal", seq: 1 }]);
  expect(resultOf(run.activate([completed("shipped")]))).toEqual([
    "child",
    "child-run!1ship",
    ["shipped", "child", "WAIT_CANCELLATION_COMPLETED", ["a", true]],
  ]);
});
