import type { Init } from "../../../src/codec-runtime/init.ts";
import type { Message } from "../../../src/gen/codec/temporal/api/protocol/v1/message.ts";
import { signal } from "./chain-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";
import {
  acceptance,
  COMPLETED,
  commandsOf,
  kinds,
  known,
  pollShown,
  rejection,
  response,
  sendUpdate,
} from "./update-steps.ts";

/** A run with an update that was completed, taken back to its first workflow task. */
async function startAgain(stage: Stage): Promise<void> {
  const runId = await stage.start();
  await stage.decide();
  const sent = sendUpdate(stage, "u");
  const task = await stage.pollTask();
  const messages = [acceptance("u", 5), response("u")];
  await stage.complete(task, commandsOf(messages), { messages });
  await sent;
  await stage.service.resetWorkflowExecution({
    namespace: stage.namespace,
    workflowExecution: { ...stage.execution, runId },
    requestId: crypto.randomUUID(),
    workflowTaskFinishEventId: 4n,
    reason: "again",
  });
}

async function poll(stage: Stage): Promise<void> {
  await stage.step("poll", () =>
    stage.service.pollWorkflowExecutionUpdate({
      namespace: stage.namespace,
      updateRef: { workflowExecution: stage.execution, updateId: "u" },
      waitPolicy: { lifecycleStage: COMPLETED },
    }),
  );
}

async function answered(stage: Stage, messages: readonly Init<Message>[]): Promise<void> {
  const task = await pollShown(stage, "task");
  const commands = commandsOf(messages.filter(({ id }) => !id?.includes("rejection")));
  await stage.step("complete", () => stage.complete(task, commands, { messages }));
}

/** Updates that come again because their run was taken back. */
export const UPDATES_RESET: readonly Scenario[] = [
  defineScenario("after a reset an update comes again, in the history", async (stage) => {
    await startAgain(stage);
    const sent = sendUpdate(stage, "u");
    await answered(stage, [acceptance("u", 5), response("u")]);
    await stage.step("who asked again", () => sent);
    await poll(stage);
    await stage.history();
  }),
  defineScenario("after a reset an update is accepted and completed later", async (stage) => {
    await startAgain(stage);
    await answered(stage, [acceptance("u", 5)]);
    const other = sendUpdate(stage, "v");
    await known(stage, "v");
    await answered(stage, [response("u"), rejection("v")]);
    await stage.step("other", () => other);
    await poll(stage);
    await kinds(stage);
  }),
  defineScenario("after a reset an update is rejected", async (stage) => {
    await startAgain(stage);
    const sent = sendUpdate(stage, "u");
    await known(stage, "u");
    await answered(stage, [rejection("u")]);
    await stage.step("who asked again", () => sent);
    await kinds(stage);
  }),
  defineScenario("after a reset an update that was rejected is not completed any more", async (stage) => {
    await startAgain(stage);
    await answered(stage, [rejection("u")]);
    await signal(stage);
    await answered(stage, [response("u")]);
    await kinds(stage);
  }),
];
