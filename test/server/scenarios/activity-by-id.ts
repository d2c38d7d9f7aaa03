import { answerTo, byId, failed, schedule, scheduled, taken } from "./activity-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, seconds } from "./stage.ts";

/** Activities that are answered by their ids. */
export const ACTIVITY_BY_ID: readonly Scenario[] = [
  defineScenario("by id: a started activity", async (stage) => {
    const { service } = stage;
    await taken(stage);
    const request = byId(stage);
    await stage.step("heartbeat", () =>
      service.recordActivityTaskHeartbeatById({ ...request, details: json(1) }),
    );
    await stage.step("complete", () =>
      service.respondActivityTaskCompletedById({ ...request, result: json("done") }),
    );
    await stage.step("again", () => service.respondActivityTaskCompletedById(request));
    await stage.finish();
    await stage.step("closed", () => service.respondActivityTaskCompletedById(request));
    await stage.history();
  }),

  defineScenario("by id: completed before a worker has it", async (stage) => {
    const { service } = stage;
    await scheduled(stage);
    const request = byId(stage);
    await stage.step("heartbeat", () => service.recordActivityTaskHeartbeatById(request));
    await stage.step("fail", () =>
      service.respondActivityTaskFailedById({ ...request, failure: failed("no") }),
    );
    await stage.step("cancel", () => service.respondActivityTaskCanceledById(request));
    await stage.step("complete", () =>
      service.respondActivityTaskCompletedById({ ...request, result: json("forced") }),
    );
    await stage.finish();
    await stage.history();
  }),

  defineScenario("by id: completed while it backs off", async (stage) => {
    const { service } = stage;
    const task = await taken(stage, { retryPolicy: { initialInterval: seconds(60) } });
    const failure = failed("later", { type: "Later" });
    await service.respondActivityTaskFailed({ ...answerTo(stage, task), failure });
    await stage.step("heartbeat", () => service.recordActivityTaskHeartbeatById(byId(stage)));
    await stage.step("complete", () => service.respondActivityTaskCompletedById(byId(stage)));
    await stage.finish();
    await stage.history();
  }),

  defineScenario("by id: failed and cancelled", async (stage) => {
    const { service } = stage;
    await stage.start();
    await stage.decide(schedule(stage, { activityId: "a" }), schedule(stage, { activityId: "b" }));
    await stage.pollActivity();
    await stage.pollActivity();
    const request = byId(stage);
    await stage.step("cancel without request", () => service.respondActivityTaskCanceledById(request));
    await stage.step("fail", () =>
      service.respondActivityTaskFailedById({
        ...request,
        failure: failed("over", { nonRetryable: true }),
      }),
    );
    const scheduledIds = (await stage.events()).flatMap(({ attributes, eventId }) =>
      attributes.case === "activityTaskScheduledEventAttributes" && attributes.value.activityId === "b"
        ? [eventId]
        : [],
    );
    await stage.decide(command("requestCancelActivityTask", { scheduledEventId: scheduledIds[0] ?? 0n }));
    await stage.step("heartbeat", () =>
      service.recordActivityTaskHeartbeatById({ ...request, activityId: "b" }),
    );
    await stage.step("cancel", () =>
      service.respondActivityTaskCanceledById({ ...request, activityId: "b", details: json("bye") }),
    );
    await stage.finish();
    await stage.history();
  }),

  defineScenario("by id: requests that name nothing", async (stage) => {
    const { service } = stage;
    await scheduled(stage);
    const request = byId(stage);
    const wrong = [
      ["unknown activity", { ...request, activityId: "z" }],
      ["no activity", { ...request, activityId: "" }],
      ["unknown workflow", { ...request, workflowId: stage.id("nobody") }],
      ["no workflow", { ...request, workflowId: "" }],
      ["malformed run", { ...request, runId: "run" }],
      ["unknown run", { ...request, runId: "11111111-2222-4333-8444-555555555555" }],
      ["unknown namespace", { ...request, namespace: "no-such-namespace" }],
      ["no namespace", { ...request, namespace: "" }],
      ["long identity", { ...request, identity: "i".repeat(1001) }],
      ["long activity id", { ...request, activityId: "a".repeat(1001) }],
    ] as const;
    for (const [name, each] of wrong) {
      await stage.step(`complete, ${name}`, () => service.respondActivityTaskCompletedById(each));
      await stage.step(`fail, ${name}`, () => service.respondActivityTaskFailedById(each));
      await stage.step(`cancel, ${name}`, () => service.respondActivityTaskCanceledById(each));
      await stage.step(`heartbeat, ${name}`, () => service.recordActivityTaskHeartbeatById(each));
    }
    await stage.history();
  }),
];
