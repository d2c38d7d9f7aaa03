import type { Init } from "../../../src/codec-runtime/init.ts";
import type { Command } from "../../../src/gen/codec/temporal/api/command/v1/message.ts";
import { answerTo, failed, schedule } from "./activity-steps.ts";
import { completing, signal } from "./chain-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, type Stage, seconds } from "./stage.ts";

function timer(timerId: string, after: number): Init<Command> {
  return command("startTimer", { timerId, startToFireTimeout: seconds(after) });
}

function cancel(timerId: string): Init<Command> {
  return command("cancelTimer", { timerId });
}

const USER_TIMERS: readonly Scenario[] = [
  defineScenario("timers: one after the other", async (stage) => {
    await stage.start();
    for (const number of [1, 2, 3, 4]) await stage.decide(timer(`timer ${number}`, 0.5));
    await stage.finish();
    await stage.history();
  }),

  defineScenario("timers: several at once fire in their order", async (stage) => {
    await stage.start();
    await stage.decide(timer("late", 4), timer("early", 1), timer("between", 2.5));
    for (const _ of [1, 2]) await stage.decide();
    await stage.finish();
    await stage.history();
  }),

  defineScenario("timers: cancelled before it fires", async (stage) => {
    await stage.start();
    await stage.decide(timer("t", 60));
    await signal(stage);
    await stage.decide(cancel("t"));
    await signal(stage);
    await stage.finish();
    await stage.history();
  }),

  defineScenario("timers: started and cancelled by one task, and started anew", async (stage) => {
    await stage.start();
    await stage.decide(timer("t", 60), cancel("t"), timer("t", 0.5));
    await stage.finish();
    await stage.history();
  }),

  defineScenario(
    "timers: one that has fired into the buffer is cancelled, and the workflow closes",
    async (stage) => {
      await stage.start();
      await stage.decide(timer("t", 1));
      await signal(stage);
      const task = await stage.pollTask();
      await stage.pause(3_500);
      await stage.step("closing", () => stage.complete(task, [cancel("t"), completing()]));
      await stage.history();
    },
  ),

  defineScenario("timers: one that has fired into the buffer keeps the workflow open", async (stage) => {
    await stage.start();
    await stage.decide(timer("t", 1));
    await signal(stage);
    const task = await stage.pollTask();
    await stage.pause(3_500);
    await stage.step("closing", () => stage.complete(task, [completing()]));
    await stage.finish();
    await stage.history();
  }),

  defineScenario("timers: cancelled after it has fired", async (stage) => {
    await stage.start();
    await stage.decide(timer("t", 0.5));
    const task = await stage.pollTask();
    await stage.step("cancelling", () => stage.complete(task, [cancel("t")]));
    await stage.finish();
    await stage.history();
  }),
];

const BUFFER: readonly Scenario[] = [
  defineScenario("buffer: ends of activities go behind the rest", async (stage) => {
    await stage.start();
    await stage.decide(...["a", "b", "c"].map((activityId) => schedule(stage, { activityId })));
    const activities = [];
    for (const _ of [1, 2, 3]) activities.push(await stage.pollActivity());
    activities.sort((one, other) => one.activityId.localeCompare(other.activityId));
    await signal(stage, "opens");
    const task = await stage.pollTask();
    const [a, b, c] = activities;
    if (a === undefined || b === undefined || c === undefined) throw new Error("three were scheduled");
    await stage.service.respondActivityTaskCompleted({ ...answerTo(stage, b), result: json("b") });
    await signal(stage, "between");
    const failure = failed("c", { nonRetryable: true });
    await stage.service.respondActivityTaskFailed({ ...answerTo(stage, c), failure });
    await signal(stage, "last");
    await stage.service.respondActivityTaskCompleted({ ...answerTo(stage, a), result: json("a") });
    await stage.history("meanwhile");
    await stage.complete(task, [schedule(stage, { activityId: "d" })]);
    await stage.finish();
    await stage.history();
  }),

  defineScenario("buffer: many signals to a task that a worker has", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    for (let number = 1; number <= 60; number += 1) await signal(stage, `signal ${number}`);
    await stage.complete(task);
    await stage.finish();
    await stage.history();
  }),

  defineScenario("buffer: a cancel request and a signal, and the close is tried again", async (stage) => {
    const { namespace, service, execution: workflowExecution } = stage;
    await stage.start();
    const task = await stage.pollTask();
    await service.requestCancelWorkflowExecution({ namespace, workflowExecution, reason: "enough" });
    await signal(stage);
    await stage.step("close", () => stage.complete(task, [completing()]));
    await stage.decide(command("cancelWorkflowExecution", { details: json("gone") }));
    await stage.history();
  }),

  defineScenario("buffer: commands before a close that is refused are undone", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    await signal(stage);
    const commands = [schedule(stage), timer("t", 60), completing()];
    await stage.step("close", () => stage.complete(task, commands));
    await stage.history("after that");
    await stage.decide(timer("t", 60));
    await describePending(stage);
    await signal(stage);
    await stage.finish();
    await stage.history();
  }),
];

async function describePending(stage: Stage): Promise<void> {
  const { namespace, service, execution } = stage;
  await stage.step(
    "pending",
    () => service.describeWorkflowExecution({ namespace, execution }),
    ({ pendingActivities }) => pendingActivities.map(({ activityId }) => activityId),
  );
}

/** Timers, and what waits in the buffer while a worker has a task. */
export const TIMERS: readonly Scenario[] = [...USER_TIMERS, ...BUFFER];
