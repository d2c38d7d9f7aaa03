import type { Init } from "../../../src/codec-runtime/init.ts";
import type { StartWorkflowExecutionRequest } from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { keyword } from "./chain-retries.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { json, type Stage, seconds } from "./stage.ts";

type Request = Init<StartWorkflowExecutionRequest>;

const BIG = "x".repeat(2 * 1024 * 1024 + 1);

function bad(stage: Stage): readonly (readonly [string, Request])[] {
  return [
    ["no workflow id", { workflowId: "" }],
    ["long workflow id", { workflowId: "w".repeat(1001) }],
    ["no type", { workflowType: undefined }],
    ["empty type", { workflowType: { name: "" } }],
    ["long type", { workflowType: { name: "t".repeat(1001) } }],
    ["no task queue", { taskQueue: undefined }],
    ["empty task queue", { taskQueue: { name: "" } }],
    ["long task queue", { taskQueue: { name: "q".repeat(1001) } }],
    ["reserved task queue", { taskQueue: { name: "/_sys/x" } }],
    ["sticky task queue", { taskQueue: { name: stage.taskQueue, kind: 2, normalName: "n" } }],
    ["negative execution timeout", { workflowExecutionTimeout: seconds(-1) }],
    ["negative run timeout", { workflowRunTimeout: seconds(-1) }],
    ["negative task timeout", { workflowTaskTimeout: seconds(-1) }],
    ["mixed signs", { workflowRunTimeout: { seconds: 1n, nanos: -1 } }],
    ["negative start delay", { workflowStartDelay: seconds(-1) }],
    ["cron and delay", { cronSchedule: "@daily", workflowStartDelay: seconds(1) }],
    ["cron and a delay of 0", { cronSchedule: "nonsense", workflowStartDelay: seconds(0) }],
    ["long request id", { requestId: "r".repeat(1001) }],
    ["long identity", { identity: "i".repeat(1001) }],
    ["unknown search attribute", { searchAttributes: { indexedFields: { Nope: keyword("x") } } }],
    ["system search attribute", { searchAttributes: { indexedFields: { WorkflowId: keyword("x") } } }],
    ["big input", { input: json(BIG) }],
    ["big memo", { memo: { fields: { m: json(BIG).payloads?.[0] } } }],
    ["retry: negative interval", { retryPolicy: { initialInterval: seconds(-1) } }],
    ["retry: coefficient", { retryPolicy: { initialInterval: seconds(1), backoffCoefficient: 0.5 } }],
    [
      "retry: intervals",
      { retryPolicy: { initialInterval: seconds(2), maximumInterval: seconds(1), backoffCoefficient: 1 } },
    ],
    ["retry: attempts", { retryPolicy: { maximumAttempts: -1 } }],
    ["retry: timeout type", { retryPolicy: { nonRetryableErrorTypes: ["TemporalTimeout:Never"] } }],
    ["terminate and conflict", { workflowIdReusePolicy: 4, workflowIdConflictPolicy: 1 }],
    ["reject and terminate", { workflowIdReusePolicy: 3, workflowIdConflictPolicy: 3 }],
    ["unknown reuse policy", { workflowIdReusePolicy: 17 as never }],
    ["unknown conflict policy", { workflowIdConflictPolicy: 17 as never }],
    ["long summary", { userMetadata: { summary: json("s".repeat(401)).payloads?.[0] } }],
    ["long details", { userMetadata: { details: json("s".repeat(20_001)).payloads?.[0] } }],
    ["negative priority", { priority: { priorityKey: -1 } }],
    ["long fairness key", { priority: { fairnessKey: "f".repeat(65) } }],
    ["eager", { requestEagerExecution: true, workflowStartDelay: seconds(60) }],
    ["reserved workflow type", { workflowType: { name: "temporal-sys-x" } }],
    ["two faults: type and queue", { workflowType: { name: "" }, taskQueue: { name: "" } }],
    ["two faults: timeout and queue", { workflowRunTimeout: seconds(-1), taskQueue: { name: "" } }],
    ["two faults: retry and cron", { retryPolicy: { maximumAttempts: -1 }, cronSchedule: "nonsense" }],
    ["two faults: retry and type", { retryPolicy: { maximumAttempts: -1 }, workflowType: { name: "" } }],
    ["two faults: cron and request id", { cronSchedule: "nonsense", requestId: "r".repeat(1001) }],
    ["two faults: delay and queue", { workflowStartDelay: seconds(-1), taskQueue: { name: "" } }],
    ["two faults: delay and id", { workflowStartDelay: seconds(-1), workflowId: "w".repeat(1001) }],
    [
      "two faults: timeout and retry",
      { workflowRunTimeout: seconds(-1), retryPolicy: { maximumAttempts: -1 } },
    ],
    [
      "two faults: policies and queue",
      { workflowIdReusePolicy: 4, workflowIdConflictPolicy: 1, taskQueue: { name: "" } },
    ],
    [
      "two faults: attribute and input",
      { input: json(BIG), searchAttributes: { indexedFields: { Nope: keyword("x") } } },
    ],
    [
      "two faults: request id and attribute",
      { requestId: "r".repeat(1001), searchAttributes: { indexedFields: { Nope: keyword("x") } } },
    ],
    [
      "two faults: policies and attribute",
      {
        workflowIdReusePolicy: 4,
        workflowIdConflictPolicy: 1,
        searchAttributes: { indexedFields: { Nope: keyword("x") } },
      },
    ],
    ["two faults: priority and queue", { priority: { priorityKey: -1 }, taskQueue: { name: "" } }],
  ];
}

