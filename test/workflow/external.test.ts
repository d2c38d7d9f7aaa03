import { expect, test } from "vitest";
import type { FailureData, Job } from "../../src/core/activation.ts";
import { commandsOf, failureOf, harness, kindsOf, payload, resultOf, signalJob } from "./vm-harness.ts";

const source = `
  import { ApplicationFailure, CancellationScope, CancelledFailure, defineQuery, defineSignal, getExternalWorkflowHandle, setHandler,
    sleep } from "perdure/workflow";
  const knock = defineSignal("knock");
  export async function signals(runId) {
    const handle = getExternalWorkflowHandle("other", runId);
    await handle.signal(knock, "a", 1);
    return [handle.workflowId, handle.runId];
  }
  export async function byName() {
    const handle = getExternalWorkflowHandle("other", "run-1");
    await handle.signalWithOptions(knock.name, { args: ["a"] });
    await handle.signalWithOptions(knock, {});
  }
  export async function cancels(reason) { return await getExternalWorkflowHandle("other").cancel(reason); }
  export async function caught(method) {
    const handle = getExternalWorkflowHandle("other", "run");
    try { await handle[method]("x"); } catch (e) { return [e instanceof ApplicationFailure, e.type, e.message]; }
  }
  const inScope = (call, after) => async () => {
    const scope = new CancellationScope();
    setHandler(defineSignal("stop"), () => scope.cancel());
    try { await scope.run(() => call(getExternalWorkflowHandle("other"))); } catch (e) { return e instanceof CancelledFailure; }
    return await after();
  };
  export const signalScoped = inScope((other) => other.signal("knock"), () => sleep("1h"));
  export const cancelScoped = inScope((other) => other.cancel(), () => sleep("1h"));
  export const cancelShielded = inScope((other) => CancellationScope.nonCancellable(() => other.cancel()), () => sleep("1h"));
  export async function refused() {
    const scope = new CancellationScope();
    scope.cancel();
    const other = getExternalWorkflowHandle("other");
    const seen = [];
    for (const call of [() => other.signal("knock"), () => other.cancel()]) {
      try { await scope.run(call); } catch (e) { seen.push(e instanceof CancelledFailure); }
    }
    void other.signal("knock");
    void other.cancel();
    return seen;
  }
  export async function unconvertible() { await getExternalWorkflowHandle("other").signal("knock", () => 1); }
  export async function queried() {
    setHandler(defineQuery("knock"), () => { getExternalWorkflowHandle("other").signal("knock"); });
    setHandler(defineQuery("cancel"), () => { getExternalWorkflowHandle("other").cancel(); });
    await sleep("1h");
  }
`;

const { start } = await harness(source);
const target = (runId = "") => ({ namespace: "default", workflowId: "other", runId });
const delivered = (kind: "resolveSignalExternal" | "resolveCancelExternal", failure?: FailureData): Job => ({
  kind,
  seq: 1,
  failure,
});
const PATCH = "__temporal_internal_connect_external_handle_cancel_to_scope";

test.each([undefined, "run-1"])("a signal names its target; run id %s", (runId) => {
  const run = start("signals", { args: runId === undefined ? [] : [runId] });
  expect(structuredClone(commandsOf(run.first))).toEqual([
    {
      kind: "signalExternalWorkflow",
      seq: 1,
      target: target(runId),
      childWorkflowOnly: false,
      signalName: "knock",
      args: [payload("a"), payload(1)],
      headers: {},
    },
  ]);
  expect(resultOf(run.activate([delivered("resolveSignalExternal")]))).toEqual(["other", runId ?? null]);
});

test("a signal by its name takes its arguments as an option", () => {
  const run = start("byName");
  const common = { kind: "signalExternalWorkflow", target: target("run-1"), signalName: "knock" };
  expect(structuredClone(commandsOf(run.first))).toMatchObject([{ ...common, seq: 1, args: [payload("a")] }]);
  const second = run.commands([delivered("resolveSignalExternal")]);
  expect(structuredClone(second)).toMatchObject([{ ...common, seq: 2, args: [] }]);
});

