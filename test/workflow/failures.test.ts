import { expect, test } from "vitest";
import {
  activityFailureJob,
  errorOf,
  failureOf,
  harness,
  kindsOf,
  resultOf,
  signalJob,
  timerJob,
} from "./vm-harness.ts";

const source = `
  import { ApplicationFailure, CancelledFailure, condition, defineSignal, proxyActivities, setHandler, setWorkflowOptions, sleep,
    TimeoutFailure } from "perdure/workflow";
  const { act } = proxyActivities({ startToCloseTimeout: "1m" });
  export class Domain extends Error {}
  class Special extends Domain {}
  export async function fails(how) {
    const errors = {
      application: () => ApplicationFailure.create({ message: "no", type: "No", nonRetryable: true, details: [1, "two"], nextRetryDelay: "3s" }),
      timeout: () => new TimeoutFailure("late", undefined, "START_TO_CLOSE"),
      cancelled: () => new CancelledFailure("not asked"),
      plain: () => new TypeError("a bug", { cause: new RangeError("deep") }),
      special: () => new Special("domain"),
      text: () => "just text",
    };
    throw errors[how]();
  }
  export async function wraps() {
    try { await act(); } catch (cause) { throw ApplicationFailure.create({ message: "wrapped", cause }); }
  }
  export async function rejected() { Promise.reject(new RangeError("nobody")); await sleep(1); }
  export async function unconvertible() { return () => 1; }
  export const constant = 5;
  export async function declared() { throw new Special("declared"); }
  setWorkflowOptions({ failureExceptionTypes: [Domain], versioningBehavior: "AUTO_UPGRADE" }, declared);
  export async function lazily() { throw new Special("lazy"); }
  setWorkflowOptions(() => ({ failureExceptionTypes: [Error] }), lazily);
  export async function badOptions() {}
  setWorkflowOptions({ versioningBehavior: "SOMETIMES" }, badOptions);
`;

test("Temporal failures fail the workflow with all that they carry", async () => {
  const { start } = await harness(source);
  const { first } = start("fails", { args: ["application"] });
  expect(errorOf(first)).toMatchObject({
    name: "ApplicationFailure",
    message: "no",
    type: "No",
    nonRetryable: true,
    details: [1, "two"],
  });
  expect(errorOf(start("fails", { args: ["timeout"] }).first)).toMatchObject({ name: "TimeoutFailure" });
});

test("a CancelledFailure without a request to cancel is a failure", async () => {
  const { start } = await harness(source);
  expect(kindsOf(start("fails", { args: ["cancelled"] }).first)).toEqual(["failWorkflow"]);
});

test("other errors fail the task, with the user's stack and cause", async () => {
  const { start } = await harness(source);
  const failure = failureOf(start("fails", { args: ["plain"] }).first);
  expect(failure).toMatchObject({ message: "a bug", source: "TypeScriptSDK", cause: { message: "deep" } });
  expect(failure.stackTrace).toContain("src/workflows.ts");
  expect(failure.stackTrace).not.toContain("runtime.js");
  expect(failureOf(start("fails", { args: ["text"] }).first).message).toContain("just text");
});

test.each([
  [["Error"], "text", true],
  [["Error"], "plain", true],
  [["Domain"], "special", true],
  [["Special"], "special", true],
  [["RangeError"], "special", false],
])("workflowFailureErrorTypes %j: an error '%s' fails the workflow: %s", async (types, how, fails) => {
  const { start } = await harness(source);
  const { first } = start("fails", { args: [how], facts: { workflowFailureErrorTypes: types } });
  expect(first.kind).toBe(fails ? "success" : "failure");
  if (fails) expect(kindsOf(first)).toEqual(["failWorkflow"]);
});

test("failureExceptionTypes of the definition, given at once or lazily", async () => {
  const { start } = await harness(source);
  const declared = start("declared").first;
  expect(errorOf(declared)).toMatchObject({ type: "Special", message: "declared" });
  expect(declared).toMatchObject({ versioningBehavior: 2 });
  expect(errorOf(start("lazily").first)).toMatchObject({ message: "lazy" });
  expect(failureOf(start("badOptions").first).message).toContain(
    'versioningBehavior is "SOMETIMES"; allowed are',
  );
});

test("a failure keeps the chain of causes", async () => {
  const { start } = await harness(source);
  const error = errorOf(start("wraps").activate([activityFailureJob(1, "failed")]));
  expect(error).toMatchObject({
    message: "wrapped",
    cause: { activityType: "act", cause: { message: "boom" } },
  });
});

test("an unhandled rejection fails the task of its run", async () => {
  const workflows = await harness(`
    import { condition, defineSignal, setHandler } from "perdure/workflow";
    export async function waits() {
      setHandler(defineSignal("go"), () => {});
      await condition(() => false);
    }
  `);
  const run = workflows.start("waits");
  workflows.entry.activate(run.runId, {
    runId: run.runId,
    timestampMs: 1,
    isReplaying: false,
    historyLength: 1,
    historySizeBytes: 0,
    continueAsNewSuggested: false,
    continueAsNewReasons: [],
    targetDeploymentVersionChanged: false,
    availableFlags: [],
    lastSdkVersion: "",
    jobs: [signalJob("go")],
  });
  workflows.entry.unhandledRejection(run.runId, new RangeError("nobody"));
  expect(workflows.entry.unblockConditions(run.runId)).toBe(false);
  expect(workflows.entry.conclude(run.runId)).toMatchObject({
    kind: "failure",
    failure: { message: "Unhandled Promise rejection: RangeError: nobody", cause: { message: "nobody" } },
  });
});

test("after a task has failed, so does the next until the run is made anew", async () => {
  const { start } = await harness(source);
  const run = start("fails", { args: ["plain"] });
  expect(run.first.kind).toBe("failure");
  expect(failureOf(run.activate([timerJob(1)])).message).toBe("a bug");
});

test("a result that cannot be converted fails the task", async () => {
  const { start } = await harness(source);
  expect(failureOf(start("unconvertible").first).message).toContain("Unable to convert");
});

test("an unknown workflow type fails the task and names those that there are", async () => {
  const { start } = await harness(source);
  expect(failureOf(start("nope").first).message).toContain(
    "Failed to initialize workflow of type 'nope': no such function is exported by the workflow bundle. Exported are: badOptions, declared, fails",
  );
  expect(failureOf(start("constant").first).message).toContain("expected a function, but got: 'number'");
});

test("the default export runs the types that have no workflow of their own", async () => {
  const { start } = await harness(`
    import { workflowInfo } from "perdure/workflow";
    export async function own() { return "own"; }
    export default async function (...args) { return [workflowInfo().workflowType, args]; }
  `);
  expect(resultOf(start("own").first)).toBe("own");
  expect(resultOf(start("else", { args: [1] }).first)).toEqual(["else", [1]]);
});

test("a module that throws fails the task", async () => {
  const { start } = await harness(`throw new RangeError("at the top"); export async function never() {}`);
  expect(failureOf(start("never").first)).toMatchObject({ message: "at the top" });
});

test("start and other jobs do not mix", async () => {
  const { start } = await harness(source);
  expect(failureOf(start("rejected", { jobs: [timerJob(1)] }).first).message).toBe(
    "Received both initializeWorkflow and fireTimer jobs in the same activation",
  );
});
