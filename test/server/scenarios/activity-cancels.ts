import { answerTo, failed, schedule, scheduled, taken } from "./activity-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, type Stage, seconds } from "./stage.ts";

const cancel = (scheduledEventId: number): ReturnType<typeof command> =>
  command("requestCancelActivityTask", { scheduledEventId });

/** Has a workflow task scheduled. */
async function wake(stage: Stage): Promise<void> {
  await stage.service.signalWorkflowExecution({
    namespace: stage.namespace,
    workflowExecution: stage.execution,
    signalName: "wake",
    requestId: crypto.randomUUID(),
  });
}

/** Activities that a workflow wants to stop. */
export const ACTIVITY_CANCELS: readonly Scenario[] = [
  defineScenario("cancel: a started activity obeys", async (stage) => {
    const { service } = stage;
    const task = await taken(stage);
    await stage.step("not asked", () =>
      service.respondActivityTaskCanceled({ ...answerTo(stage, task), details: json("early") }),
    );
    await wake(stage);
    await stage.decide(cancel(5));
    await stage.step("heartbeat", () =>
      service.recordActivityTaskHeartbeat({ ...answerTo(stage, task), details: json("almost") }),
    );
    await stage.step("obeys", () =>
      service.respondActivityTaskCanceled({ ...answerTo(stage, task), details: json("stopped") }),
    );
    await stage.finish();
    await stage.history();
  }),

  defineScenario("cancel: a started activity completes all the same", async (stage) => {
    const task = await taken(stage);
    await wake(stage);
    await stage.decide(cancel(5));
    await stage.service.respondActivityTaskCompleted({ ...answerTo(stage, task), result: json("done") });
    await stage.finish();
    await stage.history();
  }),

  defineScenario("cancel: a failure is not retried any more", async (stage) => {
    const task = await taken(stage);
    await wake(stage);
    await stage.decide(cancel(5));
    await stage.service.respondActivityTaskFailed({ ...answerTo(stage, task), failure: failed("late") });
    await stage.finish();
    await stage.history();
  }),

  defineScenario("cancel: a timeout is not retried any more", async (stage) => {
    await taken(stage, { startToCloseTimeout: seconds(1) });
    await wake(stage);
    await stage.decide(cancel(5));
    await stage.finish();
    await stage.history();
  }),

  defineScenario("cancel: no time is left after a request", async (stage) => {
    await taken(stage, { scheduleToCloseTimeout: seconds(3) });
    await wake(stage);
    await stage.decide(cancel(5));
    await stage.finish();
    await stage.history();
  }),

  defineScenario("cancel: an activity that nobody has", async (stage) => {
    await scheduled(stage);
    await wake(stage);
    await stage.decide(cancel(5), command("startTimer", { timerId: "t", startToFireTimeout: seconds(60) }));
    await stage.finish();
    await stage.history();
  }),

  defineScenario("cancel: an activity that backs off", async (stage) => {
    const task = await taken(stage, { retryPolicy: { initialInterval: seconds(60) } });
    await stage.service.respondActivityTaskFailed({ ...answerTo(stage, task), failure: failed("first") });
    await wake(stage);
    await stage.decide(cancel(5));
    await stage.finish();
    await stage.history();
  }),

  defineScenario("cancel: in the task that schedules it", async (stage) => {
    await stage.start();
    await stage.decide(schedule(stage), cancel(5), schedule(stage, { activityId: "b" }));
    await stage.finish();
    await stage.history();
  }),

  defineScenario("cancel: in the task that closes the workflow", async (stage) => {
    await scheduled(stage);
    await wake(stage);
    const task = await stage.pollTask();
    await stage.step("cancel and complete", () =>
      stage.complete(task, [cancel(5), command("completeWorkflowExecution", {})]),
    );
    await stage.history();
  }),

  defineScenario("cancel: twice", async (stage) => {
    await taken(stage);
    await wake(stage);
    await stage.decide(cancel(5));
    await wake(stage);
    const task = await stage.pollTask();
    await stage.step("second request", () => stage.complete(task, [cancel(5)]));
    await stage.history();
  }),

  defineScenario("cancel: twice in one task", async (stage) => {
    await taken(stage);
    await wake(stage);
    const task = await stage.pollTask();
    await stage.step("two requests", () => stage.complete(task, [cancel(5), cancel(5)]));
    await stage.history();
  }),

  defineScenario("cancel: twice in one task, not started", async (stage) => {
    await scheduled(stage);
    await wake(stage);
    const task = await stage.pollTask();
    await stage.step("two requests", () => stage.complete(task, [cancel(5), cancel(5)]));
    await stage.history();
  }),

  defineScenario("cancel: an activity that ended in the meantime", async (stage) => {
    const activity = await taken(stage);
    await wake(stage);
    const task = await stage.pollTask();
    await stage.service.respondActivityTaskCompleted(answerTo(stage, activity));
    await stage.step("request", () => stage.complete(task, [cancel(5)]));
    await stage.finish();
    await stage.history();
  }),

  ...(
    [
      ["an activity that has ended", 5],
      ["no activity", 3],
      ["an event to come", 100],
      ["nothing", 0],
    ] as const
  ).map(([what, eventId]) =>
    defineScenario(`cancel: ${what}`, async (stage) => {
      const activity = await taken(stage);
      await stage.service.respondActivityTaskCompleted(answerTo(stage, activity));
      const task = await stage.pollTask();
      await stage.step("request", () => stage.complete(task, [cancel(eventId)]));
      await stage.history();
    }),
  ),
];
