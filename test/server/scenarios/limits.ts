import { completing, failing, signal, stop } from "./chain-steps.ts";
import { startingChild } from "./child-basics.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, type Stage } from "./stage.ts";

const BIG = json("x".repeat(2 * 1024 * 1024 + 100));

/** The kinds of events, one line. */
async function kinds(stage: Stage, step: string, workflowId: string = stage.workflowId): Promise<void> {
  await stage.step(
    step,
    () => stage.events({ workflowId }),
    (events) =>
      events
        .map(
          ({ eventId, attributes }) => `${eventId} ${attributes.case?.slice(0, -"EventAttributes".length)}`,
        )
        .slice(-6),
  );
}

/** Limits of the server. */
export const LIMITS: readonly Scenario[] = [
  defineScenario("limits: a command that is too large ends the workflow", async (stage) => {
    const cases = [
      ["result", command("completeWorkflowExecution", { result: BIG })],
      ["failure", failing("x".repeat(2 * 1024 * 1024 + 100))],
      ["cancel details", command("cancelWorkflowExecution", { details: BIG })],
      ["continue", command("continueAsNewWorkflowExecution", { input: BIG })],
      ["child", startingChild(stage, { input: BIG })],
      [
        "signal",
        command("signalExternalWorkflowExecution", {
          execution: { workflowId: "x" },
          signalName: "s",
          input: BIG,
        }),
      ],
      ["marker", command("recordMarker", { markerName: "m", details: { d: BIG } })],
      ["memo", command("modifyWorkflowProperties", { upsertedMemo: { fields: { m: BIG.payloads?.[0] } } })],
    ] as const;
    for (const [index, [name, given]] of cases.entries()) {
      const workflowId = stage.id(`big${index}`);
      await stage.start({ workflowId });
      const task = await stage.pollTask();
      await stage.step(name, () => stage.complete(task, [given]));
      await stage.step(`${name}: what follows`, async () => (await stage.events({ workflowId })).slice(3, 5));
      await stop(stage, workflowId);
    }
  }),

  defineScenario("limits: more than a hundred events in the buffer", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    for (let index = 0; index < 100; index += 1) await signal(stage);
    await kinds(stage, "a hundred");
    await signal(stage);
    await kinds(stage, "one more");
    await stage.step("too late", () => stage.complete(task, [completing()]));
    await stage.finish();
    await kinds(stage, "done");
    await stage.step("failed task", async () => (await stage.events()).slice(3, 4));
  }),
];
