import { defineScenario, type Scenario } from "./scenario.ts";
import { command, type Stage } from "./stage.ts";

const MOST_SIGNALS = 10_000;
const AT_ONCE = 100;

function signal(stage: Stage): Promise<unknown> {
  const { namespace, service, execution: workflowExecution } = stage;
  return service.signalWorkflowExecution({ namespace, workflowExecution, signalName: "s" });
}

/** Errors that no other script comes to. */
export const ERRORS: readonly Scenario[] = [
  defineScenario("errors: another first run", async (stage) => {
    await stage.start();
    const { service, namespace, execution: workflowExecution } = stage;
    const firstExecutionRunId = "11111111-2222-4333-8444-555555555555";
    const request = { namespace, workflowExecution, firstExecutionRunId };
    await stage.step("cancel", () => service.requestCancelWorkflowExecution(request));
    await stage.step("terminate", () => service.terminateWorkflowExecution(request));
  }),

  defineScenario("errors: a task that is stale", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    await stage.complete(task);
    const { service, namespace } = stage;
    await stage.step("completed twice", () => stage.complete(task));
    await stage.step("failed after that", () =>
      service.respondWorkflowTaskFailed({ namespace, taskToken: task.taskToken, cause: 24 }),
    );
    await service.terminateWorkflowExecution({ namespace, workflowExecution: stage.execution });
    await stage.step("completed when closed", () => stage.complete(task));
  }),

  defineScenario("errors: a close with a signal in the buffer", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    await signal(stage);
    await stage.step("close", () => stage.complete(task, [command("completeWorkflowExecution", {})]));
    const next = await stage.pollTask();
    await stage.step("signal while closing", () => signal(stage));
    await stage.complete(next, [command("completeWorkflowExecution", {})]);
    await stage.step("signal when closed", () => signal(stage));
  }),

  defineScenario("errors: a signal too many", async (stage) => {
    await stage.start();
    for (let sent = 0; sent < MOST_SIGNALS; sent += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, () => signal(stage)));
    }
    await stage.step("one more", () => signal(stage));
    const { namespace, service, execution } = stage;
    await stage.step(
      "all are there",
      () => service.describeWorkflowExecution({ namespace, execution }),
      ({ workflowExecutionInfo }) => workflowExecutionInfo?.historyLength,
    );
  }),
];
