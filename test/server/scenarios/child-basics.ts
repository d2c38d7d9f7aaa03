import type { Init } from "../../../src/codec-runtime/init.ts";
import type { Command } from "../../../src/gen/codec/temporal/api/command/v1/message.ts";
import { keyword } from "./chain-retries.ts";
import { closing, completing, failing, nextRun, present, stop } from "./chain-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, type Stage, seconds } from "./stage.ts";

type Attributes = Parameters<typeof command<"startChildWorkflowExecution">>[1];

/** Starts a child on a task queue of its own. */
export function startingChild(stage: Stage, value: Attributes = {}): Init<Command> {
  return command("startChildWorkflowExecution", {
    workflowId: stage.id("child"),
    workflowType: { name: "child" },
    taskQueue: { name: stage.id("children") },
    ...value,
  });
}

/** Takes the next task of a child and completes it. */
export async function decideChild(stage: Stage, ...commands: readonly Init<Command>[]): Promise<void> {
  await stage.complete(await stage.pollTask(stage.id("children")), commands);
}

/** Logs the histories of parent and child. */
export async function family(stage: Stage): Promise<void> {
  await stage.history("parent");
  await stage.history("child", { workflowId: stage.id("child") });
}

/** Starts a parent with a child. */
async function startFamily(stage: Stage, value: Attributes = {}): Promise<string> {
  const runId = await stage.start();
  await stage.decide(startingChild(stage, value));
  await stage.until("childWorkflowExecutionStarted");
  return runId;
}

