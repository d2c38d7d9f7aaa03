import type { Init } from "../../../src/codec-runtime/init.ts";
import type {
  ExecuteMultiOperationRequest,
  StartWorkflowExecutionRequest,
  UpdateWorkflowExecutionRequest,
} from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json, type Stage } from "./stage.ts";
import {
  ACCEPTED,
  acceptance,
  commandsOf,
  kinds,
  known,
  later,
  pollShown,
  rejection,
  response,
  sendUpdate,
  startIdle,
  updateRequest,
} from "./update-steps.ts";

const USE_EXISTING = 2;
const TERMINATE_EXISTING = 3;

function together(
  stage: Stage,
  start: Init<StartWorkflowExecutionRequest> = {},
  update: Init<UpdateWorkflowExecutionRequest> = {},
): Init<ExecuteMultiOperationRequest> {
  const startWorkflow: Init<StartWorkflowExecutionRequest> = {
    namespace: stage.namespace,
    workflowId: stage.workflowId,
    workflowType: { name: "scenario" },
    taskQueue: { name: stage.taskQueue },
    identity: "starter",
    requestId: crypto.randomUUID(),
    ...start,
  };
  const updateWorkflow = updateRequest(stage, "u", update);
  return {
    namespace: stage.namespace,
    operations: [
      { operation: { case: "startWorkflow", value: startWorkflow } },
      { operation: { case: "updateWorkflow", value: updateWorkflow } },
    ],
  };
}

function send(
  stage: Stage,
  start: Init<StartWorkflowExecutionRequest> = {},
  update: Init<UpdateWorkflowExecutionRequest> = {},
): ReturnType<Stage["service"]["executeMultiOperation"]> {
  return later(
    stage.service.executeMultiOperation(together(stage, start, update), { deadline: Date.now() + 30_000 }),
  );
}

async function accept(stage: Stage, updateId = "u"): Promise<void> {
  const task = await stage.pollTask();
  const messages = [acceptance(updateId, 2), response(updateId)];
  await stage.complete(task, commandsOf(messages), { messages });
}

