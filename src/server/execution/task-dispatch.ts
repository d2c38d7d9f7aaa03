import type { Init } from "../../codec-runtime/init.ts";
import { TaskQueueKind } from "../../gen/codec/temporal/api/enums/v1/task_queue.ts";
import type {
  PollWorkflowTaskQueueRequest,
  PollWorkflowTaskQueueResponse,
} from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { timestamp } from "../history/event.ts";
import type { Poller, TaskQueueId } from "../matching/matching.ts";
import { encodeTaskToken } from "../rpc/task-token.ts";
import type { Engine } from "./engine.ts";
import { eventsOfTask, historyPage, wireHistory } from "./history-page.ts";
import { encodePageToken } from "./page-token.ts";
import type { Run } from "./run.ts";
import type { WorkflowTask } from "./run-state.ts";
import { messagesFor } from "./update-delivery.ts";
import { startTask } from "./workflow-task.ts";

/** Answer to a poll for workflow tasks. */
export type WorkflowTaskAnswer = Init<PollWorkflowTaskQueueResponse>;

/** Priority of a run that says none: 1 is the most urgent of five. */
export const DEFAULT_PRIORITY = 3;

/** Puts the pending workflow task of a run where its workers look. */
export function dispatchTask(engine: Engine, run: Run): void {
  const { task, started } = run.fields;
  if (task === undefined || task.startedId !== 0) return;
  const normal: TaskQueueId = {
    namespace: run.namespace,
    name: started.taskQueue?.name ?? "",
    kind: "workflow",
  };
  const sticky: TaskQueueId = { ...normal, name: task.queue.name };
  const toSticky = task.queue.sticky && engine.parts.queues.hasRecentPoller(sticky);
  engine.parts.queues.add<WorkflowTaskAnswer>(toSticky ? sticky : normal, {
    priority: started.priority?.priorityKey || DEFAULT_PRIORITY,
    addedMs: task.scheduledMs,
    take: (poller) => {
      const now = run.fields.task;
      if (now?.stamp !== task.stamp || now.startedId !== 0) return undefined;
      if (toSticky && run.fields.sticky === undefined) return undefined;
      return startForPoller(engine, run, poller, toSticky);
    },
  });
}

function startForPoller(engine: Engine, run: Run, poller: Poller, sticky: boolean): WorkflowTaskAnswer {
  const task = engine.transact(run, (tx) =>
    startTask(tx, { requestId: crypto.randomUUID(), identity: poller.identity, sticky }),
  );
  return taskAnswer(run, task, sticky);
}

/** What a worker gets of a started task: of a sticky one only what is new since the last. */
export function taskAnswer(run: Run, task: WorkflowTask, sticky: boolean): WorkflowTaskAnswer {
  const { fields, history } = run;
  const first = sticky && fields.lastStartedId > 0 ? fields.lastStartedId + 1 : 1;
  const end = task.kind === "normal" ? task.startedId + 1 : Math.min(task.scheduledId, history.length + 1);
  const page = historyPage(run, first, end);
  const last = page.next === undefined;
  return {
    ...taskHead(run, task),
    history: wireHistory(page.encoded, last ? eventsOfTask(run, task) : []),
    nextPageToken: last
      ? undefined
      : encodePageToken({
          runId: run.runId,
          next: page.next ?? 0,
          end,
          transient: true,
          wait: false,
          closeOnly: false,
        }),
    queries: run.queries.buffered(),
    messages: messagesFor(run, task),
    // Last: a literal that begins with a spread is slow in V8.
    ...taskHead(run, task),
  };
}

function taskHead(run: Run, task: WorkflowTask): WorkflowTaskAnswer {
  const { fields } = run;
  return {
    taskToken: encodeTaskToken({
      kind: "workflow",
      namespace: run.namespace,
      workflowId: run.workflowId,
      runId: run.runId,
      scheduledId: task.scheduledId,
      startedId: task.startedId,
      attempt: task.attempt,
      stamp: task.stamp,
    }),
    workflowExecution: { workflowId: run.workflowId, runId: run.runId },
    workflowType: fields.started.workflowType,
    previousStartedEventId: fields.lastStartedId,
    startedEventId: task.startedId,
    attempt: task.attempt,
    workflowExecutionTaskQueue: { name: fields.started.taskQueue?.name, kind: TaskQueueKind.NORMAL },
    scheduledTime: timestamp(task.scheduledMs),
    startedTime: timestamp(task.startedMs),
  };
}

/** The queue that a poll is for. A sticky one is found by its own name. */
export function polledQueue(
  request: Pick<PollWorkflowTaskQueueRequest, "namespace" | "taskQueue">,
): TaskQueueId {
  return { namespace: request.namespace, name: request.taskQueue?.name ?? "", kind: "workflow" };
}
