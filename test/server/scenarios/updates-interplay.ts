import type { Init } from "../../../src/codec-runtime/init.ts";
import type { Command } from "../../../src/gen/codec/temporal/api/command/v1/message.ts";
import { ask, resultsFor, signal, stickyOf } from "./query-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, type Stage, seconds } from "./stage.ts";
import { fail } from "./task-steps.ts";
import {
  ACCEPTED,
  acceptance,
  COMPLETED,
  commandsOf,
  kinds,
  known,
  pollShown,
  rejection,
  response,
  sendUpdate,
  startIdle,
} from "./update-steps.ts";

function activity({ taskQueue }: Stage): Init<Command> {
  return command("scheduleActivityTask", {
    activityId: "a",
    activityType: { name: "act" },
    taskQueue: { name: taskQueue },
    startToCloseTimeout: seconds(30),
    heartbeatTimeout: seconds(20),
  });
}

/** Updates beside activities, timers, signals, queries and other updates. */
export const UPDATES_INTERPLAY: readonly Scenario[] = [
  defineScenario("an activity starts while a speculative task is scheduled", async (stage) => {
    await stage.start();
    await stage.decide(activity(stage));
    const sent = sendUpdate(stage, "u");
    await known(stage, "u");
    await stage.pollActivity();
    await kinds(stage, "events after the start of the activity");
    const task = await pollShown(stage, "task");
    await stage.complete(task, [], { messages: [rejection("u")] });
    await stage.step("update", () => sent);
    await kinds(stage);
  }),
  defineScenario("an activity heartbeats while a speculative task is started", async (stage) => {
    await stage.start();
    await stage.decide(activity(stage));
    const { taskToken } = await stage.pollActivity();
    const sent = sendUpdate(stage, "u");
    const task = await stage.pollTask();
    await stage.service.recordActivityTaskHeartbeat({ namespace: stage.namespace, taskToken });
    const messages = [rejection("u")];
    const capabilities = { discardSpeculativeWorkflowTaskWithEvents: true };
    await stage.step("reject", () => stage.complete(task, [], { messages, capabilities }));
    await stage.step("update", () => sent);
    await kinds(stage);
  }),
  defineScenario("an activity ends while a speculative task is started", async (stage) => {
    const { namespace, service } = stage;
    await stage.start();
    await stage.decide(activity(stage));
    const { taskToken } = await stage.pollActivity();
    const sent = sendUpdate(stage, "u");
    const task = await stage.pollTask();
    await service.respondActivityTaskCompleted({ namespace, taskToken });
    const messages = [acceptance("u", 6), response("u")];
    await stage.complete(task, commandsOf(messages), { messages });
    await stage.step("update", () => sent);
    await stage.history();
  }),
  defineScenario("a timer fires while a speculative task is started", async (stage) => {
    await stage.start();
    await stage.decide(command("startTimer", { timerId: "t", startToFireTimeout: seconds(1) }));
    const sent = sendUpdate(stage, "u");
    const task = await stage.pollTask();
    await stage.pause(1_500);
    await stage.complete(task, [], { messages: [rejection("u")] });
    await stage.step("update", () => sent);
    await kinds(stage);
  }),
  defineScenario("an update's task asks for more than the update", async (stage) => {
    await startIdle(stage);
    const sent = sendUpdate(stage, "u", { waitPolicy: { lifecycleStage: ACCEPTED } });
    const task = await stage.pollTask();
    const messages = [acceptance("u", 5)];
    const commands = [
      command("recordMarker", { markerName: "before" }),
      ...commandsOf(messages),
      command("startTimer", { timerId: "t", startToFireTimeout: seconds(60) }),
    ];
    await stage.complete(task, commands, { messages });
    await stage.step("update", () => sent);
    await stage.history();
  }),
  defineScenario("a close that is refused takes the updates of its task along", async (stage) => {
    await stage.start();
    const sent = sendUpdate(stage, "u");
    await known(stage, "u");
    const task = await stage.pollTask();
    await signal(stage);
    const messages = [acceptance("u", 2)];
    const commands = [...commandsOf(messages), command("completeWorkflowExecution", {})];
    await stage.step("complete", () => stage.complete(task, commands, { messages }));
    await stage.step("update", () => sent);
    await kinds(stage);
    await pollShown(stage, "next task");
  }),
  defineScenario(
    "a command that is refused takes nothing back of what was accepted before",
    async (stage) => {
      await startIdle(stage);
      const accepted = sendUpdate(stage, "u", { waitPolicy: { lifecycleStage: ACCEPTED } });
      const first = await stage.pollTask();
      await stage.complete(first, [], { messages: [acceptance("u", 5)] });
      await stage.step("accepted", () => accepted);
      await signal(stage);
      const second = await stage.pollTask();
      const messages = [response("u")];
      const bad = [...commandsOf(messages), command("startTimer", {})];
      await stage.step("refused", () => stage.complete(second, bad, { messages }));
      const third = await stage.pollTask();
      await stage.complete(third, commandsOf(messages), { messages });
      await stage.step("completed", () => sendUpdate(stage, "u"));
      await kinds(stage);
    },
  ),
  defineScenario("a run times out with updates", async (stage) => {
    await startIdle(stage, { workflowRunTimeout: seconds(3) });
    const accepted = sendUpdate(stage, "a", { waitPolicy: { lifecycleStage: ACCEPTED } });
    const task = await stage.pollTask();
    await stage.complete(task, [], { messages: [acceptance("a", 5)] });
    await accepted;
    const waits = sendUpdate(stage, "a");
    const admitted = sendUpdate(stage, "b");
    await stage.step("accepted one", () => waits);
    await stage.step("admitted one", () => admitted);
    await kinds(stage);
  }),
  defineScenario("an update of a run that was continued, by its run id", async (stage) => {
    const runId = await stage.start();
    const sent = sendUpdate(stage, "u");
    await known(stage, "u");
    const task = await stage.pollTask();
    const messages = [acceptance("u", 2), response("u")];
    const commands = [...commandsOf(messages), command("continueAsNewWorkflowExecution", {})];
    await stage.complete(task, commands, { messages });
    await stage.step("update", () => sent);
    const execution = { ...stage.execution, runId };
    await stage.step("again, by run id", () => sendUpdate(stage, "u", { workflowExecution: execution }));
    await stage.step("another, by run id", () => sendUpdate(stage, "v", { workflowExecution: execution }));
    await stage.step("the first, of the new run", () =>
      stage.service.pollWorkflowExecutionUpdate({
        namespace: stage.namespace,
        updateRef: { workflowExecution: stage.execution, updateId: "u" },
      }),
    );
  }),
  defineScenario("several callers wait for one update", async (stage) => {
    await startIdle(stage);
    const first = sendUpdate(stage, "u");
    const second = sendUpdate(stage, "u", { waitPolicy: { lifecycleStage: ACCEPTED } });
    await known(stage, "u");
    const task = await stage.pollTask();
    const polling = stage.service.pollWorkflowExecutionUpdate({
      namespace: stage.namespace,
      updateRef: { workflowExecution: stage.execution, updateId: "u" },
      waitPolicy: { lifecycleStage: COMPLETED },
    });
    await stage.pause(100);
    await stage.complete(task, [], { messages: [acceptance("u", 5)] });
    await stage.step("who waits for ACCEPTED", () => second);
    await signal(stage);
    const next = await stage.pollTask();
    await stage.complete(next, [], { messages: [response("u")] });
    await stage.step("who waits for COMPLETED", () => first);
    await stage.step("who polls", () => polling);
  }),
  defineScenario("twenty seconds are enough", async (stage) => {
    await startIdle(stage);
    const completed = sendUpdate(stage, "u", {}, 40_000);
    const accepted = sendUpdate(stage, "v", { waitPolicy: { lifecycleStage: ACCEPTED } }, 40_000);
    const task = await stage.pollTask();
    await stage.complete(task, [], { messages: [acceptance("u", 5), rejection("v")] });
    await stage.step("rejected", () => accepted);
    await stage.step("accepted, not completed", () => completed);
  }),
  defineScenario("a query and an update with one task", async (stage) => {
    await stage.start();
    const sent = sendUpdate(stage, "u");
    await known(stage, "u");
    const asked = ask(stage);
    await stage.pause(200);
    const task = await pollShown(stage, "task");
    const messages = [acceptance("u", 2), response("u")];
    await stage.complete(task, commandsOf(messages), { messages, queryResults: resultsFor(task) });
    await stage.step("update", () => sent);
    await stage.step("query", () => asked);
  }),
  defineScenario("an update without an id gets one", async (stage) => {
    await startIdle(stage);
    const sent = sendUpdate(stage, "");
    const task = await stage.pollTask();
    const updateId = task.messages[0]?.protocolInstanceId ?? "";
    const messages = [acceptance(updateId, 5), response(updateId)];
    await stage.complete(task, commandsOf(messages), { messages });
    await stage.step("update", () => sent);
  }),
  defineScenario("a sticky worker that went away", async (stage) => {
    const stickyAttributes = stickyOf(stage, 1);
    const sticky = stickyAttributes.workerTaskQueue.name;
    await stage.start();
    const polling = stage.pollTask(sticky);
    await stage.complete(await stage.pollTask(), [], { stickyAttributes });
    const first = sendUpdate(stage, "u");
    await stage.complete(await polling, [], { messages: [rejection("u")], stickyAttributes });
    await stage.step("first", () => first);
    const sent = sendUpdate(stage, "v");
    await stage.until("workflowTaskTimedOut");
    const task = await pollShown(stage, "task");
    const messages = [acceptance("v", 8), response("v")];
    await stage.complete(task, commandsOf(messages), { messages });
    await stage.step("second", () => sent);
    await stage.history();
  }),
  defineScenario("a sticky queue nobody ever polled", async (stage) => {
    await stage.start();
    await stage.complete(await stage.pollTask(), [], { stickyAttributes: stickyOf(stage, 10) });
    const sent = sendUpdate(stage, "u");
    const task = await pollShown(stage, "task");
    await stage.complete(task, [], { messages: [rejection("u")] });
    await stage.step("update", () => sent);
    await kinds(stage);
  }),
  defineScenario("new updates while a heartbeat goes on", async (stage) => {
    await startIdle(stage);
    const first = sendUpdate(stage, "u");
    const task = await stage.pollTask();
    const second = sendUpdate(stage, "v");
    await known(stage, "v");
    const beat = await stage.complete(task, [], {
      forceCreateNewWorkflowTask: true,
      returnNewWorkflowTask: true,
    });
    const next = beat.workflowTask;
    if (!next) throw new Error("no next task");
    await stage.step("goes on", () => Promise.resolve(next.messages.map(({ id }) => id)));
    const messages = [acceptance("u", 8), response("u"), rejection("v")];
    await stage.complete(next, [], { messages });
    await stage.step("first", () => first);
    await stage.step("second", () => second);
    await kinds(stage);
  }),

  ...[false, true].map((isIdle) =>
    defineScenario(
      `one that comes while tasks ${isIdle ? "of an idle run " : ""}fail again and again is refused, and those before it`,
      async (stage) => {
        if (isIdle) await startIdle(stage);
        else await stage.start();
        const sent = [sendUpdate(stage, "u")];
        await known(stage, "u");
        await fail(stage, await stage.pollTask(), "once");
        sent.push(sendUpdate(stage, "v"));
        await known(stage, "v");
        const second = await stage.pollTask();
        await stage.step("attempt 2", async () => second.messages.map(({ id }) => id));
        await fail(stage, second, "twice");
        await stage.step("third", () => sendUpdate(stage, "w"));
        for (const [index, call] of sent.entries()) await stage.step(`update ${index}`, () => call);
        const third = await stage.pollTask();
        await stage.step("attempt 3", async () => third.messages.map(({ id }) => id));
        await stage.complete(third);
        const late = sendUpdate(stage, "u");
        const task = await stage.pollTask();
        await stage.complete(task, [], { messages: [rejection("u")] });
        await stage.step("once more", () => late);
        await kinds(stage);
      },
    ),
  ),
];
