import { suggestContinueAsNewReasonNames } from "../../common/continue-as-new.ts";
import { optionalTsToDate, optionalTsToMs, requiredTsToMs } from "../../common/duration.ts";
import { decodePriority } from "../../common/priority.ts";
import { decompileRetryPolicy } from "../../common/retry-policy.ts";
import { TypedSearchAttributes } from "../../common/search-attributes.ts";
import type { Activation } from "../../core/activation.ts";
import type { ParentWorkflowInfo, RootWorkflowInfo, WorkflowInfo } from "../workflow-info.ts";
import type { InitializeJob } from "./jobs/initialize-workflow.ts";
import { fillFrom, uuid4From } from "./random.ts";
import type { RunFacts, SandboxHost } from "./sandbox-entry.ts";

/** What a run is made from. */
export interface RunStart {
  readonly activation: Activation;
  readonly job: InitializeJob;
  readonly facts: RunFacts;
  readonly host: SandboxHost;
}

/** The facts on a new run, save those that take the user's converter. */
export function startInfo(start: RunStart): WorkflowInfo {
  const { activation, job, facts, host } = start;
  const { attributes } = job;
  return {
    workflowId: job.workflowId,
    runId: activation.runId,
    workflowType: job.workflowType,
    searchAttributes: {},
    typedSearchAttributes: new TypedSearchAttributes(),
    // Here already, so that completing the facts adds no fields: that is slow in V8.
    memo: undefined,
    lastResult: undefined,
    lastFailure: undefined,
    parent: parentOf(attributes),
    root: attributes.rootWorkflowExecution && execution(attributes.rootWorkflowExecution),
    taskQueue: facts.taskQueue,
    namespace: facts.namespace,
    firstExecutionRunId: attributes.firstExecutionRunId,
    originalExecutionRunId: attributes.originalExecutionRunId || activation.runId,
    continuedFromExecutionRunId: attributes.continuedExecutionRunId || undefined,
    startTime: new Date(job.startTimeMs),
    runStartTime: new Date(activation.timestampMs),
    executionTimeoutMs: optionalTsToMs(attributes.workflowExecutionTimeout),
    executionExpirationTime: optionalTsToDate(attributes.workflowExecutionExpirationTime),
    runTimeoutMs: optionalTsToMs(attributes.workflowRunTimeout),
    taskTimeoutMs: requiredTsToMs(attributes.workflowTaskTimeout, "workflowTaskTimeout"),
    retryPolicy: decompileRetryPolicy(attributes.retryPolicy),
    attempt: attributes.attempt,
    cronSchedule: attributes.cronSchedule || undefined,
    // Crons are at least a minute apart: 0 says that there is none.
    cronScheduleToScheduleInterval: optionalTsToMs(attributes.firstWorkflowTaskBackoff) || undefined,
    priority: decodePriority(attributes.priority),
    ...taskFacts(activation),
    unsafe: {
      now: () => host.nowMs(),
      isReplaying: activation.isReplaying,
      isReplayingHistoryEvents: activation.isReplaying,
      random: {
        random: Math.random,
        uuid4: () => uuid4From(Math.random),
        fillRandom: (bytes) => fillFrom(Math.random, bytes),
      },
    },
  };
}

/** The facts as they are in a further activation. */
export function taskInfo(info: WorkflowInfo, activation: Activation): WorkflowInfo {
  const { isReplaying } = activation;
  return {
    ...info,
    ...taskFacts(activation),
    unsafe: { ...info.unsafe, isReplaying, isReplayingHistoryEvents: isReplaying },
  };
}

/** The facts while queries are answered: those of the last task, save the replay flags. */
export function queryInfo(info: WorkflowInfo): WorkflowInfo {
  return { ...info, unsafe: { ...info.unsafe, isReplaying: true, isReplayingHistoryEvents: false } };
}

type TaskFactNames =
  | "historyLength"
  | "historySize"
  | "continueAsNewSuggested"
  | "suggestedContinueAsNewReasons"
  | "targetWorkerDeploymentVersionChanged"
  | "currentBuildId"
  | "currentDeploymentVersion";

function taskFacts(activation: Activation): Pick<WorkflowInfo, TaskFactNames> {
  const reasons = activation.continueAsNewReasons
    .map((reason) => suggestContinueAsNewReasonNames.decode(reason))
    .filter((reason) => reason !== undefined);
  const version = activation.deploymentVersion;
  return {
    historyLength: activation.historyLength,
    historySize: activation.historySizeBytes,
    continueAsNewSuggested: activation.continueAsNewSuggested,
    suggestedContinueAsNewReasons: reasons.length === 0 ? undefined : reasons,
    targetWorkerDeploymentVersionChanged: activation.targetDeploymentVersionChanged,
    currentBuildId: version?.buildId ?? "",
    currentDeploymentVersion: version?.buildId
      ? { deploymentName: version.deploymentName, buildId: version.buildId }
      : undefined,
  };
}

function parentOf(attributes: InitializeJob["attributes"]): ParentWorkflowInfo | undefined {
  const parent = attributes.parentWorkflowExecution && execution(attributes.parentWorkflowExecution);
  return parent && { ...parent, namespace: attributes.parentWorkflowNamespace };
}

/** Servers write an empty execution where there is none. */
function execution({ workflowId, runId }: RootWorkflowInfo): RootWorkflowInfo | undefined {
  return workflowId && runId ? { workflowId, runId } : undefined;
}

/** The facts as plain data, without the functions of `unsafe`: what can leave the sandbox. */
export function plainInfo(info: WorkflowInfo): Record<string, unknown> {
  const { isReplaying, isReplayingHistoryEvents } = info.unsafe;
  return {
    ...info,
    typedSearchAttributes: info.typedSearchAttributes.getAll(),
    unsafe: { isReplaying, isReplayingHistoryEvents },
  };
}
