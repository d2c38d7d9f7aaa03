import { answerTo, failed, schedule, scheduled, taken } from "./activity-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, type Stage, seconds } from "./stage.ts";

async function wake(stage: Stage): Promise<void> {
  const { namespace, execution: workflowExecution } = stage;
  await stage.service.signalWorkflowExecution({ namespace, workflowExecution, signalName: "wake" });
}

const finish = command("completeWorkflowExecution", {});

/** Activities among other things that happen at the same time. */
export const ACTIVITY_MIXED: readonly Scenario[] = [
  defineScenario("mixed: priorities of workflow and activity", async (stage) => {
    await stage.start({ priority: { priorityKey: 2, fairnessKey: "customer", fairnessWeight: 3 } });
    await stage.decide(
      schedule(stage, { activityId: "none", taskQueue: { name: stage.id("none") } }),
      schedule(stage, {
        activityId: "key",
        taskQueue: { name: stage.id("key") },
        priority: { priorityKey: 5 },
      }),
      schedule(stage, {
        activityId: "fairness",
        taskQueue: { name: stage.id("fairness") },
        priority: { fairnessKey: "other" },
      }),
    );
    for (const name of ["none", "key", "fairness"]) {
      const task = await stage.pollActivity(stage.id(name));
      await stage.step(name, async () => task.priority);
    }
    await stage.history();
  }),

  defineScenario("mixed: as many as may be pending, and one more", async (stage) => {
    await stage.start();
    const many = (from: number, to: number): ReturnType<typeof schedule>[] =>
      Array.from({ length: to - from }, (_, index) =>
        schedule(stage, { activityId: `a${from + index}`, taskQueue: { name: stage.id("nobody") } }),
      );
    await stage.decide(...many(0, 2000));
    await wake(stage);
    const task = await stage.pollTask();
    await stage.step("one more", () => stage.complete(task, many(2000, 2001)));
    await stage.step("history", async () => (await stage.events()).slice(2004));
  }),

  defineScenario("mixed: a bad command takes the good ones with it", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    const bad = schedule(stage, { activityId: "b", activityType: undefined });
    await stage.step("good and bad", () => stage.complete(task, [schedule(stage), bad]));
    const second = await stage.pollTask();
    await stage.step("second attempt", async () => second.attempt);
    await stage.step("bad again", () => stage.complete(second, [bad, schedule(stage)]));
    await stage.history();
  }),

  defineScenario("mixed: the worker's bad command, then a good one", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    const bad = schedule(stage, { activityId: "" });
    await stage.step("bad", () => stage.complete(task, [bad]));
    const second = await stage.pollTask();
    await stage.step("good", () => stage.complete(second, [schedule(stage)]));
    const activity = await stage.pollActivity();
    await stage.service.respondActivityTaskCompleted(answerTo(stage, activity));
    await stage.finish();
    await stage.history();
  }),

  defineScenario("mixed: an activity ends, then the workflow task fails", async (stage) => {
    const { service, namespace } = stage;
    const activity = await taken(stage);
    await wake(stage);
    const task = await stage.pollTask();
    await service.respondActivityTaskCompleted({ ...answerTo(stage, activity), result: json("x") });
    await service.respondWorkflowTaskFailed({
      namespace,
      taskToken: task.taskToken,
      cause: 24,
      failure: failed("oops"),
      identity: "workflow-worker",
    });
    await stage.finish();
    await stage.history();
  }),

  defineScenario("mixed: an activity ends, then the workflow task times out", async (stage) => {
    const { service } = stage;
    await stage.start({ workflowTaskTimeout: seconds(2) });
    await stage.decide(schedule(stage));
    const activity = await stage.pollActivity();
    await wake(stage);
    await stage.pollTask();
    await service.respondActivityTaskCompleted({ ...answerTo(stage, activity), result: json("x") });
    await stage.finish();
    await stage.history();
  }),

  defineScenario("mixed: an activity ends, then the workflow is terminated", async (stage) => {
    const { service, namespace } = stage;
    const activity = await taken(stage);
    await wake(stage);
    const task = await stage.pollTask();
    await service.respondActivityTaskCompleted({ ...answerTo(stage, activity), result: json("x") });
    await service.terminateWorkflowExecution({
      namespace,
      workflowExecution: stage.execution,
      reason: "enough",
      identity: "someone",
    });
    await stage.step("too late", () => stage.complete(task));
    await stage.history();
  }),

  defineScenario("mixed: an activity ends, then the workflow wants to close", async (stage) => {
    const { service, namespace, execution: workflowExecution } = stage;
    const activity = await taken(stage);
    await wake(stage);
    const task = await stage.pollTask();
    await service.respondActivityTaskCompleted({ ...answerTo(stage, activity), result: json("x") });
    await stage.step("close", () => stage.complete(task, [finish]));
    await stage.step("signal", () =>
      service.signalWorkflowExecution({ namespace, workflowExecution, signalName: "late" }),
    );
    const next = await stage.pollTask();
    await stage.step("signal while it closes", () =>
      service.signalWorkflowExecution({ namespace, workflowExecution, signalName: "refused" }),
    );
    await stage.step("close again", () => stage.complete(next, [finish]));
    await stage.history();
  }),

  defineScenario("mixed: an id may come again when its activity has ended", async (stage) => {
    const { service } = stage;
    const first = await taken(stage);
    await service.respondActivityTaskCompleted(answerTo(stage, first));
    await stage.decide(schedule(stage));
    const second = await stage.pollActivity();
    await stage.step("old token", () => service.respondActivityTaskCompleted(answerTo(stage, first)));
    await service.respondActivityTaskCompleted(answerTo(stage, second));
    await stage.finish();
    await stage.history();
  }),

  defineScenario("mixed: an id may come again in the task that learns of its end", async (stage) => {
    const { service } = stage;
    const first = await taken(stage);
    await wake(stage);
    const task = await stage.pollTask();
    await service.respondActivityTaskCompleted(answerTo(stage, first));
    await stage.step("same id", () => stage.complete(task, [schedule(stage)]));
    await stage.history();
  }),

  defineScenario("mixed: the run times out under an activity", async (stage) => {
    await stage.start({ workflowRunTimeout: seconds(2) });
    await stage.decide(schedule(stage));
    const activity = await stage.pollActivity();
    await stage.until("workflowExecutionTimedOut");
    await stage.step("too late", () => stage.service.respondActivityTaskCompleted(answerTo(stage, activity)));
    await stage.history();
  }),

  defineScenario("mixed: the execution times out under an activity", async (stage) => {
    await stage.start({ workflowExecutionTimeout: seconds(2) });
    await stage.decide(schedule(stage));
    await stage.until("workflowExecutionTimedOut");
    await stage.history();
  }),

  defineScenario("mixed: the run times out with things in the buffer", async (stage) => {
    const { service } = stage;
    await stage.start({ workflowRunTimeout: seconds(3) });
    await stage.decide(schedule(stage));
    const activity = await stage.pollActivity();
    await wake(stage);
    await stage.pollTask();
    await service.respondActivityTaskCompleted(answerTo(stage, activity));
    await stage.until("workflowExecutionTimedOut");
    await stage.history();
  }),

  defineScenario("mixed: an activity of a workflow that was started anew", async (stage) => {
    const { service, namespace, execution: workflowExecution } = stage;
    await scheduled(stage);
    const old = await stage.pollActivity();
    await service.terminateWorkflowExecution({ namespace, workflowExecution });
    await scheduled(stage);
    await stage.step("old token", () => service.respondActivityTaskCompleted(answerTo(stage, old)));
    await stage.step("by id", () =>
      service.respondActivityTaskCompletedById({
        namespace,
        workflowId: stage.workflowId,
        activityId: "a",
        identity: "by-id",
      }),
    );
    await stage.finish();
    await stage.history();
  }),
];
