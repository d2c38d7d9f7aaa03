import { answer, ask, stickyOf } from "./query-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json } from "./stage.ts";
import { kinds, pollShown, shownTask, startIdle } from "./update-steps.ts";

const FAILED = 2;
const NOT_OPEN = 2;
const NOT_COMPLETED_CLEANLY = 3;
const LARGE = "x".repeat(2 * 1024 * 1024 + 1);

/** Queries that go to a worker by themselves. */
export const QUERIES_DIRECT: readonly Scenario[] = [
  defineScenario("a query of an idle workflow", async (stage) => {
    await startIdle(stage);
    const asked = ask(stage);
    const task = await pollShown(stage, "task");
    await stage.step("respond", () => answer(stage, task));
    await stage.step("query", () => asked);
    await stage.step("respond again", () => answer(stage, task));
    await kinds(stage);
  }),
  defineScenario("a query that fails", async (stage) => {
    await startIdle(stage);
    for (const more of [
      { completedType: FAILED, errorMessage: "no" },
      { completedType: FAILED, errorMessage: "no", failure: { message: "no, really" } },
    ]) {
      const asked = ask(stage);
      const task = await stage.pollTask();
      await answer(stage, task, more);
      await stage.step(`query, ${JSON.stringify(more)}`, () => asked);
    }
  }),
  defineScenario("an answer that is too large", async (stage) => {
    await startIdle(stage);
    const asked = ask(stage);
    const task = await stage.pollTask();
    await stage.step("respond", () => answer(stage, task, { queryResult: json(LARGE) }));
    await stage.step("query", () => asked);
  }),
  defineScenario("a query goes to the sticky worker, without history", async (stage) => {
    const stickyAttributes = stickyOf(stage);
    await stage.start();
    const polling = pollShown(stage, "task", stickyAttributes.workerTaskQueue.name);
    await stage.complete(await stage.pollTask(), [], { stickyAttributes });
    const asked = ask(stage);
    await answer(stage, await polling);
    await stage.step("query", () => asked);
    await kinds(stage);
  }),
  defineScenario("a sticky worker that does not answer is given up", async (stage) => {
    const stickyAttributes = stickyOf(stage, 1);
    const sticky = stickyAttributes.workerTaskQueue.name;
    await stage.start();
    const polling = stage.pollTask(sticky);
    await stage.complete(await stage.pollTask(), [], { stickyAttributes });
    const asked = ask(stage);
    const late = await polling;
    const task = await pollShown(stage, "task");
    await stage.step("late", () => answer(stage, late));
    await answer(stage, task);
    await stage.step("query", () => asked);
    await stage.service.signalWorkflowExecution({
      namespace: stage.namespace,
      workflowExecution: stage.execution,
      signalName: "go",
    });
    await pollShown(stage, "the next task is not sticky");
  }),
  defineScenario("a sticky queue nobody polls is passed over", async (stage) => {
    const stickyAttributes = stickyOf(stage, 10);
    await stage.start();
    await stage.complete(await stage.pollTask(), [], { stickyAttributes });
    const asked = ask(stage);
    await answer(stage, await pollShown(stage, "task"));
    await stage.step("query", () => asked);
  }),
  defineScenario("queries of closed workflows", async (stage) => {
    await startIdle(stage);
    await stage.service.signalWorkflowExecution({
      namespace: stage.namespace,
      workflowExecution: stage.execution,
      signalName: "go",
    });
    await stage.finish();
    const asked = ask(stage);
    await answer(stage, await pollShown(stage, "task"));
    await stage.step("query", () => asked);
    await stage.step("open only", () => ask(stage, { queryRejectCondition: NOT_OPEN }));
    const clean = ask(stage, { queryRejectCondition: NOT_COMPLETED_CLEANLY });
    await answer(stage, await stage.pollTask());
    await stage.step("completed cleanly", () => clean);
  }),
  defineScenario("a query of a workflow that did not complete cleanly", async (stage) => {
    await stage.start();
    await stage.decide(command("failWorkflowExecution", { failure: { message: "bad" } }));
    const cleanly = { queryRejectCondition: NOT_COMPLETED_CLEANLY };
    await stage.step("completed cleanly", () => ask(stage, cleanly));
    await stage.step("open only", () => ask(stage, { queryRejectCondition: NOT_OPEN }));
    const asked = ask(stage, { queryRejectCondition: 1 });
    await answer(stage, await stage.pollTask());
    await stage.step("any", () => asked);
  }),
  defineScenario("a workflow that closed before its first task", async (stage) => {
    await stage.start();
    await stage.service.terminateWorkflowExecution({
      namespace: stage.namespace,
      workflowExecution: stage.execution,
    });
    await stage.step("query", () => ask(stage));
    await stage.step("open only", () => ask(stage, { queryRejectCondition: NOT_OPEN }));
  }),
  defineScenario("a workflow that waits for its start delay", async (stage) => {
    await stage.start({ workflowStartDelay: { seconds: 60n, nanos: 0 } });
    await stage.step("query", () => ask(stage, {}, 5_000));
  }),
  defineScenario("a workflow whose task fails", async (stage) => {
    const { namespace, service } = stage;
    await startIdle(stage);
    await stage.service.signalWorkflowExecution({
      namespace,
      workflowExecution: stage.execution,
      signalName: "go",
    });
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const task = await stage.pollTask();
      await service.respondWorkflowTaskFailed({ namespace, taskToken: task.taskToken, cause: 14 });
    }
    await stage.step("query", () => ask(stage));
  }),
  defineScenario("nobody polls", async (stage) => {
    const started = await stage.service.startWorkflowExecution({
      namespace: stage.namespace,
      workflowId: stage.workflowId,
      workflowType: { name: "scenario" },
      taskQueue: { name: stage.taskQueue },
      requestId: crypto.randomUUID(),
      requestEagerExecution: true,
    });
    const task = started.eagerWorkflowTask;
    if (!task) throw new Error("no eager task");
    await stage.complete(task);
    await stage.step("query", () => ask(stage, {}, 3_000));
  }),
  defineScenario("a query without a run id goes to the newest run", async (stage) => {
    await stage.start();
    await stage.decide(command("continueAsNewWorkflowExecution", {}));
    await stage.decide();
    const asked = ask(stage);
    const task = await stage.pollTask();
    await stage.step("task", () => Promise.resolve(task), shownTask);
    await answer(stage, task);
    await stage.step("query", () => asked);
  }),
  defineScenario("refused queries", async (stage) => {
    const { execution } = stage;
    await startIdle(stage);
    await stage.step("no execution", () => ask(stage, { execution: undefined }));
    await stage.step("no workflow id", () => ask(stage, { execution: { workflowId: "" } }));
    await stage.step("bad run id", () => ask(stage, { execution: { ...execution, runId: "x" } }));
    await stage.step("no query", () => ask(stage, { query: undefined }));
    await stage.step("no query type", () => ask(stage, { query: {} }));
    await stage.step("unknown workflow", () => ask(stage, { execution: { workflowId: stage.id("none") } }));
    await stage.step("unknown run", () =>
      ask(stage, { execution: { ...execution, runId: "11111111-1111-1111-1111-111111111111" } }),
    );
    await stage.step("arguments too large", () =>
      ask(stage, { query: { queryType: "q", queryArgs: json(LARGE) } }),
    );
  }),
  defineScenario("refused answers", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    await stage.step("no token", () => answer(stage, { taskToken: new Uint8Array(0) }));
    await stage.step("not a token", () => answer(stage, { taskToken: new Uint8Array([1, 2, 3]) }));
    await stage.step("the token of a workflow task", () => answer(stage, task));
  }),
];
