import { completing, failing, histories, nextRun, signal, stop } from "./chain-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, type Stage, seconds } from "./stage.ts";

/** Schedules go by full seconds: where in a second a workflow starts counts. */
async function aSecondBegins(stage: Stage): Promise<void> {
  await stage.pause(1000 - (Date.now() % 1000) + 20);
}

/** Workflows with a cron schedule. */
export const CHAIN_CRONS: readonly Scenario[] = [
  defineScenario("cron: completed, failed and completed again", async (stage) => {
    await aSecondBegins(stage);
    const first = await stage.start({
      cronSchedule: "@every 2s",
      input: json("in"),
      memo: { fields: { note: json("memo").payloads?.[0] } },
    });
    await stage.decide(completing("one"));
    const second = await nextRun(stage, first);
    await stage.decide(failing("two"));
    const third = await nextRun(stage, second);
    await stage.decide(completing("three"));
    const fourth = await nextRun(stage, third);
    await stop(stage);
    await histories(stage, [first, second, third, fourth]);
  }),

  defineScenario("cron: retried before the next time comes", async (stage) => {
    await aSecondBegins(stage);
    const first = await stage.start({
      cronSchedule: "@every 2s",
      retryPolicy: { initialInterval: seconds(1), maximumAttempts: 2 },
    });
    await stage.decide(failing("one"));
    const second = await nextRun(stage, first);
    await stage.decide(failing("two"));
    const third = await nextRun(stage, second);
    await stop(stage);
    await histories(stage, [first, second, third]);
  }),

  defineScenario("cron: a run that timed out", async (stage) => {
    await aSecondBegins(stage);
    const first = await stage.start({ cronSchedule: "@every 2s", workflowRunTimeout: seconds(1) });
    const second = await nextRun(stage, first);
    await stop(stage);
    await histories(stage, [first, second]);
  }),

  defineScenario("cron: ends by cancel", async (stage) => {
    await stage.start({ cronSchedule: "@every 1s" });
    await stage.decide(command("cancelWorkflowExecution", {}));
    await stage.history();
  }),

  defineScenario("cron: signals do not start it early", async (stage) => {
    const first = await stage.start({ cronSchedule: "@every 2s" });
    await signal(stage);
    await stage.history("before its time", { workflowId: stage.workflowId, runId: first });
    await stage.decide(completing());
    await stop(stage);
    await histories(stage, [first]);
  }),

  defineScenario("cron: continues as new", async (stage) => {
    const first = await stage.start({ cronSchedule: "@every 2s" });
    await stage.decide(
      command("continueAsNewWorkflowExecution", {
        workflowType: { name: "scenario" },
        taskQueue: { name: stage.taskQueue },
        input: json("next"),
        backoffStartInterval: seconds(60),
      }),
    );
    const second = await nextRun(stage, first);
    await stop(stage);
    await histories(stage, [first, second]);
  }),

  defineScenario("cron: schedules that are refused", async (stage) => {
    const schedules = [
      "nonsense",
      "* * * *",
      "* * * * * *",
      "60 * * * *",
      "* 24 * * *",
      "* * 0 * *",
      "* * * 13 *",
      "* * * * 7",
      "5-1 * * * *",
      "1-2-3 * * * *",
      "*/0 * * * *",
      "a * * * *",
      "* * * foo *",
      "@every",
      "@every x",
      "@every -1s",
      "@sometimes",
      "CRON_TZ=Nowhere/Land * * * * *",
      "-1 * * * *",
      "1,, * * * *",
      "1/2/3 * * * *",
      "0 0 31 2 *",
    ];
    for (const [index, cronSchedule] of schedules.entries()) {
      const workflowId = stage.id(`cron${index}`);
      await stage.step(
        cronSchedule,
        () => stage.start({ workflowId, cronSchedule }),
        () => "taken",
      );
      await stop(stage, workflowId);
    }
  }),

  defineScenario("cron: schedules that are taken", async (stage) => {
    const schedules = [
      "@yearly",
      "@annually",
      "@monthly",
      "@weekly",
      "@daily",
      "@midnight",
      "@hourly",
      "@every 1h30m",
      "0 12 * * MON-FRI",
      "0 12 1 jan *",
      "*/15 0-6/2 1,15 * ?",
      "CRON_TZ=Europe/Berlin 0 6 * * *",
      "TZ=America/New_York 30 2 * * *",
      "  0 0 * * *",
      "0 0 29 2 *",
    ];
    for (const [index, cronSchedule] of schedules.entries()) {
      const workflowId = stage.id(`cron${index}`);
      await stage.step(
        cronSchedule,
        () => stage.start({ workflowId, cronSchedule }),
        () => "taken",
      );
      await stop(stage, workflowId);
    }
  }),
];
