import type { Init } from "../../../src/codec-runtime/init.ts";
import type { Command } from "../../../src/gen/codec/temporal/api/command/v1/message.ts";
import type { PollWorkflowTaskQueueResponse } from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { completing, signal, stop } from "./chain-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, type Stage, seconds } from "./stage.ts";
import { fail, see } from "./task-steps.ts";

const MORE = { forceCreateNewWorkflowTask: true, returnNewWorkflowTask: true } as const;

/** A local activity as SDKs record it. */
function marker(): Init<Command> {
  return command("recordMarker", {
    markerName: "core_local_activity",
    details: { result: json("done") },
    header: { fields: {} },
  });
}

/** Completes a task and takes the one that is returned. */
async function beat(
  stage: Stage,
  step: string,
  task: { readonly taskToken: Uint8Array },
  commands: readonly Init<Command>[] = [],
): Promise<PollWorkflowTaskQueueResponse> {
  const answer = await stage.complete(task, commands, MORE);
  const next = answer.workflowTask;
  if (next === undefined) throw new Error("no task was returned");
  await see(stage, step, next);
  return next;
}

/** A started task: an ordinary one, or one of a second attempt, which is not in the history. */
async function startedTask(stage: Stage, transient: boolean): Promise<PollWorkflowTaskQueueResponse> {
  await stage.start();
  const first = await stage.pollTask();
  if (!transient) return first;
  await fail(stage, first, "once");
  return await stage.pollTask();
}

const HEARTBEATS: readonly Scenario[] = [
  defineScenario("task heartbeat: with nothing done", async (stage) => {
    await stage.start();
    let task = await stage.pollTask();
    for (const number of [1, 2, 3]) task = await beat(stage, `task after beat ${number}`, task);
    await stage.complete(task, [completing()]);
    await stage.history();
  }),

  defineScenario("task heartbeat: with local activities that are done", async (stage) => {
    await stage.start();
    let task = await stage.pollTask();
    task = await beat(stage, "after nothing", task);
    task = await beat(stage, "after one", task, [marker()]);
    task = await beat(stage, "after two more", task, [marker(), marker()]);
    await stage.complete(task, [marker(), completing()]);
    await stage.history();
  }),

  defineScenario("task heartbeat: a signal in between", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    await signal(stage, "first");
    const next = await beat(stage, "the signal has come", task, [marker()]);
    await signal(stage, "second");
    await stage.step("closing", () => stage.complete(next, [completing()]));
    await stage.finish();
    await stage.history();
  }),

  defineScenario("task heartbeat: forced and not returned", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    await stage.step("answer", () => stage.complete(task, [], { forceCreateNewWorkflowTask: true }));
    const next = await stage.pollTask();
    await see(stage, "next task", next);
    await stage.complete(next, [completing()]);
    await stage.history();
  }),

  defineScenario("task heartbeat: a task that is returned times out", async (stage) => {
    await stage.start({ workflowTaskTimeout: seconds(2) });
    const task = await beat(stage, "returned", await stage.pollTask(), [marker()]);
    const again = await stage.pollTask();
    await see(stage, "again", again);
    await stage.step("too late", () => stage.complete(task, [completing()]));
    await stage.complete(again, [completing()]);
    await stage.history();
  }),

  defineScenario("task heartbeat: with the close of the workflow", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    await stage.step("answer", () => stage.complete(task, [completing()], MORE));
    await stage.history();
  }),
];

/** A signal or an end, before a task is taken and while a worker has it. */
const AROUND: readonly Scenario[] = [false, true].flatMap((transient) => {
  const kind = transient ? "a transient task" : "an ordinary task";
  return [
    defineScenario(`around ${kind}: a signal before it is taken`, async (stage) => {
      await stage.start();
      if (transient) await fail(stage, await stage.pollTask(), "once");
      await signal(stage);
      const task = await stage.pollTask();
      await see(stage, "task", task);
      await stage.complete(task, [completing()]);
      await stage.history();
    }),

    defineScenario(`around ${kind}: a signal while a worker has it`, async (stage) => {
      const task = await startedTask(stage, transient);
      await signal(stage);
      await stage.history("meanwhile");
      await stage.step("close", () => stage.complete(task, [completing()]));
      await stage.finish();
      await stage.history();
    }),

    defineScenario(`around ${kind}: a signal, and it fails`, async (stage) => {
      const task = await startedTask(stage, transient);
      await signal(stage);
      await fail(stage, task, "with a signal in the buffer");
      const next = await stage.pollTask();
      await see(stage, "next task", next);
      await stage.complete(next, [completing()]);
      await stage.history();
    }),

    defineScenario(`around ${kind}: terminated before it is taken`, async (stage) => {
      await stage.start();
      if (transient) await fail(stage, await stage.pollTask(), "once");
      await stop(stage);
      await stage.history();
    }),

    defineScenario(`around ${kind}: terminated while a worker has it`, async (stage) => {
      const task = await startedTask(stage, transient);
      await signal(stage);
      await stop(stage);
      await stage.step("completed", () => stage.complete(task, [completing()]));
      await stage.step("failed", () => fail(stage, task, "too late"));
      await stage.history();
    }),

    defineScenario(`around ${kind}: the run times out while a worker has it`, async (stage) => {
      await stage.start({ workflowRunTimeout: seconds(3) });
      let task = await stage.pollTask();
      if (transient) {
        await fail(stage, task, "once");
        task = await stage.pollTask();
      }
      await stage.until("workflowExecutionTimedOut");
      await stage.step("completed", () => stage.complete(task, [completing()]));
      await stage.history();
    }),
  ];
});

/** Workflow tasks that heartbeat, and what comes around tasks. */
export const TASK_HEARTBEATS: readonly Scenario[] = [...HEARTBEATS, ...AROUND];
