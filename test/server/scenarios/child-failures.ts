import { keyword } from "./chain-retries.ts";
import { completing, stop } from "./chain-steps.ts";
import { decideChild, family, startingChild } from "./child-basics.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, type Stage, seconds } from "./stage.ts";

/** Starts a workflow with the id that the child will want. */
async function occupied(stage: Stage, close: boolean): Promise<void> {
  const workflowId = stage.id("child");
  await stage.start({ workflowId, taskQueue: { name: stage.id("children") } });
  if (close) await decideChild(stage, completing());
}

/** Children that cannot be started. */
export const CHILD_FAILURES: readonly Scenario[] = [
  defineScenario("child: its id is taken", async (stage) => {
    await occupied(stage, false);
    await stage.start();
    await stage.decide(startingChild(stage, { control: "control" }));
    await stage.until("startChildWorkflowExecutionFailed");
    await stage.finish();
    await stage.history();
    await stop(stage, stage.id("child"));
  }),

  defineScenario("child: its id was used and must not be used again", async (stage) => {
    await occupied(stage, true);
    await stage.start();
    await stage.decide(startingChild(stage, { workflowIdReusePolicy: 3 }));
    await stage.until("startChildWorkflowExecutionFailed");
    await stage.decide(startingChild(stage, { workflowIdReusePolicy: 2 }));
    await stage.decide(startingChild(stage, { workflowIdReusePolicy: 1 }));
    await stage.until("childWorkflowExecutionStarted");
    await stop(stage);
    await stage.history();
  }),

  defineScenario("child: takes the place of a running workflow", async (stage) => {
    await occupied(stage, false);
    await stage.start();
    await stage.decide(startingChild(stage, { workflowIdReusePolicy: 4 }));
    await stage.until("childWorkflowExecutionStarted");
    await stage.decide();
    await decideChild(stage, completing());
    await stage.finish();
    await family(stage);
  }),

  defineScenario("child: commands that are refused", async (stage) => {
    const cases = [
      ["no id", { workflowId: "" }],
      ["no type", { workflowType: undefined }],
      ["long id", { workflowId: "w".repeat(1001) }],
      ["long type", { workflowType: { name: "t".repeat(1001) } }],
      ["long queue", { taskQueue: { name: "q".repeat(1001) } }],
      ["reserved queue", { taskQueue: { name: "/_sys/x" } }],
      ["negative execution timeout", { workflowExecutionTimeout: seconds(-1) }],
      ["negative run timeout", { workflowRunTimeout: seconds(-1) }],
      ["negative task timeout", { workflowTaskTimeout: seconds(-1) }],
      ["retry policy", { retryPolicy: { maximumAttempts: -1 } }],
      ["cron", { cronSchedule: "nonsense" }],
      ["priority", { priority: { priorityKey: -1 } }],
      ["search attribute", { searchAttributes: { indexedFields: { Nope: keyword("x") } } }],
      ["other namespace", { namespace: "temporal-system" }],
      ["unknown namespace", { namespace: "no-such-namespace" }],
      ["terminate and conflict", { workflowIdReusePolicy: 17 as never }],
    ] as const;
    for (const [index, [name, value]] of cases.entries()) {
      const workflowId = stage.id(`refused${index}`);
      await stage.start({ workflowId });
      const task = await stage.pollTask();
      const child = stage.id(`child${index}`);
      await stage.step(name, () =>
        stage.complete(task, [startingChild(stage, { workflowId: child, ...value })]),
      );
      await stage.step(`${name}: failed task`, async () =>
        (await stage.events({ workflowId })).filter(
          ({ attributes }) => attributes.case === "workflowTaskFailedEventAttributes",
        ),
      );
      await stop(stage, workflowId);
      await stop(stage, child);
    }
  }),

  defineScenario("child: cancelled by its parent", async (stage) => {
    await stage.start();
    await stage.decide(startingChild(stage));
    await stage.until("childWorkflowExecutionStarted");
    await stage.decide(
      command("requestCancelExternalWorkflowExecution", {
        workflowId: stage.id("child"),
        childWorkflowOnly: true,
        reason: "enough",
        control: "control",
      }),
    );
    await stage.until("externalWorkflowExecutionCancelRequested");
    await decideChild(stage, command("cancelWorkflowExecution", { details: json("bye") }));
    await stage.until("childWorkflowExecutionCanceled");
    await stage.finish();
    await family(stage);
  }),

  defineScenario("child: started and cancelled by one task", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    await stage.step("refused", () =>
      stage.complete(task, [
        startingChild(stage),
        command("requestCancelExternalWorkflowExecution", {
          workflowId: stage.id("child"),
          childWorkflowOnly: true,
        }),
      ]),
    );
    await stop(stage);
    await stage.history();
  }),
];
