import type { Init } from "../../codec-runtime/init.ts";
import type {
  PollWorkflowTaskQueueResponse,
  StartWorkflowExecutionRequest,
} from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { WorkflowServiceHandlers } from "../../gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import type { Engine } from "../execution/engine.ts";
import { resolveStart } from "../execution/id-policies.ts";
import type { Run } from "../execution/run.ts";
import { startRun } from "../execution/start-run.ts";
import { taskAnswer } from "../execution/task-dispatch.ts";
import type { Transaction } from "../execution/transaction.ts";
import { scheduleTask, startTask } from "../execution/workflow-task.ts";
import type { HandlersOf } from "./call.ts";
import { checkStartRequest, firstBackoffMs, startedValue } from "./start-request.ts";

/** Starting workflows. */
export function startRpcs(engine: Engine): HandlersOf<WorkflowServiceHandlers> {
  return { startWorkflowExecution: (request) => startWorkflow(engine, request) };
}

/**
 * Starts a workflow, or finds the one that the request's policies prefer. A new run does `alsoAtStart` in its first change:
 * either both happen or none.
 */
export function startWorkflow(
  engine: Engine,
  raw: StartWorkflowExecutionRequest,
  alsoAtStart?: (tx: Transaction) => void,
  options?: { readonly withSignal: boolean },
): {
  readonly runId: string;
  readonly started: boolean;
  readonly status: number;
  readonly firstExecutionRunId: string;
  readonly eagerWorkflowTask?: Init<PollWorkflowTaskQueueResponse> | undefined;
} {
  const request = checkStartRequest(engine, raw);
  const decision = resolveStart(engine, request, options);
  if (decision.kind === "existing") {
    const { run, started } = decision;
    return {
      runId: run.runId,
      started,
      status: run.fields.status,
      firstExecutionRunId: firstRunId(run),
      eagerWorkflowTask: started && request.requestEagerExecution ? firstTaskAgain(run) : undefined,
    };
  }
  const runId = crypto.randomUUID();
  const timeline = engine.parts.newTimeline();
  const nowMs = timeline.now();
  const backoffMs = firstBackoffMs(request, nowMs);
  const byPoll = engine.parts.queues.strays.fateOf !== undefined;
  const eager = request.requestEagerExecution && backoffMs === 0 && !byPoll;
  decision.replaces?.(runId);
  const { run, result: task } = startRun(
    engine,
    {
      namespace: request.namespace,
      workflowId: request.workflowId,
      runId,
      requestId: request.requestId,
      started: startedValue(request, { runId, eager, nowMs, backoffMs }),
      timeline,
      ...(alsoAtStart === undefined ? {} : { alsoAtStart }),
      extras: {
        ...(request.userMetadata ? { userMetadata: request.userMetadata } : {}),
        ...(request.links.length > 0 ? { links: request.links } : {}),
      },
    },
    (tx) => {
      if (!eager) return undefined;
      scheduleTask(tx);
      return startTask(tx, { requestId: request.requestId, identity: request.identity, sticky: false });
    },
  );
  return {
    runId,
    started: true,
    status: run.fields.status,
    firstExecutionRunId: runId,
    eagerWorkflowTask: task && taskAnswer(run, task, false),
  };
}

/** The task that went with the first answer, while its starter has it: that answer may have been lost. */
function firstTaskAgain(run: Run): Init<PollWorkflowTaskQueueResponse> | undefined {
  const { task, started } = run.fields;
  const same = started.eagerExecutionAccepted && task?.startedId === FIRST_STARTED_ID && task.attempt === 1;
  return same ? taskAnswer(run, task, false) : undefined;
}

/** Of the event behind those of the start and of the scheduled task. */
const FIRST_STARTED_ID = 3;

/** The first run of the chain that a run belongs to. */
export function firstRunId(run: Run): string {
  return run.fields.started.firstExecutionRunId || run.runId;
}
