import type { WorkerOptions } from "./options.ts";
import { isUnsupported } from "./unsupported-options.ts";

/** Every option there is; the compiler keeps it complete. */
const KNOWN: Readonly<Record<keyof WorkerOptions, true>> = {
  taskQueue: true,
  connection: true,
  namespace: true,
  identity: true,
  buildId: true,
  workerDeploymentOptions: true,
  workflowsPath: true,
  workflowBundle: true,
  bundlerOptions: true,
  activities: true,
  enableNonLocalActivities: true,
  dataConverter: true,
  interceptors: true,
  sinks: true,
  client: true,
  patchActivationCallback: true,
  shutdownGraceTime: true,
  shutdownForceTime: true,
  maxConcurrentWorkflowTaskExecutions: true,
  maxConcurrentActivityTaskExecutions: true,
  maxConcurrentLocalActivityExecutions: true,
  maxConcurrentWorkflowTaskPolls: true,
  maxConcurrentActivityTaskPolls: true,
  workflowTaskPollerBehavior: true,
  activityTaskPollerBehavior: true,
  nonStickyToStickyPollRatio: true,
  stickyQueueScheduleToStartTimeout: true,
  maxCachedWorkflows: true,
  workflowThreadPoolSize: true,
  maxHeartbeatThrottleInterval: true,
  defaultHeartbeatThrottleInterval: true,
  maxActivitiesPerSecond: true,
  maxTaskQueueActivitiesPerSecond: true,
  maxEagerActivityReservationsPerWorkflowTask: true,
  workflowFailureErrorTypes: true,
  disablePayloadErrorLimit: true,
  showStackTraceSources: true,
  replayOnEveryTask: true,
  debugMode: true,
};

/**
 * Options that were given but do not exist at all: typing errors. Those of the official SDK that are not supported are refused elsewhere.
 *
 * @example
 * ```ts
 * unknownOptions({ taskQueue: "orders", taskQeue: "orders" }); // ["taskQeue"]
 * ```
 */
export function unknownOptions(options: object): string[] {
  return Object.keys(options).filter((name) => !Object.hasOwn(KNOWN, name) && !isUnsupported(name));
}
