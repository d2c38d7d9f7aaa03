import type { Init } from "../../../src/codec-runtime/init.ts";
import type { Command } from "../../../src/gen/codec/temporal/api/command/v1/message.ts";
import { keyword } from "./chain-retries.ts";
import { applicationFailure, completing, histories, nextRun, signal, stop } from "./chain-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, type Stage, seconds } from "./stage.ts";

type Attributes = Parameters<typeof command<"continueAsNewWorkflowExecution">>[1];

function continuing(stage: Stage, value: Attributes = {}): Init<Command> {
  return command("continueAsNewWorkflowExecution", {
    workflowType: { name: "scenario" },
    taskQueue: { name: stage.taskQueue },
    ...value,
  });
}

/** Runs that continue as new. */
export const CHAIN_CONTINUES: readonly Scenario[] = [
  defineScenario("continue: what the next run inherits", async (stage) => {
    const first = await stage.start({
      input: json("in"),
      memo: { fields: { note: json("memo").payloads?.[0] } },
      header: { fields: { h: json("header").payloads?.[0] } },
      searchAttributes: { indexedFields: { CustomKeyword: keyword("sa") } },
      retryPolicy: { maximumAttempts: 3 },
      workflowRunTimeout: seconds(30),
      workflowExecutionTimeout: seconds(60),
      workflowTaskTimeout: seconds(5),
      priority: { priorityKey: 2 },
      userMetadata: { summary: json("sum").payloads?.[0] },
    });
    const task = await stage.pollTask();
    await stage.pause(1100);
    await stage.complete(task, [
      command("modifyWorkflowProperties", { upsertedMemo: { fields: { more: json("x").payloads?.[0] } } }),
      command("upsertWorkflowSearchAttributes", {
        searchAttributes: { indexedFields: { OrderId: keyword("order") } },
      }),
      continuing(stage, { workflowType: undefined, taskQueue: undefined }),
    ]);
    const second = await nextRun(stage, first);
    await stop(stage);
    await histories(stage, [first, second]);
  }),

  defineScenario("continue: what the command says itself", async (stage) => {
    const first = await stage.start({ input: json("in") });
    await stage.decide(
      continuing(stage, {
        workflowType: { name: "other" },
        taskQueue: { name: stage.id("other-queue") },
        input: json("next"),
        workflowRunTimeout: seconds(20),
        workflowTaskTimeout: seconds(3),
        retryPolicy: { initialInterval: seconds(2) },
        header: { fields: { h: json("header").payloads?.[0] } },
        memo: { fields: { note: json("memo").payloads?.[0] } },
        searchAttributes: { indexedFields: { CustomKeyword: keyword("sa") } },
        failure: applicationFailure("before"),
        lastCompletionResult: json("last"),
        backoffStartInterval: seconds(5),
      }),
    );
    const second = await nextRun(stage, first);
    await stop(stage);
    await histories(stage, [first, second]);
  }),

  defineScenario("continue: a run older than a second does not wait", async (stage) => {
    const first = await stage.start();
    const task = await stage.pollTask();
    await stage.pause(1200);
    await stage.complete(task, [continuing(stage, { input: json(2) })]);
    const second = await nextRun(stage, first);
    await stage.decide(completing());
    await histories(stage, [first, second]);
  }),

  defineScenario("continue: the execution timeout spans the chain", async (stage) => {
    const first = await stage.start({ workflowExecutionTimeout: seconds(3) });
    const task = await stage.pollTask();
    await stage.pause(1200);
    await stage.complete(task, [continuing(stage)]);
    const second = await nextRun(stage, first);
    await stage.until("workflowExecutionTimedOut", { workflowId: stage.workflowId, runId: second });
    await histories(stage, [first, second]);
  }),

  defineScenario("continue: a run timeout for each run", async (stage) => {
    const first = await stage.start({ workflowRunTimeout: seconds(4) });
    const task = await stage.pollTask();
    await stage.pause(1200);
    await stage.complete(task, [continuing(stage)]);
    const second = await nextRun(stage, first);
    await stage.until("workflowExecutionTimedOut", { workflowId: stage.workflowId, runId: second });
    await histories(stage, [first, second]);
  }),

  defineScenario("continue: signals and cancel requests to the first run and to the chain", async (stage) => {
    const { service, namespace, workflowId } = stage;
    const first = await stage.start();
    await stage.decide(continuing(stage, { backoffStartInterval: seconds(60) }));
    const second = await nextRun(stage, first);
    const old = { workflowId, runId: first };
    const calls = [
      [
        "signal to the old run",
        () => service.signalWorkflowExecution({ namespace, workflowExecution: old, signalName: "s" }),
      ],
      [
        "cancel of the old run",
        () => service.requestCancelWorkflowExecution({ namespace, workflowExecution: old }),
      ],
      [
        "cancel by the first run id",
        () =>
          service.requestCancelWorkflowExecution({
            namespace,
            workflowExecution: { workflowId },
            firstExecutionRunId: first,
          }),
      ],
      [
        "cancel by a wrong first run id",
        () =>
          service.requestCancelWorkflowExecution({
            namespace,
            workflowExecution: { workflowId },
            firstExecutionRunId: second,
          }),
      ],
      [
        "terminate the old run",
        () => service.terminateWorkflowExecution({ namespace, workflowExecution: old }),
      ],
      [
        "terminate by a wrong first run id",
        () =>
          service.terminateWorkflowExecution({
            namespace,
            workflowExecution: { workflowId },
            firstExecutionRunId: second,
          }),
      ],
      [
        "terminate by the first run id",
        () =>
          service.terminateWorkflowExecution({
            namespace,
            workflowExecution: { workflowId },
            firstExecutionRunId: first,
          }),
      ],
    ] as const;
    for (const [step, call] of calls) await stage.step<unknown>(step, call);
    await histories(stage, [first, second]);
  }),

  defineScenario("continue: refused while a signal waits", async (stage) => {
    const first = await stage.start();
    const task = await stage.pollTask();
    await signal(stage);
    await stage.step("refused", () => stage.complete(task, [continuing(stage)]));
    const again = await stage.pollTask();
    await stage.pause(1100);
    await stage.complete(again, [continuing(stage)]);
    const second = await nextRun(stage, first);
    await stop(stage);
    await histories(stage, [first, second]);
  }),

  defineScenario("continue: commands that are refused", async (stage) => {
    const cases = [
      ["long type", { workflowType: { name: "t".repeat(1001) } }],
      ["long queue", { taskQueue: { name: "q".repeat(1001) } }],
      ["reserved queue", { taskQueue: { name: "/_sys/x" } }],
      ["negative run timeout", { workflowRunTimeout: seconds(-1) }],
      ["negative task timeout", { workflowTaskTimeout: seconds(-1) }],
      ["negative backoff", { backoffStartInterval: seconds(-1) }],
      ["retry policy", { retryPolicy: { backoffCoefficient: 0.5, initialInterval: seconds(1) } }],
      ["cron", { cronSchedule: "nonsense", backoffStartInterval: seconds(60) }],
      ["search attribute", { searchAttributes: { indexedFields: { Nope: keyword("x") } } }],
    ] as const;
    for (const [index, [name, value]] of cases.entries()) {
      const workflowId = stage.id(`refused${index}`);
      await stage.start({ workflowId });
      const task = await stage.pollTask();
      await stage.step(name, () => stage.complete(task, [continuing(stage, value)]));
      await stage.step(`${name}: last events`, async () => (await stage.events({ workflowId })).slice(-2));
      await stop(stage, workflowId);
    }
  }),
];