/** What a start must be like. */
export const START_CHECKS: readonly Scenario[] = [
  defineScenario("start: requests that are refused", async (stage) => {
    for (const [index, [step, request]] of bad(stage).entries()) {
      const workflowId = stage.id(`bad${index}`);
      await stage.step(
        step,
        () => stage.start({ workflowId, ...request }),
        () => "taken",
      );
    }
  }),

  defineScenario("start: timeouts are made to fit", async (stage) => {
    const cases: readonly (readonly [string, Request])[] = [
      [
        "run longer than execution",
        { workflowRunTimeout: seconds(90), workflowExecutionTimeout: seconds(60) },
      ],
      ["task longer than run", { workflowRunTimeout: seconds(4), workflowTaskTimeout: seconds(9) }],
      ["task of hours", { workflowTaskTimeout: seconds(7200) }],
      ["execution of 200 years", { workflowExecutionTimeout: seconds(200 * 365 * 86_400) }],
      ["zeros", { workflowRunTimeout: seconds(0), workflowExecutionTimeout: seconds(0) }],
      ["a delay", { workflowStartDelay: seconds(60), workflowExecutionTimeout: seconds(60) }],
    ];
    for (const [index, [step, request]] of cases.entries()) {
      const workflowId = stage.id(`fit${index}`);
      await stage.start({ workflowId, ...request });
      await stage.history(step, { workflowId });
    }
  }),

  defineScenario("start: a delay", async (stage) => {
    const { service, namespace } = stage;
    await stage.start({ workflowStartDelay: seconds(2), workflowRunTimeout: seconds(2) });
    await service.signalWorkflowExecution({
      namespace,
      workflowExecution: stage.execution,
      signalName: "early",
      identity: "s",
    });
    await stage.history("waits");
    await stage.decide();
    await stage.until("workflowExecutionTimedOut");
    await stage.history("timed out");
  }),

  defineScenario("start: timeouts of run and execution", async (stage) => {
    await stage.start({ workflowRunTimeout: seconds(1) });
    await stage.pollTask();
    await stage.until("workflowExecutionTimedOut");
    await stage.history("run");
    const workflowId = stage.id("execution");
    await stage.start({ workflowId, workflowExecutionTimeout: seconds(1) });
    await stage.until("workflowExecutionTimedOut", { workflowId });
    await stage.history("execution", { workflowId });
  }),
];
