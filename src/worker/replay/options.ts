import type { HistoryAndWorkflowId } from "../../common/workflow-type.ts";
import type { History } from "../../gen/codec/temporal/api/history/v1/message.ts";
import type { WorkerOptions } from "../options.ts";

/** Options of {@link Worker.runReplayHistory}: those of a worker without what has to do with a server or with activities. */
export interface ReplayWorkerOptions
  extends Omit<
    WorkerOptions,
    | "connection"
    | "taskQueue"
    | "activities"
    | "client"
    | "maxConcurrentActivityTaskExecutions"
    | "maxConcurrentWorkflowTaskExecutions"
    | "maxConcurrentActivityTaskPolls"
    | "maxConcurrentWorkflowTaskPolls"
    | "workflowTaskPollerBehavior"
    | "activityTaskPollerBehavior"
    | "nonStickyToStickyPollRatio"
    | "maxHeartbeatThrottleInterval"
    | "defaultHeartbeatThrottleInterval"
    | "enableNonLocalActivities"
    | "maxActivitiesPerSecond"
    | "maxTaskQueueActivitiesPerSecond"
    | "maxEagerActivityReservationsPerWorkflowTask"
    | "stickyQueueScheduleToStartTimeout"
    | "maxCachedWorkflows"
    | "patchActivationCallback"
    | "replayOnEveryTask"
  > {
  /** Name in logs. Default `fake_replay_queue`. */
  readonly replayName?: string | undefined;
}

/**
 * A history in any of its forms: as {@link WorkflowHandle.fetchHistory} gives it, as encoded bytes, or as JSON (text, or
 * parsed), in the spelling of the CLI, the UI or protobuf.
 */
export type ReplayHistory = History | Uint8Array | string | { readonly events: readonly unknown[] };

/** Histories to replay, each with the id of its workflow, which a history itself need not hold. */
export type ReplayHistoriesIterable =
  | AsyncIterable<HistoryAndWorkflowId<ReplayHistory>>
  | Iterable<HistoryAndWorkflowId<ReplayHistory>>;