/** Children from their start to their end. */
export const CHILD_BASICS: readonly Scenario[] = [
  defineScenario("child: completes", async (stage) => {
    await stage.start({ priority: { priorityKey: 2 }, workflowTaskTimeout: seconds(5) });
    await stage.decide({
      ...startingChild(stage, {
        input: json("in"),
        header: { fields: { h: json("header").payloads?.[0] } },
        memo: { fields: { note: json("memo").payloads?.[0] } },
        searchAttributes: { indexedFields: { CustomKeyword: keyword("sa") } },
        workflowRunTimeout: seconds(30),
        workflowExecutionTimeout: seconds(60),
        control: "control",
      }),
      userMetadata: { summary: json("sum").payloads?.[0] },
    });
    await stage.until("childWorkflowExecutionStarted");
    await stage.decide();
    await decideChild(stage, completing("out"));
    await stage.finish();
    await family(stage);
  }),

  defineScenario("child: defaults", async (stage) => {
    await stage.start({ workflowRunTimeout: seconds(50) });
    await stage.decide(startingChild(stage, { taskQueue: undefined }));
    await stage.until("childWorkflowExecutionStarted");
    await family(stage);
    await stop(stage);
  }),

  defineScenario("child: ways to end", async (stage) => {
    const endings = [
      ["failed", failing("bad", { type: "Bad" })],
      ["cancelled", command("cancelWorkflowExecution", { details: json("why") })],
      ["terminated", undefined],
    ] as const;
    for (const [how, ending] of endings) {
      const workflowId = stage.id(how);
      await stage.start({ workflowId });
      await stage.decide(startingChild(stage, { workflowId: stage.id(`${how}-child`) }));
      await stage.until("childWorkflowExecutionStarted", { workflowId });
      await stage.decide();
      if (ending) await decideChild(stage, ending);
      else {
        await stage.pollTask(stage.id("children"));
        await stop(stage, stage.id(`${how}-child`));
      }
      await stage.finish();
      await stage.history(how, { workflowId });
    }
  }),

  defineScenario("child: times out", async (stage) => {
    await startFamily(stage, { workflowRunTimeout: seconds(1) });
    await stage.decide();
    await stage.until("childWorkflowExecutionTimedOut");
    await stage.finish();
    await family(stage);
  }),

  defineScenario("child: continues as new, its parent hears of the last run", async (stage) => {
    await startFamily(stage);
    await stage.decide();
    const child = stage.id("child");
    const first = (await stage.events({ workflowId: child }))[0];
    const attributes = first?.attributes;
    const firstRun =
      attributes?.case === "workflowExecutionStartedEventAttributes"
        ? attributes.value.firstExecutionRunId
        : "";
    const task = await stage.pollTask(stage.id("children"));
    await stage.pause(1100);
    await stage.complete(task, [command("continueAsNewWorkflowExecution", { input: json(2) })]);
    await nextRun(stage, firstRun, child);
    await decideChild(stage, completing("last"));
    await stage.finish();
    await family(stage);
  }),

  defineScenario("child: retried", async (stage) => {
    await startFamily(stage, {
      retryPolicy: { initialInterval: seconds(1), maximumAttempts: 2, backoffCoefficient: 1 },
    });
    await stage.decide();
    await decideChild(stage, failing("one"));
    await decideChild(stage, failing("two"));
    await stage.finish();
    await family(stage);
  }),

  defineScenario("child: with a cron schedule", async (stage) => {
    await stage.pause(1000 - (Date.now() % 1000) + 20);
    await startFamily(stage, { cronSchedule: "@every 2s" });
    await stage.decide();
    await decideChild(stage, completing("one"));
    await stage.pollTask(stage.id("children"));
    await stop(stage, stage.id("child"));
    await stage.finish();
    await family(stage);
  }),

  defineScenario("child: ends of two while their parent decides", async (stage) => {
    await stage.start();
    await stage.decide(
      startingChild(stage, { workflowId: stage.id("one") }),
      startingChild(stage, { workflowId: stage.id("two"), taskQueue: { name: stage.id("others") } }),
    );
    for (;;) {
      const events = await stage.events();
      const started = events.filter(
        ({ attributes }) => attributes.case === "childWorkflowExecutionStartedEventAttributes",
      );
      if (started.length === 2) break;
      await stage.pause(25);
    }
    const task = await stage.pollTask();
    await decideChild(stage, completing(1));
    await stage.complete(await stage.pollTask(stage.id("others")), [completing(2)]);
    await stage.pause(300);
    await stage.complete(task);
    await stage.finish();
    await stage.step("parent", async () =>
      (await stage.events()).map(({ eventId, attributes }) => `${eventId} ${attributes.case}`).slice(7),
    );
  }),

  defineScenario("child: started and abandoned by the same task", async (stage) => {
    for (const parentClosePolicy of [2, 1] as const) {
      const workflowId = stage.id(`parent${parentClosePolicy}`);
      const child = stage.id(`orphan${parentClosePolicy}`);
      await stage.start({ workflowId });
      await stage.decide(startingChild(stage, { workflowId: child, parentClosePolicy }), completing());
      await stage.pause(1500);
      await stage.history(`parent ${parentClosePolicy}`, { workflowId });
      await stage.history(`child ${parentClosePolicy}`, { workflowId: child });
      await stop(stage, child);
    }
  }),

  defineScenario("child: what becomes of it when its parent closes", async (stage) => {
    const endings = ["completed", "terminated", "continued"] as const;
    for (const how of endings) {
      const workflowId = stage.id(how);
      const taskQueue = { name: stage.id(`queue-${how}`) };
      const children = [1, 2, 3].map((policy) => stage.id(`${how}-child${policy}`));
      const runId = await stage.start({ workflowId, taskQueue });
      for (const [index, child] of children.entries()) {
        await stage.complete(await stage.pollTask(taskQueue.name), [
          startingChild(stage, { workflowId: child, parentClosePolicy: (index + 1) as 1 | 2 | 3 }),
        ]);
        await present(stage, child);
      }
      if (how === "terminated") await stop(stage, workflowId);
      else {
        const task = await stage.pollTask(taskQueue.name);
        await stage.complete(task, [
          how === "completed"
            ? completing()
            : command("continueAsNewWorkflowExecution", { backoffStartInterval: seconds(60) }),
        ]);
      }
      await closing(stage, { workflowId, runId });
      await closing(stage, { workflowId: children[0] ?? "" });
      await stage.until("workflowExecutionCancelRequested", { workflowId: children[2] ?? "" });
      for (const [index, child] of children.entries()) {
        await stage.step(`${how}: child ${index + 1}`, async () =>
          (await stage.events({ workflowId: child })).slice(2),
        );
        await stop(stage, child);
      }
      await stop(stage, workflowId);
    }
  }),
];
