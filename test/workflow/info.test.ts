import { expect, test } from "vitest";
import { harness, payload, resultOf, timerJob } from "./vm-harness.ts";

const encoder = new TextEncoder();
const searchAttribute = (given: unknown, type: string): object => {
  const made = payload(given);
  return { ...made, metadata: { ...made.metadata, type: encoder.encode(type) } };
};

const source = `
  import { inWorkflowContext, sleep, workflowInfo, defineSearchAttributeKey } from "perdure/workflow";
  const early = workflowInfo().workflowType;
  const loading = inWorkflowContext();
  export async function info() {
    const { unsafe, ...rest } = workflowInfo();
    const { now, random, ...flags } = unsafe;
    return { early, loading, inside: inWorkflowContext(), ...rest, flags, now: now(), random: typeof random.random(), uuid: random.uuid4().length };
  }
  export async function changes() {
    const before = workflowInfo();
    await sleep(1);
    const after = workflowInfo();
    return [before.historyLength, after.historyLength, after.historySize, after.continueAsNewSuggested, after.suggestedContinueAsNewReasons,
      after.targetWorkerDeploymentVersionChanged, after.currentDeploymentVersion, after.currentBuildId, after.unsafe.isReplaying, before === after];
  }
  export async function attributes() {
    const { searchAttributes, typedSearchAttributes, memo, lastResult, lastFailure } = workflowInfo();
    return {
      untyped: searchAttributes.When[0] instanceof Date && searchAttributes.Customer,
      typed: typedSearchAttributes.get(defineSearchAttributeKey("Customer", "KEYWORD")),
      memo, lastResult, lastFailure: lastFailure instanceof Error && lastFailure.message,
    };
  }
`;

test("all facts of the start event are there", async () => {
  const { start } = await harness(source);
  const attributes = {
    parentWorkflowNamespace: "ns",
    parentWorkflowExecution: { workflowId: "parent", runId: "parent-run" },
    rootWorkflowExecution: { workflowId: "root", runId: "root-run" },
    originalExecutionRunId: "original-run",
    continuedExecutionRunId: "previous-run",
    workflowExecutionTimeout: { seconds: 100n, nanos: 0 },
    workflowRunTimeout: { seconds: 50n, nanos: 0 },
    workflowExecutionExpirationTime: { seconds: 1_700_000_100n, nanos: 0 },
    retryPolicy: { maximumAttempts: 3, backoffCoefficient: 2, initialInterval: { seconds: 1n, nanos: 0 } },
    attempt: 2,
    cronSchedule: "0 * * * *",
    firstWorkflowTaskBackoff: { seconds: 60n, nanos: 0 },
    priority: { priorityKey: 1, fairnessKey: "f", fairnessWeight: 2 },
  };
  expect(resultOf(start("info", { attributes }).first)).toMatchObject({
    early: "info",
    loading: true,
    inside: true,
    workflowId: "wf",
    workflowType: "info",
    taskQueue: "queue",
    namespace: "default",
    firstExecutionRunId: "first-run",
    originalExecutionRunId: "original-run",
    continuedFromExecutionRunId: "previous-run",
    parent: { workflowId: "parent", runId: "parent-run", namespace: "ns" },
    root: { workflowId: "root", runId: "root-run" },
    startTime: "2023-11-14T22:13:19.990Z",
    runStartTime: "2023-11-14T22:13:20.000Z",
    executionTimeoutMs: 100_000,
    runTimeoutMs: 50_000,
    taskTimeoutMs: 10_000,
    executionExpirationTime: "2023-11-14T22:15:00.000Z",
    retryPolicy: { maximumAttempts: 3, initialInterval: 1000 },
    attempt: 2,
    cronSchedule: "0 * * * *",
    cronScheduleToScheduleInterval: 60_000,
    priority: { priorityKey: 1, fairnessKey: "f", fairnessWeight: 2 },
    historyLength: 3,
    historySize: 100,
    memo: {},
    searchAttributes: {},
    typedSearchAttributes: [],
    flags: { isReplaying: false, isReplayingHistoryEvents: false },
    now: 1_700_000_000_005,
    random: "number",
    uuid: 36,
  });
});

test("facts that are not given are absent", async () => {
  const { start } = await harness(source);
  const run = start("info", {
    attributes: { rootWorkflowExecution: { workflowId: "", runId: "" } },
  });
  const info = resultOf(run.first) as { readonly [key: string]: unknown };
  expect(info["originalExecutionRunId"]).toBe(run.runId);
  for (const name of [
    "parent",
    "root",
    "cronSchedule",
    "retryPolicy",
    "continuedFromExecutionRunId",
    "lastResult",
  ]) {
    expect(info).not.toHaveProperty(name);
  }
});

test("facts of the task change with it, in a new snapshot", async () => {
  const { start } = await harness(source);
  const completion = start("changes").activate([timerJob(1)], {
    historyLength: 9,
    historySizeBytes: 5000,
    continueAsNewSuggested: true,
    continueAsNewReasons: [2, 99],
    targetDeploymentVersionChanged: true,
    deploymentVersion: { deploymentName: "orders", buildId: "7" },
    isReplaying: true,
  });
  expect(resultOf(completion)).toEqual([
    3,
    9,
    5000,
    true,
    ["TOO_MANY_HISTORY_EVENTS"],
    true,
    { deploymentName: "orders", buildId: "7" },
    "7",
    true,
    false,
  ]);
});

test("memo, search attributes, last result and last failure are decoded", async () => {
  const { start } = await harness(source);
  const attributes = {
    memo: { fields: { note: payload({ a: 1 }) } },
    searchAttributes: {
      indexedFields: {
        Customer: searchAttribute("c-1", "Keyword"),
        When: searchAttribute("2024-01-01T00:00:00Z", "Datetime"),
      },
    },
    lastCompletionResult: { payloads: [payload("before")] },
    continuedFailure: { message: "went wrong", failureInfo: { case: "applicationFailureInfo", value: {} } },
  };
  expect(resultOf(start("attributes", { attributes }).first)).toEqual({
    untyped: ["c-1"],
    typed: "c-1",
    memo: { note: { a: 1 } },
    lastResult: "before",
    lastFailure: "went wrong",
  });
});

test("bug class 65: maps of the wire come in any order, workflow code sees one", async () => {
  const { start } = await harness({
    workflows: `
      import { workflowInfo } from "perdure/workflow";
      export async function orders() {
        const { memo, searchAttributes, typedSearchAttributes } = workflowInfo();
        return [Object.keys(memo), Object.keys(searchAttributes), typedSearchAttributes.getAll().map(({ key }) => key.name)];
      }`,
    interceptors: [
      `import { workflowInfo } from "perdure/workflow";
       export const interceptors = () => ({ inbound: [{ async execute(input, next) { return [Object.keys(input.headers), await next(input)]; } }] });`,
    ],
  });
  const orders = [
    ["a", "b", "c"],
    ["c", "a", "b"],
    ["b", "c", "a"],
  ].map((names) => {
    const mapOf = (make: (name: string) => object): object =>
      Object.fromEntries(names.map((name) => [name, make(name)]));
    const attributes = {
      memo: { fields: mapOf(payload) },
      searchAttributes: { indexedFields: mapOf((name) => searchAttribute(name, "Keyword")) },
    };
    const headers = mapOf(payload) as { readonly [name: string]: ReturnType<typeof payload> };
    return resultOf(start("orders", { attributes, headers }).first);
  });
  const names = ["a", "b", "c"];
  expect(orders).toEqual(Array(3).fill([names, [names, names, names]]));
});
