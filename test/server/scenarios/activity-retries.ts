import { answerTo, failed, scheduled, taken } from "./activity-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { json, type Stage, seconds } from "./stage.ts";

/** Fails the next attempt. */
async function failNext(stage: Stage, failure = failed("again", { type: "Again" })): Promise<void> {
  const task = await stage.pollActivity();
  await stage.service.respondActivityTaskFailed({ ...answerTo(stage, task), failure });
}

/** Which failures are retried, how often and for how long. */
export const ACTIVITY_RETRIES: readonly Scenario[] = [
  defineScenario("retries: as often as the policy says", async (stage) => {
    await scheduled(stage, {
      retryPolicy: { initialInterval: seconds(0.1), backoffCoefficient: 1, maximumAttempts: 3 },
    });
    for (const word of ["one", "two", "three"]) await failNext(stage, failed(word));
    await stage.finish();
    await stage.history();
  }),

  defineScenario("retries: a type that is not retried", async (stage) => {
    await scheduled(stage, {
      retryPolicy: { initialInterval: seconds(0.1), nonRetryableErrorTypes: ["Final"] },
    });
    await failNext(stage);
    await failNext(stage, failed("no more", { type: "Final" }));
    await stage.finish();
    await stage.history();
  }),

  defineScenario("retries: a delay of the failure's own", async (stage) => {
    await scheduled(stage, {
      retryPolicy: { initialInterval: seconds(100), maximumInterval: seconds(100) },
    });
    await failNext(stage, failed("soon", { nextRetryDelay: seconds(0.1) }));
    await stage.step(
      "pending",
      () =>
        stage.service.describeWorkflowExecution({
          namespace: stage.namespace,
          execution: stage.execution,
        }),
      ({ pendingActivities }) => pendingActivities.map(({ attempt, state }) => ({ attempt, state })),
    );
    await stage.step("second attempt", () => stage.pollActivity());
    await stage.history();
  }),

  defineScenario("retries: no time for another", async (stage) => {
    await scheduled(stage, {
      scheduleToCloseTimeout: seconds(5),
      retryPolicy: { initialInterval: seconds(10) },
    });
    await failNext(stage);
    await stage.finish();
    await stage.history();
  }),

  defineScenario("retries: a timeout and no time for another", async (stage) => {
    await taken(stage, {
      scheduleToCloseTimeout: seconds(4),
      startToCloseTimeout: seconds(1),
      retryPolicy: { initialInterval: seconds(10) },
    });
    await stage.finish();
    await stage.history();
  }),

  defineScenario("retries: a timeout after a failure, and no time for another", async (stage) => {
    await scheduled(stage, {
      scheduleToCloseTimeout: seconds(4),
      startToCloseTimeout: seconds(1),
      retryPolicy: { initialInterval: seconds(0.1), backoffCoefficient: 100 },
    });
    await failNext(stage);
    await stage.pollActivity();
    await stage.finish();
    await stage.history();
  }),

  defineScenario("retries: a timeout type that is not retried", async (stage) => {
    await taken(stage, {
      startToCloseTimeout: seconds(1),
      retryPolicy: { nonRetryableErrorTypes: ["TemporalTimeout:StartToClose"] },
    });
    await stage.finish();
    await stage.history();
  }),

  defineScenario("retries: other kinds of failures", async (stage) => {
    await scheduled(stage, {
      retryPolicy: { initialInterval: seconds(0.1), maximumAttempts: 5 },
    });
    const first = await stage.pollActivity();
    await stage.step("nothing", () => stage.service.respondActivityTaskFailed(answerTo(stage, first)));
    const second = await stage.pollActivity();
    await stage.step("canceled", () =>
      stage.service.respondActivityTaskFailed({
        ...answerTo(stage, second),
        failure: { message: "stop", failureInfo: { case: "canceledFailureInfo", value: {} } },
      }),
    );
    await stage.step("with a cause that is not retried", () =>
      stage.service.respondActivityTaskFailed({
        ...answerTo(stage, second),
        failure: { ...failed("outer"), cause: failed("inner", { nonRetryable: true }) },
      }),
    );
    const third = await stage.pollActivity();
    await stage.step("third", async () => third);
    await stage.history();
  }),

  defineScenario("retries: a long failure is cut", async (stage) => {
    await scheduled(stage);
    await failNext(stage, {
      ...failed("m".repeat(3000), { type: "Long" }),
      source: "test",
      stackTrace: "s".repeat(3000),
      cause: failed("inner"),
    });
    const task = await stage.pollActivity();
    await stage.service.respondActivityTaskCompleted(answerTo(stage, task));
    await stage.finish();
    await stage.history();
  }),

  defineScenario("retries: heartbeats go from attempt to attempt", async (stage) => {
    const { service } = stage;
    const first = await taken(stage, {
      retryPolicy: { initialInterval: seconds(0.1), maximumAttempts: 4 },
    });
    const at = async (step: string, task: typeof first, details: number | undefined): Promise<void> => {
      const request = {
        ...answerTo(stage, task),
        ...(details === undefined ? {} : { details: json(details) }),
      };
      await stage.step(step, () => service.recordActivityTaskHeartbeat(request));
    };
    await at("first", first, 1);
    await service.respondActivityTaskFailed({ ...answerTo(stage, first), failure: failed("x") });
    const second = await stage.pollActivity();
    await stage.step("second has", async () => second.heartbeatDetails);
    await service.respondActivityTaskFailed({ ...answerTo(stage, second), failure: failed("y") });
    const third = await stage.pollActivity();
    await stage.step("third has", async () => third.heartbeatDetails);
    await at("emptied", third, undefined);
    await service.respondActivityTaskFailed({ ...answerTo(stage, third), failure: failed("z") });
    const fourth = await stage.pollActivity();
    await stage.step("fourth has", async () => fourth.heartbeatDetails);
    await service.respondActivityTaskFailed({
      ...answerTo(stage, fourth),
      failure: failed("end"),
      lastHeartbeatDetails: json(9),
    });
    await stage.finish();
    await stage.history();
  }),
];
