import { answerTo, schedule } from "./activity-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, seconds } from "./stage.ts";

/** Activities that a worker takes along with the answer to its workflow task. */
export const ACTIVITY_EAGER: readonly Scenario[] = [
  defineScenario("eager: the worker gets it at once", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    const answer = await stage.step("complete", () =>
      stage.complete(task, [
        schedule(stage, { requestEagerExecution: true }),
        schedule(stage, { activityId: "b" }),
        schedule(stage, { activityId: "c", requestEagerExecution: true, priority: { priorityKey: 2 } }),
      ]),
    );
    for (const activity of answer?.activityTasks ?? [])
      await stage.service.respondActivityTaskCompleted(answerTo(stage, activity));
    const other = await stage.pollActivity();
    await stage.step("the other one", async () => other.activityId);
    await stage.service.respondActivityTaskCompleted(answerTo(stage, other));
    await stage.finish();
    await stage.history();
  }),

  defineScenario("eager: not on another task queue", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    const taskQueue = { name: stage.id("other") };
    await stage.step("complete", () =>
      stage.complete(task, [schedule(stage, { requestEagerExecution: true, taskQueue })]),
    );
    await stage.step("poll", async () => (await stage.pollActivity(taskQueue.name)).activityId);
  }),

  defineScenario("eager: not when it is cancelled in the same task", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    await stage.step("complete", () =>
      stage.complete(task, [
        schedule(stage, { requestEagerExecution: true }),
        command("requestCancelActivityTask", { scheduledEventId: 5 }),
      ]),
    );
    await stage.finish();
    await stage.history();
  }),

  defineScenario("eager: not when the workflow closes", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    await stage.step("complete", () =>
      stage.complete(task, [
        schedule(stage, { requestEagerExecution: true }),
        command("completeWorkflowExecution", {}),
      ]),
    );
    await stage.history();
  }),

  defineScenario("eager: with a new workflow task", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    const answer = await stage.step("complete", () =>
      stage.complete(task, [schedule(stage, { requestEagerExecution: true })], {
        returnNewWorkflowTask: true,
        forceCreateNewWorkflowTask: true,
      }),
    );
    if (!answer?.workflowTask) return;
    await stage.complete(answer.workflowTask, [
      command("startTimer", { timerId: "t", startToFireTimeout: seconds(60) }),
    ]);
    await stage.history();
  }),
];