/** Update-with-start in all its ways. */
export const UPDATE_WITH_START: readonly Scenario[] = [
  defineScenario("update-with-start starts", async (stage) => {
    const sent = send(stage);
    const task = await pollShown(stage, "task");
    const messages = [acceptance("u", 2), response("u")];
    await stage.complete(task, commandsOf(messages), { messages });
    await stage.step("answer", () => sent);
    await stage.history();
    await stage.step("again", () => send(stage));
  }),
  defineScenario("update-with-start starts, and the update is rejected", async (stage) => {
    const sent = send(stage);
    const task = await stage.pollTask();
    await stage.complete(task, [], { messages: [rejection("u")] });
    await stage.step("answer", () => sent);
    await kinds(stage);
  }),
  defineScenario("update-with-start waits for ACCEPTED", async (stage) => {
    const sent = send(stage, {}, { waitPolicy: { lifecycleStage: ACCEPTED } });
    const task = await stage.pollTask();
    await stage.complete(task, [], { messages: [acceptance("u", 2)] });
    await stage.step("answer", () => sent);
  }),
  defineScenario("update-with-start uses an open run", async (stage) => {
    await startIdle(stage);
    const sent = send(stage, { workflowIdConflictPolicy: USE_EXISTING });
    await accept(stage);
    await stage.step("answer", () => sent);
    await kinds(stage);
  }),
  defineScenario("update-with-start may not use an open run", async (stage) => {
    await startIdle(stage);
    await stage.step("answer", () => send(stage));
  }),
  defineScenario("update-with-start with the request id of the start", async (stage) => {
    const requestId = crypto.randomUUID();
    await startIdle(stage, { requestId });
    const sent = send(stage, { requestId });
    await accept(stage);
    await stage.step("answer", () => sent);
  }),
  defineScenario("update-with-start finds its update under way", async (stage) => {
    await startIdle(stage);
    const first = sendUpdate(stage, "u");
    await known(stage, "u");
    const sent = send(stage);
    await stage.pause(200);
    await accept(stage);
    await stage.step("first", () => first);
    await stage.step("answer", () => sent);
  }),
  defineScenario("update-with-start replaces an open run", async (stage) => {
    await startIdle(stage);
    const sent = send(stage, { workflowIdConflictPolicy: TERMINATE_EXISTING });
    await accept(stage);
    await stage.step("answer", () => sent);
    await stage.history();
  }),
  defineScenario("update-with-start after a closed run", async (stage) => {
    await startIdle(stage);
    const first = sendUpdate(stage, "u");
    await accept(stage);
    await first;
    await stage.service.terminateWorkflowExecution({
      namespace: stage.namespace,
      workflowExecution: stage.execution,
    });
    await stage.step("an update that completed", () => send(stage));
    const request = updateRequest(stage, "v").request;
    const refused = send(stage, { workflowIdReusePolicy: 3 }, request ? { request } : {});
    await stage.step("reuse refused", () => refused);
    const sent = send(stage, {}, request ? { request } : {});
    await accept(stage, "v");
    await stage.step("a new run", () => sent);
  }),
  defineScenario("update-with-start whose run closes underneath", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    const sent = send(stage, { workflowIdConflictPolicy: USE_EXISTING });
    await known(stage, "u");
    await stage.complete(task, [command("completeWorkflowExecution", {})]);
    await accept(stage);
    await stage.step("answer", () => sent);
    await kinds(stage);
  }),
  defineScenario("update-with-start whose new run closes", async (stage) => {
    const sent = send(stage);
    const task = await stage.pollTask();
    await stage.complete(task, [command("completeWorkflowExecution", {})]);
    await stage.step("answer", () => sent);
  }),
  defineScenario("update-with-start while the workflow task fails", async (stage) => {
    const { namespace, service } = stage;
    await stage.start();
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const task = await stage.pollTask();
      await service.respondWorkflowTaskFailed({ namespace, taskToken: task.taskToken, cause: 14 });
    }
    await stage.step("answer", () => send(stage, { workflowIdConflictPolicy: USE_EXISTING }));
  }),
  defineScenario("refused update-with-start", async (stage) => {
    const { namespace, service } = stage;
    const { operations } = together(stage);
    const [start, update] = operations ?? [];
    const raw = (step: string, sent: readonly (typeof start)[]): Promise<unknown> =>
      stage.step(step, () =>
        service.executeMultiOperation({ namespace, operations: sent.map((operation) => operation ?? {}) }),
      );
    await raw("nothing", []);
    await raw("start only", [start]);
    await raw("the other way round", [update, start]);
    await raw("three", [start, update, update]);
    const refused = (
      step: string,
      startMore: Init<StartWorkflowExecutionRequest>,
      updateMore: Init<UpdateWorkflowExecutionRequest> = {},
    ): Promise<unknown> => stage.step(step, () => send(stage, startMore, updateMore));
    await refused("cron", { cronSchedule: "* * * * *" });
    await refused("eager", { requestEagerExecution: true });
    await refused("delay", { workflowStartDelay: { seconds: 1n, nanos: 0 } });
    await refused("no type", { workflowType: undefined });
    await refused("other namespace", { namespace: "other" });
    await refused("update of another namespace", {}, { namespace: "other" });
    await refused("first run id", {}, { firstExecutionRunId: crypto.randomUUID() });
    await refused("run id", {}, { workflowExecution: { ...stage.execution, runId: crypto.randomUUID() } });
    await refused("other workflow", {}, { workflowExecution: { workflowId: stage.id("other") } });
    await refused("no name", {}, { request: { meta: { updateId: "u" }, input: { args: json(1) } } });
    await refused("both", { cronSchedule: "* * * * *" }, { request: undefined });
    await refused("waits for ADMITTED", {}, { waitPolicy: { lifecycleStage: 1 } });
  }),
];
