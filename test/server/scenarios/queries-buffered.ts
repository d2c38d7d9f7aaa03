import { answer, ask, resultsFor, signal } from "./query-steps.ts";
import { defineScenario, type Scenario } from "./scenario.ts";
import { command, json } from "./stage.ts";
import { kinds, known, pollShown, rejection, sendUpdate, startIdle } from "./update-steps.ts";

/** Queries that go with a workflow task, because something is under way that their answers should know of. */
export const QUERIES_BUFFERED: readonly Scenario[] = [
  defineScenario("a query goes with the task that is scheduled", async (stage) => {
    await startIdle(stage);
    await signal(stage);
    const asked = ask(stage);
    await stage.pause(200);
    const task = await pollShown(stage, "task");
    const queryResults = resultsFor(task);
    await stage.step("complete", () => stage.complete(task, [], { queryResults }));
    await stage.step("query", () => asked);
    await kinds(stage);
  }),
  defineScenario("a query goes with the first task", async (stage) => {
    await stage.start();
    const asked = ask(stage);
    await stage.pause(200);
    const task = await pollShown(stage, "task");
    await stage.complete(task, [], { queryResults: resultsFor(task) });
    await stage.step("query", () => asked);
  }),
  defineScenario("a query with a task fails", async (stage) => {
    await stage.start();
    const asked = ask(stage);
    await stage.pause(200);
    const task = await stage.pollTask();
    const failed = { resultType: 2, errorMessage: "no", failure: { message: "no, really" } };
    await stage.complete(task, [], { queryResults: resultsFor(task, failed) });
    await stage.step("query", () => asked);
  }),
  defineScenario("a large answer with a task", async (stage) => {
    await stage.start();
    const asked = ask(stage);
    await stage.pause(200);
    const task = await stage.pollTask();
    const large = { resultType: 1, answer: json("x".repeat(2 * 1024 * 1024 + 1)) };
    await stage.step("complete", () => stage.complete(task, [], { queryResults: resultsFor(task, large) }));
    await stage.step("query", () => asked);
  }),
  defineScenario("a query that is not answered with the task goes by itself", async (stage) => {
    await stage.start();
    const asked = ask(stage);
    await stage.pause(200);
    const task = await pollShown(stage, "task");
    await stage.complete(task);
    await answer(stage, await pollShown(stage, "query task"));
    await stage.step("query", () => asked);
    await kinds(stage);
  }),
  defineScenario("a query that comes while a task is started waits for its end", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    const asked = ask(stage);
    await stage.pause(200);
    await stage.complete(task, [], { returnNewWorkflowTask: true });
    await answer(stage, await pollShown(stage, "query task"));
    await stage.step("query", () => asked);
  }),
  defineScenario("a query that comes while a task is started goes with the next", async (stage) => {
    await stage.start();
    const task = await stage.pollTask();
    await signal(stage);
    const asked = ask(stage);
    await stage.pause(200);
    const completed = await stage.complete(task, [], { returnNewWorkflowTask: true });
    const next = completed.workflowTask;
    if (!next) throw new Error("no next task");
    await stage.step("inline task", () => Promise.resolve(Object.values(next.queries)));
    await stage.complete(next, [], { queryResults: resultsFor(next) });
    await stage.step("query", () => asked);
  }),
  defineScenario("the run closes with the task that had the query", async (stage) => {
    await stage.start();
    const asked = ask(stage);
    await stage.pause(200);
    const task = await stage.pollTask();
    const close = [command("completeWorkflowExecution", {})];
    await stage.complete(task, close, { queryResults: resultsFor(task) });
    await stage.step("query", () => asked);
  }),
  defineScenario("the run closes and the query was not answered", async (stage) => {
    await stage.start();
    const asked = ask(stage);
    await stage.pause(200);
    await stage.complete(await stage.pollTask(), [command("completeWorkflowExecution", {})]);
    await answer(stage, await pollShown(stage, "query task"));
    await stage.step("query", () => asked);
  }),
  defineScenario("the task that has a query fails, and the next has it again", async (stage) => {
    const { namespace, service } = stage;
    await stage.start();
    const asked = ask(stage);
    await stage.pause(200);
    const task = await stage.pollTask();
    await service.respondWorkflowTaskFailed({ namespace, taskToken: task.taskToken, cause: 14 });
    const second = await pollShown(stage, "second task");
    await stage.complete(second, [], { queryResults: resultsFor(second) });
    await stage.step("query", () => asked);
  }),
  defineScenario("a caller leaves", async (stage) => {
    await stage.start();
    const asked = ask(stage, {}, 300);
    await asked.catch(() => undefined);
    await stage.pause(300);
    await pollShown(stage, "task");
  }),
  defineScenario("one query at a time", async (stage) => {
    await stage.start();
    const asked = ask(stage);
    await stage.pause(200);
    await stage.step("second", () => ask(stage));
    const task = await stage.pollTask();
    await stage.complete(task, [], { queryResults: resultsFor(task) });
    await stage.step("first", () => asked);
  }),
  defineScenario("a query goes with a speculative task", async (stage) => {
    await startIdle(stage);
    const sent = sendUpdate(stage, "u");
    await known(stage, "u");
    const asked = ask(stage);
    await stage.pause(200);
    const task = await pollShown(stage, "task");
    const messages = [rejection("u")];
    await stage.complete(task, [], { messages, queryResults: resultsFor(task) });
    await stage.step("update", () => sent);
    await stage.step("query", () => asked);
    await kinds(stage);
  }),
];
