import type { HistoryEvent } from "../gen/codec/temporal/api/history/v1/message.ts";
import { eventId } from "./event-id.ts";
import type { AttributesOf } from "./history/event-kinds.ts";
import { openWorkflowTask } from "./machines/workflow-task.ts";
import { fatal, type Problem } from "./problem.ts";
import type { Run } from "./run-state.ts";
import { randomnessSeed } from "./seed.ts";
import { durationMs, timestampMs } from "./wire-time.ts";

/** The server's own. */
const DEFAULT_TASK_TIMEOUT_MS = 10_000;

/** The run begins: workflow code is to be initialised. */
export function takeStarted(
  run: Run,
  event: HistoryEvent,
  started: AttributesOf<"workflowExecutionStarted">,
): Problem | undefined {
  if (event.eventTime === undefined)
    return fatal(`event ${event.eventId}: WorkflowExecutionStarted has no time`);
  const startTimeMs = timestampMs(event.eventTime);
  if (startTimeMs > run.timeMs) run.timeMs = startTimeMs;
  const { memo, retryPolicy, searchAttributes } = started;
  run.taskTimeoutMs = durationMs(started.workflowTaskTimeout) ?? DEFAULT_TASK_TIMEOUT_MS;
  run.inherited = { memo, retryPolicy, searchAttributes: searchAttributes?.indexedFields };
  run.jobs.push({
    kind: "initializeWorkflow",
    workflowId: run.task?.workflowId ?? started.workflowId,
    workflowType: started.workflowType?.name ?? "",
    args: started.input?.payloads ?? [],
    headers: started.header?.fields ?? {},
    randomnessSeed: randomnessSeed(started.originalExecutionRunId),
    startTimeMs,
    attributes: started,
  });
  return undefined;
}

export function takeSignaled(
  run: Run,
  event: HistoryEvent,
  signaled: AttributesOf<"workflowExecutionSignaled">,
): undefined {
  run.jobs.push({
    kind: "signalWorkflow",
    signalName: signaled.signalName,
    args: signaled.input?.payloads ?? [],
    headers: signaled.header?.fields ?? {},
    identity: signaled.identity,
    originatingEventId: eventId(event.eventId),
  });
}

export function takeCancelRequested(
  run: Run,
  _event: HistoryEvent,
  requested: AttributesOf<"workflowExecutionCancelRequested">,
): undefined {
  run.jobs.push({ kind: "cancelWorkflow", reason: requested.cause });
}

/** Each workflow task has a machine of its own. */
export function takeTaskScheduled(
  run: Run,
  event: HistoryEvent,
  scheduled: AttributesOf<"workflowTaskScheduled">,
): Problem | undefined {
  const machine = openWorkflowTask(event.eventId);
  run.machines.register(run.eventId, machine);
  return machine.advance("workflowTaskScheduled", scheduled, run);
}
