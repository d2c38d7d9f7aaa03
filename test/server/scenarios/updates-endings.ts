import type { Init } from "../../../src/codec-runtime/init.ts";
import type { Command } from "../../../src/gen/codec/temporal/api/command/v1/message.ts";
import type { Message } from "../../../src/gen/codec/temporal/api/protocol/v1/message.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, type Stage } from "./stage.ts";
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
  strange,
} from "./update-steps.ts";

const ENDS: readonly (readonly [string, Init<Command>])[] = [
  ["completes", command("completeWorkflowExecution", {})],
  ["fails", command("failWorkflowExecution", { failure: { message: "bad" } })],
  ["continues as new", command("continueAsNewWorkflowExecution", {})],
];

const SAID: readonly (readonly [string, readonly Init<Message>[]])[] = [
  ["nothing of", []],
  ["accepts", [acceptance("u")]],
  ["completes", [acceptance("u"), response("u")]],
  ["rejects", [rejection("u")]],
];

/** What a worker says of an update in the task with which it closes the run. */
const CLOSINGS: readonly Scenario[] = ENDS.flatMap(([end, close]) =>
  SAID.map(([said, messages]) =>
    defineScenario(`a run ${end} and its worker says ${said} an update`, async (stage) => {
      await startIdle(stage);
      const sent = sendUpdate(stage, "u");
      const task = await stage.pollTask();
      const commands = commandsOf(messages.filter(({ id }) => !id?.includes("rejection")));
      await stage.step("complete", () => stage.complete(task, [...commands, close], { messages }));
      await stage.step("update", () => sent);
      if (end === "continues as new") return;
      await stage.step("again", () => sendUpdate(stage, "u"));
      await polled(stage);
    }),
  ),
);

async function polled(stage: Stage): Promise<void> {
  await stage.step("poll", () =>
    stage.service.pollWorkflowExecutionUpdate({
      namespace: stage.namespace,
      updateRef: { workflowExecution: stage.execution, updateId: "u" },
      waitPolicy: { lifecycleStage: COMPLETED },
    }),
  );
}

/** Answers of workers that the server does not take. */
const BAD_ANSWERS: readonly Scenario[] = (
  [
    ["a response without an acceptance", [response("u")], true],
    ["two acceptances", [acceptance("u"), { ...acceptance("u"), id: "twice" }], true],
    ["a response before its acceptance", [response("u"), acceptance("u")], true],
    [
      "a response after a response",
      [acceptance("u"), response("u"), { ...response("u"), id: "twice" }],
      true,
    ],
    ["a response with another id", [acceptance("u"), response("u", "v")], true],
    ["an acceptance of an unknown update", [acceptance("none")], true],
    ["a rejection of an accepted update", [acceptance("u"), rejection("u")], true],
    ["two rejections", [rejection("u"), { ...rejection("u"), id: "twice" }], true],
    ["a request as an answer", [strange("u", "type.googleapis.com/temporal.api.update.v1.Request")], true],
    ["another protocol", [strange("u", "type.googleapis.com/temporal.api.query.v1.WorkflowQuery")], true],
    ["a message without a name", [strange("u", "")], false],
    ["a message without a body", [{ id: "m", protocolInstanceId: "u" }], false],
  ] as const
).map(([what, messages, fails]) =>
  defineScenario(`refused: ${what}`, async (stage) => {
    await stage.start();
    const sent = sendUpdate(stage, "u", {}, 4_000);
    await known(stage, "u");
    const task = await stage.pollTask();
    const commands = fails ? commandsOf(messages) : [];
    await stage.step("complete", () => stage.complete(task, commands, { messages }));
    if (!fails) return;
    await stage.step("update", () => sent);
    await kinds(stage);
  }),
);

const COMMANDS: readonly Scenario[] = [
  defineScenario("refused: a command without a message id", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    await stage.step("complete", () => stage.complete(task, [command("protocolMessage", {})]));
  }),
  defineScenario("refused: a command for an absent message", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    await stage.step("complete", () =>
      stage.complete(task, [command("protocolMessage", { messageId: "x" })]),
    );
    await stage.history();
  }),
];

