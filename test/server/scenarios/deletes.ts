import type { DescribeWorkflowExecutionResponse } from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
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

  defineScenario("delete: the newest of two runs", async (stage) => {
    const { service, namespace, workflowId } = stage;
    const first = await stage.start();
    await stage.finish();
    await stage.start();
    await service.deleteWorkflowExecution({ namespace, workflowExecution: stage.execution });
    await gone(stage);
    const about = ({ workflowExecutionInfo }: DescribeWorkflowExecutionResponse): unknown => ({
      first: workflowExecutionInfo?.execution?.runId === first,
    });
    const describe = (runId: string): Promise<DescribeWorkflowExecutionResponse> =>
      service.describeWorkflowExecution({ namespace, execution: { workflowId, runId } });
    await stage.step("without a run", () => describe(""), about);
    await stage.step("the run before", () => describe(first), about);
    await stage.step("a reset of it", () =>
      service.resetWorkflowExecution({
        namespace,
        workflowExecution: { workflowId, runId: first },
        requestId: stage.id("reset"),
        workflowTaskFinishEventId: 3n,
      }),
    );
    await stage.step("the run of the reset", () => describe(""), about);
    await service.deleteWorkflowExecution({ namespace, workflowExecution: stage.execution });
    await gone(stage);
    await stage.step("a start that rejects duplicates", () => stage.start({ workflowIdReusePolicy: 3 }));
    await stage.step("afterwards", () => describe(""), about);
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