test.each([undefined, "no stock"])("a cancel names its target; reason %s", (reason) => {
  const run = start("cancels", { args: reason === undefined ? [] : [reason] });
  expect(commandsOf(run.first)).toEqual([
    { kind: "requestCancelExternalWorkflow", seq: 1, target: target(), reason: reason ?? "" },
  ]);
  expect(resultOf(run.activate([delivered("resolveCancelExternal")]))).toBeUndefined();
});

test.each(["signal", "cancel"] as const)("%s of a workflow that is not there fails", (method) => {
  const failure: FailureData = {
    message: "Unable to",
    failureInfo: { case: "applicationFailureInfo", value: { type: "ExternalWorkflowExecutionNotFound" } },
  };
  const run = start("caught", { args: [method] });
  const kind = method === "signal" ? "resolveSignalExternal" : "resolveCancelExternal";
  expect(resultOf(run.activate([delivered(kind, failure)]))).toEqual([
    true,
    "ExternalWorkflowExecutionNotFound",
    "Unable to",
  ]);
});

test("cancelling the scope of a signal takes it back, unless it was delivered", () => {
  const run = start("signalScoped");
  expect(run.commands([signalJob("stop")])).toEqual([{ kind: "cancelSignalExternal", seq: 1 }]);
  const failure: FailureData = { failureInfo: { case: "canceledFailureInfo", value: {} } };
  expect(resultOf(run.activate([delivered("resolveSignalExternal", failure)]))).toBe(true);
  const late = start("signalScoped");
  expect(kindsOf(late.activate([delivered("resolveSignalExternal")]))).toEqual(["startTimer"]);
  expect(late.commands([signalJob("stop")])).toEqual([]);
});

test("cancelling the scope of a cancel rejects it and leaves the marker of a patch, delivered or not", () => {
  const marker = { kind: "setPatchMarker", patchId: PATCH, deprecated: false };
  const run = start("cancelScoped");
  const ended = run.activate([signalJob("stop")]);
  expect(commandsOf(ended)[0]).toEqual(marker);
  expect(resultOf(ended)).toBe(true);
  const late = start("cancelScoped");
  late.commands([delivered("resolveCancelExternal")]);
  expect(late.commands([signalJob("stop")])).toEqual([marker]);
  const shielded = start("cancelShielded");
  expect(shielded.commands([signalJob("stop")])).toEqual([]);
});

test("a replayed run from before that patch goes on without it", () => {
  const run = start("cancelScoped", { activation: { isReplaying: true } });
  expect(run.commands([signalJob("stop")], { isReplaying: true })).toEqual([]);
  expect(kindsOf(run.activate([delivered("resolveCancelExternal")]))).toEqual(["startTimer"]);
});

test("in a cancelled scope nothing is sent; a signal's number is used, that of a cancel is not", () => {
  const { first } = start("refused");
  expect(resultOf(first)).toEqual([true, true]);
  expect(commandsOf(first).filter(({ kind }) => kind !== "completeWorkflow")).toMatchObject([
    { kind: "setPatchMarker", patchId: PATCH },
    { kind: "signalExternalWorkflow", seq: 2 },
    { kind: "requestCancelExternalWorkflow", seq: 1 },
  ]);
});

test("arguments that cannot be converted fail the task", () => {
  expect(failureOf(start("unconvertible").first).message).toContain("Argument 1 of 1 (function)");
});

test.each(["knock", "cancel"])("a query handler may not do it: %s", (name) => {
  const run = start("queried");
  expect(() => run.query(name)).toThrow("cannot be used while a query is answered");
});

test("jobs that nobody waits for fail the task", () => {
  for (const kind of ["resolveSignalExternal", "resolveCancelExternal"] as const) {
    expect(failureOf(start("queried").activate([delivered(kind)])).message).toContain(
      `No completion for ${kind} 1`,
    );
  }
});
