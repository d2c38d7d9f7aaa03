import type { Init } from "../../../src/codec-runtime/init.ts";
import type { Command } from "../../../src/gen/codec/temporal/api/command/v1/message.ts";
import type { Failure } from "../../../src/gen/codec/temporal/api/failure/v1/message.ts";
import type { HistoryEvent } from "../../../src/gen/codec/temporal/api/history/v1/message.ts";
import { command, json, type Stage } from "./stage.ts";

/** A failure as SDKs send it. */
export function applicationFailure(
  message: string,
  more: { readonly type?: string; readonly nonRetryable?: boolean } = {},
): Init<Failure> {
  return { message, source: "test", failureInfo: { case: "applicationFailureInfo", value: more } };
}

/** Fails the workflow. */
export function failing(
  message: string,
  more: { readonly type?: string; readonly nonRetryable?: boolean } = {},
): Init<Command> {
  return command("failWorkflowExecution", { failure: applicationFailure(message, more) });
}

/** Completes the workflow with a result. */
export function completing(result: unknown = "done"): Init<Command> {
  return command("completeWorkflowExecution", { result: json(result) });
}

/** Sends the default workflow, or another, a signal. */
export async function signal(stage: Stage, signalName = "wake", workflowId?: string): Promise<void> {
  await stage.service.signalWorkflowExecution({
    namespace: stage.namespace,
    workflowExecution: { workflowId: workflowId ?? stage.workflowId },
    signalName,
    identity: "signaller",
    requestId: crypto.randomUUID(),
  });
}

/** Terminates a workflow if it runs. Not logged. */
export async function stop(stage: Stage, workflowId: string = stage.workflowId): Promise<void> {
  const { namespace } = stage;
  await stage.service
    .terminateWorkflowExecution({ namespace, workflowExecution: { workflowId }, reason: "over" })
    .catch(() => undefined);
}

/** Logs the history of each run that was named. */
export async function histories(
  stage: Stage,
  runIds: readonly string[],
  workflowId: string = stage.workflowId,
): Promise<void> {
  for (const [index, runId] of runIds.entries())
    await stage.history(`history of run ${index + 1}`, { workflowId, runId });
}

/** Waits until a run is followed by another. Gives that one's id. */
export async function nextRun(
  stage: Stage,
  runId: string,
  workflowId: string = stage.workflowId,
): Promise<string> {
  const { value } = await closing(stage, { workflowId, runId });
  const next = "newExecutionRunId" in value ? value.newExecutionRunId : "";
  if (!next) throw new Error(`no run follows ${runId}`);
  return next;
}

/** Waits until a run has closed. Gives what its last event says. */
export async function closing(
  stage: Stage,
  execution: { readonly workflowId: string; readonly runId?: string } = stage.execution,
): Promise<Extract<HistoryEvent["attributes"], { readonly case: string }>> {
  for (let left = 200; left > 0; left -= 1) {
    // It may not be there yet.
    const events = await stage.events(execution).catch(() => []);
    const attributes = events.at(-1)?.attributes;
    if (attributes?.case !== undefined && CLOSING.has(attributes.case)) return attributes;
    await stage.pause(50);
  }
  throw new Error("the run did not close within 10 s");
}

const CLOSING: ReadonlySet<string> = new Set(
  ["Completed", "Failed", "TimedOut", "Terminated", "Canceled", "ContinuedAsNew"].map(
    (how) => `workflowExecution${how}EventAttributes`,
  ),
);

/** Waits until a workflow that may not be there yet has its first task. */
export async function present(stage: Stage, workflowId: string): Promise<void> {
  for (let left = 200; left > 0; left -= 1) {
    const events = await stage.events({ workflowId }).catch(() => []);
    if (events.length > 1) return;
    await stage.pause(50);
  }
  throw new Error(`${workflowId} did not come within 10 s`);
}