/** Speculative tasks that become ordinary ones or come to nothing. */
const SPECULATIVE: readonly Scenario[] = [
  defineScenario("a signal makes a scheduled speculative task an ordinary one", async (stage) => {
    await startIdle(stage);
    const sent = sendUpdate(stage, "u");
    await known(stage, "u");
    await signal(stage);
    await kinds(stage, "events before the poll");
    const task = await pollShown(stage, "task");
    await stage.complete(task, [], { messages: [rejection("u")] });
    await stage.step("update", () => sent);
    await kinds(stage);
  }),
  defineScenario("a signal makes a started speculative task an ordinary one", async (stage) => {
    await startIdle(stage);
    const sent = sendUpdate(stage, "u");
    const task = await stage.pollTask();
    await signal(stage);
    await kinds(stage, "events before the answer");
    await stage.complete(task, [], { messages: [rejection("u")] });
    await stage.step("update", () => sent);
    await kinds(stage);
  }),
  defineScenario("a speculative task fails", async (stage) => {
    const { namespace, service } = stage;
    await startIdle(stage);
    const sent = sendUpdate(stage, "u");
    const task = await stage.pollTask();
    await service.respondWorkflowTaskFailed({ namespace, taskToken: task.taskToken, cause: 14 });
    await kinds(stage, "events after the failure");
    const second = await pollShown(stage, "second task");
    const messages = [acceptance("u", 8), response("u")];
    await stage.complete(second, commandsOf(messages), { messages });
    await stage.step("update", () => sent);
    await kinds(stage);
  }),
  defineScenario("nobody takes a speculative task", async (stage) => {
    await startIdle(stage);
    const sent = sendUpdate(stage, "u");
    // Only a sticky queue or five seconds end it: another queue is polled meanwhile.
    await stage.until("workflowTaskTimedOut");
    await stage.history("history after the timeout");
    const task = await pollShown(stage, "task");
    await stage.complete(task, [], { messages: [rejection("u")] });
    await stage.step("update", () => sent);
    await kinds(stage);
  }),
  defineScenario("a worker does not finish a speculative task", async (stage) => {
    await startIdle(stage, { workflowTaskTimeout: { seconds: 1n, nanos: 0 } });
    const sent = sendUpdate(stage, "u");
    const task = await stage.pollTask();
    await stage.until("workflowTaskTimedOut");
    await stage.step("too late", () => stage.complete(task, [], { messages: [rejection("u")] }));
    const second = await pollShown(stage, "second task");
    await stage.complete(second, [], { messages: [rejection("u")] });
    await stage.step("update", () => sent);
    await kinds(stage);
  }),
  defineScenario("a run is terminated under a scheduled speculative task", async (stage) => {
    await startIdle(stage);
    const sent = sendUpdate(stage, "u");
    await known(stage, "u");
    await terminate(stage);
    await stage.step("update", () => sent);
    await kinds(stage);
  }),
  defineScenario("a run is terminated under a started speculative task", async (stage) => {
    await startIdle(stage);
    const sent = sendUpdate(stage, "u");
    const task = await stage.pollTask();
    await terminate(stage);
    await stage.step("update", () => sent);
    await stage.step("complete", () => stage.complete(task));
    await kinds(stage);
  }),
  defineScenario("a run is terminated with an accepted update", async (stage) => {
    await startIdle(stage);
    const accepted = sendUpdate(stage, "u", { waitPolicy: { lifecycleStage: ACCEPTED } });
    const task = await stage.pollTask();
    await stage.complete(task, [], { messages: [acceptance("u")] });
    await stage.step("accepted", () => accepted);
    const sent = sendUpdate(stage, "u");
    await stage.pause(100);
    await terminate(stage);
    await stage.step("update", () => sent);
    await polled(stage);
    await stage.step("another", () => sendUpdate(stage, "v"));
  }),
  defineScenario("an update arrives while the run closes", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    const sent = sendUpdate(stage, "u");
    await known(stage, "u");
    await stage.step("complete", () => stage.complete(task, [command("completeWorkflowExecution", {})]));
    await stage.step("update", () => sent);
    await kinds(stage);
  }),
  defineScenario("a task fails three times", async (stage) => {
    const { namespace, service } = stage;
    await stage.start();
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const task = await stage.pollTask();
      await service.respondWorkflowTaskFailed({ namespace, taskToken: task.taskToken, cause: 14 });
    }
    await stage.step("update", () => sendUpdate(stage, "u"));
  }),
  defineScenario("a run that waits for its start delay takes an update at once", async (stage) => {
    await stage.start({ workflowStartDelay: { seconds: 60n, nanos: 0 } });
    const sent = sendUpdate(stage, "u");
    const task = await pollShown(stage, "task");
    const messages = [acceptance("u", 2), response("u")];
    await stage.complete(task, [], { messages });
    await stage.step("update", () => sent);
    await kinds(stage);
  }),
  defineScenario("a refused close keeps updates out", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    await signal(stage);
    const close = [command("completeWorkflowExecution", {})];
    await stage.step("complete", () => stage.complete(task, close));
    await stage.pollTask();
    await stage.step("update", () => sendUpdate(stage, "u", {}, 1_000).catch(outOfTime));
  }),
  defineScenario("a sticky worker gets an update with what is new", async (stage) => {
    const sticky = stage.id("sticky");
    await stage.start();
    const polling = pollShown(stage, "task", sticky);
    const stickyAttributes = {
      workerTaskQueue: { name: sticky, kind: 2, normalName: stage.taskQueue },
      scheduleToStartTimeout: { seconds: 5n, nanos: 0 },
    };
    await stage.complete(await stage.pollTask(), [], { stickyAttributes });
    const sent = sendUpdate(stage, "u");
    const task = await polling;
    const messages = [rejection("u")];
    await stage.step("reject", () => stage.complete(task, [], { messages, stickyAttributes }));
    await stage.step("update", () => sent);
    const again = sendUpdate(stage, "v");
    const second = await pollShown(stage, "second task", sticky);
    await stage.complete(second, [], { messages: [acceptance("v"), response("v")], stickyAttributes });
    await stage.step("second update", () => again);
    await stage.history();
  }),
];

/** A caller that is retried by the server until its time is over is as good as refused. */
function outOfTime(error: unknown): never {
  throw error;
}

async function signal(stage: Stage): Promise<void> {
  await stage.service.signalWorkflowExecution({
    namespace: stage.namespace,
    workflowExecution: stage.execution,
    signalName: "go",
  });
}

async function terminate(stage: Stage): Promise<void> {
  await stage.service.terminateWorkflowExecution({
    namespace: stage.namespace,
    workflowExecution: stage.execution,
    reason: "enough",
  });
}

/** How updates end that do not go their ordinary way. */
export const UPDATES_ENDINGS: readonly Scenario[] = [
  ...CLOSINGS,
  ...BAD_ANSWERS,
  ...COMMANDS,
  ...SPECULATIVE,
];
