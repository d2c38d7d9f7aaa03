import type { Init } from "../../codec-runtime/init.ts";
import { WorkerVersioningMode } from "../../gen/codec/temporal/api/enums/v1/deployment.ts";
import { DescribeTaskQueueMode, TaskQueueType } from "../../gen/codec/temporal/api/enums/v1/task_queue.ts";
import type { PollerInfo, TaskQueueStats } from "../../gen/codec/temporal/api/taskqueue/v1/message.ts";
import type {
  DescribeTaskQueueRequest,
  DescribeTaskQueueResponse,
  DescribeWorkflowExecutionResponse,
} from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { WorkflowServiceHandlers } from "../../gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import {
  NO_TIME,
  pendingActivity,
  pendingChild,
  pendingTask,
  runConfig,
  runExtendedInfo,
  runInfo,
} from "../execution/describe-run.ts";
import type { Engine } from "../execution/engine.ts";
import type { Run } from "../execution/run.ts";
import { timestamp } from "../history/event.ts";
import type { TaskQueueId } from "../matching/matching.ts";
import type { TaskQueueFacts } from "../matching/task-queues.ts";
import { toDuration } from "../wire-time.ts";
import type { HandlersOf } from "./call.ts";
import { requirePolledQueue, requireTaskQueue, requireWholeQueue } from "./request-checks.ts";

/** Where queues are looked at. */
export interface QueueFacts {
  facts(queue: TaskQueueId): TaskQueueFacts | undefined;
}

/** What clients ask about workflows and task queues. */
export function describeRpcs(engine: Engine, queues: QueueFacts): HandlersOf<WorkflowServiceHandlers> {
  return {
    describeWorkflowExecution: (request) => describeRun(engine.find(request.namespace, request.execution)),
    describeTaskQueue: (request) => {
      requirePolledQueue(request.taskQueue);
      if (request.apiMode !== DescribeTaskQueueMode.ENHANCED) return describeQueue(queues, request);
      requireWholeQueue(request.taskQueue);
      return describeByVersion(queues, request);
    },
    listTaskQueuePartitions: ({ taskQueue }) => {
      requireTaskQueue(taskQueue);
      // There is one of each kind: nothing is spread over several hosts here.
      const partition = { key: taskQueue?.name, ownerHostName: "embedded" };
      return { activityTaskQueuePartitions: [partition], workflowTaskQueuePartitions: [partition] };
    },
  };
}

function describeRun(run: Run): Init<DescribeWorkflowExecutionResponse> {
  return {
    executionConfig: runConfig(run),
    workflowExecutionInfo: runInfo(run),
    pendingActivities: [...run.state.activities.values()].map(pendingActivity),
    pendingChildren: [...run.state.children.values()].map(pendingChild),
    pendingWorkflowTask: pendingTask(run),
    workflowExtendedInfo: runExtendedInfo(run),
  };
}

const DEFAULT_PRIORITY = 3;
/** How the real server writes that a worker asked for no limit. */
const NO_RATE_LIMIT = 100_000;
const UNVERSIONED = "__unversioned__";

function queueId(request: DescribeTaskQueueRequest, type: number): TaskQueueId {
  const kind = type === TaskQueueType.ACTIVITY ? "activity" : "workflow";
  return { namespace: request.namespace, name: request.taskQueue?.name ?? "", kind };
}

function describeQueue(
  queues: QueueFacts,
  request: DescribeTaskQueueRequest,
): Init<DescribeTaskQueueResponse> {
  // Of Nexus tasks there are none.
  const nexus = request.taskQueueType === TaskQueueType.NEXUS;
  const facts = nexus ? undefined : queues.facts(queueId(request, request.taskQueueType));
  return {
    pollers: pollersOf(facts),
    versioningInfo: { currentVersion: UNVERSIONED, updateTime: NO_TIME },
    ...(request.includeTaskQueueStatus
      ? { taskQueueStatus: { backlogCountHint: facts?.backlogCount ?? 0, taskIdBlock: {} } }
      : {}),
    ...(request.reportStats ? { stats: statsOf(facts), statsByPriorityKey: statsByPriority(facts) } : {}),
  };
}

/** The form of the answer that tells worker versions apart; all workers are of the one without version. */
function describeByVersion(
  queues: QueueFacts,
  request: DescribeTaskQueueRequest,
): Init<DescribeTaskQueueResponse> {
  const types =
    request.taskQueueTypes.length > 0
      ? request.taskQueueTypes
      : [TaskQueueType.WORKFLOW, TaskQueueType.ACTIVITY];
  const typesInfo = Object.fromEntries(
    types.map((type) => {
      const facts = queues.facts(queueId(request, type));
      return [
        type,
        {
          ...(request.reportPollers ? { pollers: pollersOf(facts) } : {}),
          ...(request.reportStats ? { stats: statsOf(facts) } : {}),
        },
      ];
    }),
  );
  return { versionsInfo: { "": { typesInfo } } };
}

function pollersOf(facts: TaskQueueFacts | undefined): readonly Init<PollerInfo>[] {
  return (facts?.pollers ?? []).map(({ identity, lastMs, maxTasksPerSecond, deploymentName, buildId }) => ({
    identity,
    lastAccessTime: timestamp(lastMs),
    ratePerSecond: maxTasksPerSecond ?? NO_RATE_LIMIT,
    ...(deploymentName
      ? {
          deploymentOptions: {
            deploymentName,
            buildId,
            workerVersioningMode: WorkerVersioningMode.UNVERSIONED,
          },
        }
      : {}),
  }));
}

function statsOf(facts: TaskQueueFacts | undefined): Init<TaskQueueStats> {
  return {
    approximateBacklogCount: facts?.backlogCount ?? 0,
    approximateBacklogAge: toDuration(facts?.backlogAgeMs ?? 0),
    tasksAddRate: facts?.addRate ?? 0,
    tasksDispatchRate: facts?.dispatchRate ?? 0,
  };
}

/** Backlogs are counted by priority; ages and rates are known of the whole queue alone. */
function statsByPriority(facts: TaskQueueFacts | undefined): Record<number, Init<TaskQueueStats>> {
  const counts = facts?.backlogByPriority ?? new Map<number, number>();
  if (counts.size === 0) return { [DEFAULT_PRIORITY]: statsOf(facts) };
  const age = toDuration(facts?.backlogAgeMs ?? 0);
  return Object.fromEntries(
    [...counts].map(([key, count]) => [key, { approximateBacklogCount: count, approximateBacklogAge: age }]),
  );
}
