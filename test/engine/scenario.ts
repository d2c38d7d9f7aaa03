import { deepEqual, match } from "node:assert/strict";
import { answeredQuery, commandNames, completed, type MainThread, value } from "./main-thread.ts";
import { HistoryBuilder } from "./task-builder.ts";

/**
 * The workflow `order` of the fixture from its start to its end: a timer, an activity, a signal, queries of both forms.
 * The same for the inline engine and for real threads, on any runtime.
 */
export async function orderToCompletion(main: MainThread): Promise<void> {
  const history = new HistoryBuilder("order", ["o-1"]);
  const { runId } = history;

  const first = await main.run(runId, history.startTask().task());
  deepEqual(commandNames(first), ["startTimer"]);

  history.completeTask();
  const timer = history.startTimer("1");
  const second = await main.run(runId, history.fireTimer("1", timer).startTask().task());
  deepEqual(commandNames(second), ["scheduleActivityTask"]);

  const query = await main.run(runId, history.query("stage"));
  deepEqual(value(answeredQuery(query).queryResult?.payloads[0]), "charging");

  history.completeTask();
  const activity = history.scheduleActivity("1", "charge");
  history.completeActivity(activity, "receipt").startTask();
  const third = await main.run(runId, history.task({ queries: { q1: { queryType: "stage" } } }));
  deepEqual(commandNames(third), []);
  deepEqual(value(completed(third).queryResults.q1?.answer?.payloads[0]), "approving");

  history.completeTask();
  const evicted = main.next("evicted", (message) => message.runId === runId);
  const last = await main.run(runId, history.signal("approve", "ann").startTask().task());
  deepEqual(commandNames(last), ["completeWorkflowExecution"]);
  const { attributes } = completed(last).commands[0]!;
  if (attributes.case !== "completeWorkflowExecutionCommandAttributes") throw new Error("not completed");
  deepEqual(value(attributes.value.result?.payloads[0]), "receipt by ann");
  deepEqual(last.terminal, "completeWorkflow");
  deepEqual(last.workflowType, "order");
  match((await evicted).reason, /ended/);
}
