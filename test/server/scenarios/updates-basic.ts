import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json } from "./stage.ts";
import {
  ACCEPTED,
  acceptance,
  acceptanceWithRequest,
  COMPLETED,
  commandsOf,
  kinds,
  known,
  pollShown,
  rejection,
  response,
  sendUpdate,
  startIdle,
  updateRequest,
} from "./update-steps.ts";

/** Updates that come to their end, and speculative tasks that bring them. */
export const UPDATES_BASIC: readonly Scenario[] = [
  defineScenario("an update is accepted and completed by one speculative task", async (stage) => {
    await startIdle(stage);
    const sent = sendUpdate(stage, "u");
    const task = await pollShown(stage, "task");
    const messages = [acceptance("u", 5), response("u")];
    await stage.step("complete", () => stage.complete(task, commandsOf(messages), { messages }));
    await stage.step("update", () => sent);
    await stage.step("same id", () => sendUpdate(stage, "u"));
    await stage.step("poll", () =>
      stage.service.pollWorkflowExecutionUpdate({
        namespace: stage.namespace,
        updateRef: { workflowExecution: stage.execution, updateId: "u" },
        waitPolicy: { lifecycleStage: COMPLETED },
      }),
    );
    await stage.history();
  }),
  defineScenario("messages need no commands", async (stage) => {
    await startIdle(stage);
    const sent = sendUpdate(stage, "u", { waitPolicy: { lifecycleStage: ACCEPTED } });
    const task = await stage.pollTask();
    await stage.complete(task, [], { messages: [acceptance("u"), response("u")] });
    await stage.step("update that waited for ACCEPTED", () => sent);
    await kinds(stage);
  }),
  defineScenario("a rejected update leaves nothing", async (stage) => {
    await startIdle(stage);
    const sent = sendUpdate(stage, "u");
    const task = await stage.pollTask();
    const answer = { messages: [rejection("u")], returnNewWorkflowTask: true };
    await stage.step("complete", () => stage.complete(task, [], answer));
    await stage.step("update", () => sent);
    await kinds(stage);
    await stage.step("poll", () =>
      stage.service.pollWorkflowExecutionUpdate({
        namespace: stage.namespace,
        updateRef: { workflowExecution: stage.execution, updateId: "u" },
      }),
    );
    const again = sendUpdate(stage, "u");
    const second = await pollShown(stage, "second task");
    const messages = [acceptance("u"), response("u")];
    await stage.complete(second, commandsOf(messages), { messages });
    await stage.step("same id again", () => again);
    await kinds(stage, "events after");
  }),
  defineScenario("accepted first, completed later", async (stage) => {
    await startIdle(stage);
    const accepted = sendUpdate(stage, "u", { waitPolicy: { lifecycleStage: ACCEPTED } });
    const task = await stage.pollTask();
    const accept = [acceptance("u")];
    await stage.complete(task, commandsOf(accept), { messages: accept });
    await stage.step("accepted", () => accepted);
    const completed = sendUpdate(stage, "u");
    await stage.service.signalWorkflowExecution({
      namespace: stage.namespace,
      workflowExecution: stage.execution,
      signalName: "go",
    });
    const second = await stage.pollTask();
    const respond = [response("u")];
    await stage.complete(second, commandsOf(respond), { messages: respond });
    await stage.step("completed", () => completed);
    await stage.history();
  }),
  defineScenario("an update comes with the first task", async (stage) => {
    await stage.start();
    const sent = sendUpdate(stage, "u");
    await known(stage, "u");
    const task = await pollShown(stage, "task");
    await stage.complete(task, [], { messages: [acceptance("u", 2), response("u")] });
    await stage.step("update", () => sent);
    await stage.history();
  }),
  defineScenario("a rejected update of a normal task", async (stage) => {
    await stage.start();
    const sent = sendUpdate(stage, "u");
    await known(stage, "u");
    const task = await stage.pollTask();
    await stage.step("complete", () => stage.complete(task, [], { messages: [rejection("u")] }));
    await stage.step("update", () => sent);
    await kinds(stage);
  }),
  defineScenario("what the worker ignores is rejected", async (stage) => {
    await startIdle(stage);
    const sent = sendUpdate(stage, "u");
    const task = await stage.pollTask();
    await stage.step("complete", () => stage.complete(task));
    await stage.step("update", () => sent);
    await kinds(stage);
  }),
  defineScenario("several updates go in the order of their admission", async (stage) => {
    await startIdle(stage);
    const sent = [];
    for (const updateId of ["c", "a", "b"]) {
      sent.push(sendUpdate(stage, updateId));
      await known(stage, updateId);
    }
    const task = await pollShown(stage, "task");
    const messages = [acceptance("c"), acceptance("a"), response("a"), rejection("b"), response("c")];
    const commands = commandsOf(messages.filter(({ id }) => !id?.includes("rejection")));
    await stage.complete(task, commands, { messages });
    for (const [index, update] of sent.entries()) await stage.step(`update ${index}`, () => update);
    await stage.history();
  }),
  defineScenario("an update comes while a task is started, and goes with the next", async (stage) => {
    await stage.start();
    const first = await stage.pollTask();
    const sent = sendUpdate(stage, "u");
    await known(stage, "u");
    const next = await stage.step(
      "complete",
      () => stage.complete(first, [], { returnNewWorkflowTask: true }),
      ({ workflowTask }) => workflowTask?.messages.map(({ id, sequencingId }) => ({ id, sequencingId })),
    );
    await kinds(stage, "events while it is speculative");
    const messages = [rejection("u")];
    await stage.step("reject", () => stage.complete(next?.workflowTask ?? first, [], { messages }));
    await stage.step("update", () => sent);
    await kinds(stage);
  }),
  defineScenario("without an inline task the next is a normal one", async (stage) => {
    await stage.start();
    const first = await stage.pollTask();
    const sent = sendUpdate(stage, "u");
    await known(stage, "u");
    await stage.step("complete", () => stage.complete(first));
    await kinds(stage, "events before the poll");
    const task = await pollShown(stage, "task");
    await stage.complete(task, [], { messages: [rejection("u")] });
    await stage.step("update", () => sent);
    await kinds(stage);
  }),
  defineScenario(
    "events shown with a speculative task are kept unless the worker can forget them",
    async (stage) => {
      await stage.start();
      const first = await stage.pollTask();
      await stage.complete(first, [command("recordMarker", { markerName: "m" })]);
      for (const [step, capabilities] of [
        ["forgets", { discardSpeculativeWorkflowTaskWithEvents: true }],
        ["cannot forget", undefined],
      ] as const) {
        const sent = sendUpdate(stage, step);
        const task = await pollShown(stage, `task, ${step}`);
        const messages = [rejection(step)];
        await stage.step(step, () =>
          stage.complete(task, [], { messages, ...(capabilities ? { capabilities } : {}) }),
        );
        await stage.step(`update, ${step}`, () => sent);
        await kinds(stage, `events, ${step}`);
      }
    },
  ),
  defineScenario("more than ten events are kept", async (stage) => {
    await stage.start();
    const markers = Array.from({ length: 11 }, () => command("recordMarker", { markerName: "m" }));
    await stage.complete(await stage.pollTask(), markers);
    const capabilities = { discardSpeculativeWorkflowTaskWithEvents: true };
    const sent = sendUpdate(stage, "u");
    const task = await stage.pollTask();
    await stage.step("reject", () => stage.complete(task, [], { messages: [rejection("u")], capabilities }));
    await stage.step("update", () => sent);
    await kinds(stage);
  }),
  defineScenario(
    "an update that the server does not know any more comes back with its acceptance",
    async (stage) => {
      await stage.start();
      const task = await stage.pollTask();
      const messages = [acceptanceWithRequest("lost"), response("lost")];
      await stage.step("complete", () => stage.complete(task, [], { messages }));
      await stage.step("update", () => sendUpdate(stage, "lost"));
      await stage.history();
    },
  ),
  defineScenario("a heartbeat neither refuses nor repeats updates", async (stage) => {
    await startIdle(stage);
    const sent = sendUpdate(stage, "u");
    const task = await stage.pollTask();
    const heartbeat = { forceCreateNewWorkflowTask: true, returnNewWorkflowTask: true };
    const next = await stage.step(
      "heartbeat",
      () => stage.complete(task, [], heartbeat),
      ({ workflowTask }) => workflowTask?.messages.length,
    );
    const messages = [acceptance("u"), response("u")];
    await stage.complete(next?.workflowTask ?? task, [], { messages });
    await stage.step("update", () => sent);
    await kinds(stage);
  }),
  defineScenario("refused requests", async (stage) => {
    const { namespace, service, execution } = stage;
    await stage.start();
    const send = (step: string, more: Parameters<typeof updateRequest>[2]): Promise<unknown> =>
      stage.step(step, () => service.updateWorkflowExecution(updateRequest(stage, "u", more)));
    await send("no execution", { workflowExecution: undefined });
    await send("no workflow id", { workflowExecution: { workflowId: "" } });
    await send("bad run id", { workflowExecution: { ...execution, runId: "x" } });
    await send("no request", { request: undefined });
    await send("no input", { request: { meta: { updateId: "u" } } });
    await send("no name", { request: { meta: { updateId: "u" }, input: { args: json(1) } } });
    await send("id too long", { request: { meta: { updateId: "u".repeat(1001) }, input: { name: "n" } } });
    await send("waits for ADMITTED", { waitPolicy: { lifecycleStage: 1 } });
    await send("unknown workflow", { workflowExecution: { workflowId: stage.id("none") } });
    await send("other chain", { firstExecutionRunId: "11111111-1111-1111-1111-111111111111" });
    await stage.step("poll without a reference", () => service.pollWorkflowExecutionUpdate({ namespace }));
    for (const workflowExecution of [
      undefined,
      { workflowId: "" },
      { ...execution, runId: "x" },
      { ...execution, runId: "11111111-1111-1111-1111-111111111111" },
      { workflowId: stage.id("none") },
    ]) {
      const asked = { namespace, updateRef: { workflowExecution, updateId: "u" } };
      await stage.step("poll of another workflow", () => service.pollWorkflowExecutionUpdate(asked));
    }
    await send("unknown run", {
      workflowExecution: { ...execution, runId: "11111111-1111-1111-1111-111111111111" },
    });
    await stage.step("poll of an unknown one", () =>
      service.pollWorkflowExecutionUpdate({
        namespace,
        updateRef: { workflowExecution: execution, updateId: 'it"s' },
      }),
    );
  }),
  defineScenario("ten at a time", async (stage) => {
    await stage.start();
    for (let index = 0; index < 10; index += 1) {
      void sendUpdate(stage, `u${index}`);
      await known(stage, `u${index}`);
    }
    await stage.step("the eleventh", () => sendUpdate(stage, "u10"));
  }),
];
