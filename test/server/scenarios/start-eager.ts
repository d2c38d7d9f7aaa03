import type { PollWorkflowTaskQueueResponse } from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { completing, stop } from "./chain-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { type Stage, seconds } from "./stage.ts";

/** A start whose task the starter wants to have at once. */
async function eagerStart(
  stage: Stage,
  step: string,
  more: Parameters<Stage["start"]>[0] = {},
): Promise<PollWorkflowTaskQueueResponse | undefined> {
  const { namespace, service, workflowId, taskQueue } = stage;
  const answer = await stage.step(
    step,
    () =>
      service.startWorkflowExecution({
        namespace,
        workflowId,
        workflowType: { name: "scenario" },
        taskQueue: { name: taskQueue },
        identity: "starter",
        requestId: stage.id("request"),
        requestEagerExecution: true,
        ...more,
      }),
    ({ started, eagerWorkflowTask }) => ({
      started,
      attempt: eagerWorkflowTask?.attempt,
      startedEventId: eagerWorkflowTask?.startedEventId,
      events: eagerWorkflowTask?.history?.events,
    }),
  );
  return answer?.eagerWorkflowTask;
}

/** Starts that hand out the first task in their answer. */
export const START_EAGER: readonly Scenario[] = [
  defineScenario("eager start: the task comes with the answer", async (stage) => {
    const task = await eagerStart(stage, "start");
    if (task === undefined) throw new Error("no task came");
    await stage.complete(task, [completing()]);
    await stage.history();
  }),

  defineScenario("eager start: the same request again has the task again", async (stage) => {
    await eagerStart(stage, "start");
    const task = await eagerStart(stage, "again");
    if (task === undefined) throw new Error("no task came");
    await stage.complete(task, [completing()]);
    await eagerStart(stage, "when it is over");
    await stage.history();
  }),

  defineScenario("eager start: the task times out, and comes again by the queue", async (stage) => {
    await eagerStart(stage, "start", { workflowTaskTimeout: seconds(2) });
    const task = await stage.pollTask();
    await eagerStart(stage, "the same request, behind the timeout", { workflowTaskTimeout: seconds(2) });
    await stage.complete(task, [completing()]);
    await stage.history();
  }),

  defineScenario("eager start: none while it waits for its delay", async (stage) => {
    await eagerStart(stage, "start", { workflowStartDelay: seconds(60) });
    await stage.history();
    await stop(stage);
  }),

  defineScenario("eager start: one that ends what runs", async (stage) => {
    await stage.start();
    const task = await eagerStart(stage, "start", { workflowIdConflictPolicy: 3 });
    if (task === undefined) throw new Error("no task came");
    await stage.complete(task, [completing()]);
    await stage.history();
  }),

  defineScenario("eager start: of what runs already", async (stage) => {
    await stage.start();
    await eagerStart(stage, "fail");
    await eagerStart(stage, "use existing", { workflowIdConflictPolicy: 2 });
    await stop(stage);
  }),
];
