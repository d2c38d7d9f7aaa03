import type { PollWorkflowTaskQueueResponse } from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { completing, signal, stop } from "./chain-steps.ts";
import { startingChild } from "./child-basics.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, type Stage } from "./stage.ts";

/** The next task of a workflow whose close came to nothing, since a signal was there before it. While it is held, the server lets no signal in. */
async function undecided(
  stage: Stage,
  workflowId: string,
  queue: string,
): Promise<PollWorkflowTaskQueueResponse> {
  const task = await stage.pollTask(queue);
  await signal(stage, "first", workflowId);
  await stage.complete(task, [completing()]).catch(() => undefined);
  const held = await stage.pollTask(queue);
  await stage.step("a signal from outside", () => signal(stage, "refused", workflowId));
  return held;
}

/** What other workflows do to one that just now decides whether to close. */
export const UNDECIDED_TARGETS: readonly Scenario[] = [
  defineScenario("undecided: a signal waits until it is decided to go on", async (stage) => {
    const [workflowId, queue] = [stage.id("target"), stage.id("targets")];
    await stage.start({ workflowId, taskQueue: { name: queue } });
    const held = await undecided(stage, workflowId, queue);
    await stage.start();
    await stage.decide(
      command("signalExternalWorkflowExecution", { execution: { workflowId }, signalName: "hello" }),
    );
    await stage.pause(500);
    await stage.history("the sender meanwhile");
    await stage.complete(held);
    await stage.until("externalWorkflowExecutionSignaled");
    await stage.finish();
    await stage.history();
    await stage.history("target", { workflowId });
    await stop(stage, workflowId);
  }),

  defineScenario("undecided: a cancel request comes at once", async (stage) => {
    const [workflowId, queue] = [stage.id("target"), stage.id("targets")];
    await stage.start({ workflowId, taskQueue: { name: queue } });
    const held = await undecided(stage, workflowId, queue);
    await stage.start();
    await stage.decide(command("requestCancelExternalWorkflowExecution", { workflowId }));
    await stage.until("externalWorkflowExecutionCancelRequested");
    await stage.finish();
    await stage.step("a close", () => stage.complete(held, [completing()]));
    await stage.history();
    await stage.history("target", { workflowId });
    await stop(stage, workflowId);
  }),

  defineScenario("undecided: a cancel request from outside", async (stage) => {
    await stage.start();
    const held = await undecided(stage, stage.workflowId, stage.taskQueue);
    const { namespace, execution } = stage;
    const request = { namespace, workflowExecution: execution };
    await stage.step("a cancel request", () => stage.service.requestCancelWorkflowExecution(request));
    await stage.complete(held);
    await stage.history();
    await stop(stage);
  }),

  defineScenario("undecided: a child when its parent closes", async (stage) => {
    const first = { workflowId: stage.id("first"), taskQueue: { name: stage.id("first") } };
    const second = { workflowId: stage.id("second"), taskQueue: { name: stage.id("second") } };
    await stage.start();
    await stage.decide(startingChild(stage, { ...first, parentClosePolicy: 3 }));
    const held = await undecided(stage, first.workflowId, first.taskQueue.name);
    await stage.decide(startingChild(stage, { ...second, parentClosePolicy: 1 }));
    await stage.until("childWorkflowExecutionStarted");
    await stage.pollTask(second.taskQueue.name);
    await stage.finish();
    await stage.until("workflowExecutionTerminated", second);
    await stage.complete(held);
    await stage.until("workflowExecutionCancelRequested", first);
    await stage.history("first child", { workflowId: first.workflowId });
    await stop(stage, first.workflowId);
  }),
];
