import { expect, test } from "vitest";
import type { Job } from "../../src/core/activation.ts";
import { commandsOf, failureOf, harness, kindsOf, resultOf, signalJob } from "./vm-harness.ts";

const source = `
  import { defineQuery, defineSignal, deprecatePatch, patched, setHandler, condition } from "perdure/workflow";
  export async function once() {
    return [patched("p"), patched("p"), patched("q")];
  }
  export async function deprecated() {
    deprecatePatch("p");
    deprecatePatch("p");
    return patched("p");
  }
  export async function onSignal() {
    const seen = [];
    setHandler(defineSignal("look"), () => { seen.push(patched("p")); });
    setHandler(defineQuery("look"), () => patched("p"));
    await condition(() => seen.length >= 3);
    return seen;
  }
`;

const has = (patchId: string): Job => ({ kind: "notifyHasPatch", patchId });
const mark = (patchId: string, deprecated = false): object => ({
  kind: "setPatchMarker",
  patchId,
  deprecated,
});

test("live, a patch is active and marked once", async () => {
  const { start } = await harness(source);
  const { first } = start("once");
  expect(resultOf(first)).toEqual([true, true, true]);
  expect(commandsOf(first).slice(0, -1)).toEqual([mark("p"), mark("q")]);
  const old = start("deprecated").first;
  expect(resultOf(old)).toBe(true);
  expect(commandsOf(old).slice(0, -1)).toEqual([mark("p", true)]);
});

test("in a replay a patch is active if history has it", async () => {
  const { start } = await harness(source);
  const replayed = { activation: { isReplaying: true }, jobs: [has("q")] };
  expect(resultOf(start("once", replayed).first)).toEqual([false, false, true]);
  expect(kindsOf(start("deprecated", replayed).first)).toEqual(["completeWorkflow"]);
});

test("a patch that a replay found missing may become active later, one that was active stays so", async () => {
  const { start } = await harness(source);
  const run = start("onSignal", { activation: { isReplaying: true } });
  expect(run.commands([signalJob("look")], { isReplaying: true })).toEqual([]);
  expect(run.query("look")).toBe(false);
  expect(run.commands([signalJob("look")], { isReplaying: false })).toEqual([mark("p")]);
  expect(run.query("look")).toBe(true);
  expect(resultOf(run.activate([signalJob("look")], { isReplaying: true }))).toEqual([false, true, true]);
});

test("a query sees what history has and decides nothing", async () => {
  const { start } = await harness(source);
  const run = start("onSignal", { activation: { isReplaying: true } });
  expect(run.commands([has("p")], { isReplaying: true })).toEqual([]);
  expect(run.query("look")).toBe(true);
  expect(run.commands([signalJob("look")], { isReplaying: false })).toEqual([mark("p")]);
});

test("a notice outside of a replay fails the task", async () => {
  const { start } = await harness(source);
  expect(failureOf(start("once", { jobs: [has("p")] }).first).message).toBe(
    "Unexpected notifyHasPatch job on non-replay activation",
  );
});

test("patches have no meaning while modules load, nor outside of a workflow", async () => {
  const loading = `
    import { patched } from "perdure/workflow";
    patched("early");
    export async function any() {}
  `;
  const { start } = await harness(loading);
  expect(failureOf(start("any").first).message).toBe("Patches cannot be used before Workflow starts");
});

test("the worker is asked, with the facts, once and only about what is new and live", async () => {
  const asked: unknown[] = [];
  const { start } = await harness({
    workflows: source,
    activatePatch: (runId, patchId, info) => {
      asked.push([runId, patchId, info["workflowType"]]);
      return patchId === "p";
    },
  });
  const facts = { asksBeforePatching: true };
  const { first } = start("once", { facts, runId: "r" });
  expect(resultOf(first)).toEqual([true, true, false]);
  expect(commandsOf(first).slice(0, -1)).toEqual([mark("p")]);
  expect(asked).toEqual([
    ["r", "p", "once"],
    ["r", "q", "once"],
  ]);
  start("deprecated", { facts });
  start("once", { facts, activation: { isReplaying: true }, jobs: [has("p"), has("q")] });
  start("once", { facts: {} });
  expect(asked).toHaveLength(2);
});

test("a worker that cannot answer fails the task", async () => {
  const { start } = await harness({
    workflows: source,
    activatePatch: () => ({ error: "the callback threw" }),
  });
  const { first } = start("once", { facts: { asksBeforePatching: true } });
  expect(failureOf(first).message).toBe("the callback threw");
});
