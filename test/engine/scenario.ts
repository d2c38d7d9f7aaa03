import { expect } from "vitest";
import { answeredQuery, commandNames, completed, type MainThread, value } from "./main-thread.ts";
import { HistoryBuilder } from "./task-builder.ts";

/**
 * The workflow `order` of the fixture from its start to its end: a timer, an activity, a signal, queries of both forms.
 * The same for the inline engine and for real threads.
 */
export async function orderToCompletion(main: MainThread): Promise<void> {
  const history = new HistoryBuilder("order", ["o-1"]);
  const { runId } = history;

  const first = await main.run(runId, history.startTask().task());
  expect(commandNames(first)).toEqual(["startTimer"]);

  history.completeTask();
  const timer = history.startTimer("1");
  const second = await main.run(runId, history.fireTimer("1", timer).startTask().task());
  expect(commandNames(second)).toEqual(["scheduleActivityTask"]);

  const query = await main.run(runId, history.query("stage"));
  expect(value(answeredQuery(query).queryResult?.payloads[0])).toBe("charging");

  history.completeTask();
  const activity = history.scheduleActivity("1", "charge");
  history.completeActivity(activity, "receipt").startTask();
  const third = await main.run(runId, history.task({ queries: { q1: { queryType: "stage" } } }));
  expect(commandNames(third)).toEqual([]);
  expect(value(completed(third).queryResults.q1?.answer?.payloads[0])).toBe("approving");

  history.completeTask();
  const evicted = main.next("evicted", (message) => message.runId === runId);
  const last = await main.run(runId, history.signal("approve", "ann").startTask().task());
  expect(commandNames(last)).toEqual(["completeWorkflowExecution"]);
  const { attributes } = completed(last).commands[0]!;
  if (attributes.case !== "completeWorkflowExecutionCommandAttributes") throw new Error("not completed");
  expect(value(attributes.value.result?.payloads[0])).toBe("receipt by ann");
  expect(last.terminal).toBe("completeWorkflow");
  expect(last.workflowType).toBe("order");
  expect((await evicted).reason).toContain("ended");
}
