import type { Client, WorkflowHandle } from "perdure/client";
import type { HistoryEvent } from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import { asRecorded, type Recorded } from "../replay/recorded.ts";
import type { Intervention, Program } from "./program.ts";
import { taskQueues } from "./task-queues.ts";

/** How long a program may wait for what never comes before it is ended from outside. */
const PATIENCE_MS = 3_000;

let programsRun = 0;

/** Runs a program on a task queue, with its interventions, and gives the history of each run that came of it. */
export async function drive(client: Client, taskQueue: string, program: Program): Promise<Recorded[]> {
  const workflowId = `fuzz-${program.seed}-${taskQueue}-${programsRun++}`;
  const handle = await client.workflow.start("fuzzProgram", {
    taskQueue,
    workflowId,
    args: [program.body, program.continueAsNew, program.localsInTurn],
    workflowExecutionTimeout: 30_000,
    // So short that local activities outlast it: their tasks are answered before they end. The official SDK may answer between the
    // end of one and telling it, which no history shows.
    workflowTaskTimeout: taskQueue.startsWith(taskQueues.perdure) && program.seed % 2 === 0 ? 1_000 : 10_000,
  });
  const interventions = program.interventions.map((intervention, index) =>
    intervene(handle, intervention, index),
  );
  const impatience = setTimeout(() => ended(handle.terminate("it takes too long")), PATIENCE_MS);
  await ended(handle.result());
  clearTimeout(impatience);
  await Promise.all(interventions);
  return await historiesOf(client, workflowId, handle.firstExecutionRunId);
}

async function intervene(
  handle: WorkflowHandle,
  { afterMs, what, name }: Intervention,
  value: number,
): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  switch (what) {
    case "signal":
      return await ended(handle.signal(name, value));
    case "update":
      return await ended(handle.executeUpdate(name, { args: [value] }));
    case "query":
      return await ended(handle.query(name));
    case "cancel":
      return await ended(handle.cancel());
  }
}

/** How a program ends is not the question here: only that it has ended, well or not. */
export async function ended(call: Promise<unknown>): Promise<void> {
  await call.catch(() => undefined);
}

/** The histories of a run, of those it continued as, and of their children. */
export async function historiesOf(
  client: Client,
  workflowId: string,
  runId: string | undefined,
): Promise<Recorded[]> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const found = [asRecorded(events, { subject: `${workflowId} ${runId}`, workflowId })];
  for (const { attributes } of events) {
    const next = nextOf(attributes);
    if (next) found.push(...(await historiesOf(client, next.workflowId || workflowId, next.runId)));
  }
  return found;
}

function nextOf({
  case: name,
  value,
}: HistoryEvent["attributes"]): { readonly workflowId: string; readonly runId: string } | undefined {
  if (name === "workflowExecutionContinuedAsNewEventAttributes")
    return { workflowId: "", runId: value.newExecutionRunId };
  if (name === "childWorkflowExecutionStartedEventAttributes") return value.workflowExecution;
  return undefined;
}
