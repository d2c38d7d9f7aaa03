import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, seconds } from "./stage.ts";

/** Activities that end in one attempt. */
export const ACTIVITY_BASICS: readonly Scenario[] = [
  defineScenario("an activity completes", async (stage) => {
    const { namespace, service } = stage;
    await stage.start();
    await stage.decide(
      command("scheduleActivityTask", {
        activityId: "a",
        activityType: { name: "greet" },
        taskQueue: { name: stage.taskQueue },
        input: json("you"),
        startToCloseTimeout: seconds(10),
      }),
    );
    const polled = await stage.step("poll", () => stage.pollActivity());
    const taskToken = polled?.taskToken ?? new Uint8Array();
    const request = { namespace, taskToken, identity: "activity-worker", result: json("hello") };
    await stage.step("complete", () => service.respondActivityTaskCompleted(request));
    await stage.step("again", () => service.respondActivityTaskCompleted(request));
    await stage.finish();
    await stage.history();
  }),
];
