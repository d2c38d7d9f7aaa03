import { answerTo, failed, schedule, scheduled, taken } from "./activity-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { json, seconds } from "./stage.ts";

const ONCE = { maximumAttempts: 1 };

/** The four timeouts. */
export const ACTIVITY_TIMEOUTS: readonly Scenario[] = [
  defineScenario("timeout: schedule to start", async (stage) => {
    await scheduled(stage, { scheduleToStartTimeout: seconds(1), retryPolicy: { maximumAttempts: 5 } });
    await stage.finish();
    await stage.history();
  }),

  defineScenario("timeout: schedule to close, not started", async (stage) => {
    await scheduled(stage, { scheduleToCloseTimeout: seconds(1) });
    await stage.finish();
    await stage.history();
  }),

  defineScenario("timeout: schedule to close, started", async (stage) => {
    const task = await taken(stage, { scheduleToCloseTimeout: seconds(2) });
    await stage.service.recordActivityTaskHeartbeat({ ...answerTo(stage, task), details: json("near") });
    await stage.finish();
    await stage.step("late", () => stage.service.respondActivityTaskCompleted(answerTo(stage, task)));
    await stage.history();
  }),

  defineScenario("timeout: schedule to close while it backs off", async (stage) => {
    const task = await taken(stage, {
      scheduleToCloseTimeout: seconds(4),
      retryPolicy: { initialInterval: seconds(3), backoffCoefficient: 1 },
    });
    const failure = failed("first", { type: "First" });
    await stage.service.respondActivityTaskFailed({ ...answerTo(stage, task), failure });
    await stage.finish();
    await stage.history();
  }),

  defineScenario("timeout: start to close", async (stage) => {
    const task = await taken(stage, { startToCloseTimeout: seconds(1), retryPolicy: ONCE });
    await stage.service.recordActivityTaskHeartbeat({ ...answerTo(stage, task), details: json("near") });
    await stage.finish();
    await stage.history();
  }),

  defineScenario("timeout: start to close, then another attempt", async (stage) => {
    const first = await taken(stage, { startToCloseTimeout: seconds(1) });
    const second = await stage.pollActivity();
    await stage.step("second", async () => second);
    await stage.step("first is late", () =>
      stage.service.respondActivityTaskCompleted(answerTo(stage, first)),
    );
    await stage.service.respondActivityTaskCompleted(answerTo(stage, second));
    await stage.finish();
    await stage.history();
  }),

  defineScenario("timeout: start to close, every attempt", async (stage) => {
    await taken(stage, { startToCloseTimeout: seconds(1) });
    await stage.pollActivity();
    await stage.finish();
    await stage.history();
  }),

  defineScenario("timeout: heartbeat", async (stage) => {
    const task = await taken(stage, { heartbeatTimeout: seconds(3), retryPolicy: ONCE });
    await stage.pause(1700);
    await stage.service.recordActivityTaskHeartbeat({ ...answerTo(stage, task), details: json("alive") });
    await stage.pause(1700);
    await stage.step("still counted", () =>
      stage.service.recordActivityTaskHeartbeat({ ...answerTo(stage, task), details: json("more") }),
    );
    await stage.finish();
    await stage.step("too late", () => stage.service.recordActivityTaskHeartbeat(answerTo(stage, task)));
    await stage.history();
  }),

  defineScenario("timeout: heartbeat, then another attempt", async (stage) => {
    const first = await taken(stage, { heartbeatTimeout: seconds(1) });
    await stage.service.recordActivityTaskHeartbeat({ ...answerTo(stage, first), details: json("alive") });
    const second = await stage.pollActivity();
    await stage.step("second", async () => second);
    await stage.service.respondActivityTaskCompleted(answerTo(stage, second));
    await stage.finish();
    await stage.history();
  }),

  defineScenario("timeout: schedule to start of a later attempt", async (stage) => {
    const task = await taken(stage, { scheduleToStartTimeout: seconds(1) });
    await stage.service.respondActivityTaskFailed({ ...answerTo(stage, task), failure: failed("first") });
    await stage.finish();
    await stage.history();
  }),

  defineScenario("timeout: several at one moment", async (stage) => {
    await stage.start();
    await stage.decide(
      schedule(stage, { activityId: "a", scheduleToCloseTimeout: seconds(1) }),
      schedule(stage, { activityId: "b", scheduleToStartTimeout: seconds(1) }),
    );
    await stage.pause(1500);
    await stage.finish();
    await stage.step("how they ended", async () =>
      (await stage.events()).map(({ attributes }) => attributes.case).sort(),
    );
  }),

  defineScenario("timeout: the run's own cuts the activity's", async (stage) => {
    await stage.start({ workflowRunTimeout: seconds(30) });
    await stage.decide(
      schedule(stage, { activityId: "a", startToCloseTimeout: seconds(100), heartbeatTimeout: seconds(50) }),
      schedule(stage, { activityId: "b", scheduleToCloseTimeout: seconds(100), startToCloseTimeout: {} }),
      schedule(stage, {
        activityId: "c",
        scheduleToCloseTimeout: seconds(7),
        scheduleToStartTimeout: seconds(9),
      }),
    );
    await stage.history();
  }),
];
