import { signal } from "./chain-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";

/** Waits until the server knows nothing of the default workflow any more. */
async function gone(stage: Stage): Promise<void> {
  for (let left = 400; left > 0; left -= 1) {
    try {
      await stage.events();
    } catch {
      return;
    }
    await stage.pause(50);
  }
  throw new Error("the workflow is still there after 20 s");
}

/** Workflows that are deleted. */
export const DELETES: readonly Scenario[] = [
  defineScenario("delete: open and closed workflows", async (stage) => {
    const { service, namespace } = stage;
    for (const how of ["open", "closed"]) {
      await stage.start();
      if (how === "closed") await stage.finish();
      await stage.step(how, () =>
        service.deleteWorkflowExecution({ namespace, workflowExecution: stage.execution }),
      );
      // The real server takes its time with closed ones.
      if (how === "closed") break;
      await gone(stage);
      await stage.history(`${how}: afterwards`);
      await stage.step(`${how}: a signal`, () => signal(stage));
    }
  }),

  defineScenario("delete: requests that are refused", async (stage) => {
    const { service, namespace } = stage;
    const cases = [
      ["no execution", undefined],
      ["no id", {}],
      ["malformed run", { workflowId: stage.workflowId, runId: "x" }],
      ["unknown", { workflowId: stage.id("nobody") }],
    ] as const;
    for (const [step, workflowExecution] of cases)
      await stage.step(step, () => service.deleteWorkflowExecution({ namespace, workflowExecution }));
  }),
];
