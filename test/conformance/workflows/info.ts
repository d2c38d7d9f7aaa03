/** Workflows that look at what they were started with. */
import { ApplicationFailure, log, sleep, workflowInfo } from "perdure/workflow";

export async function memoAndSearchAttributes(): Promise<unknown> {
  const { memo, searchAttributes } = workflowInfo();
  return { memo, searchAttributes };
}

/** The parts of `workflowInfo()` that do not change from one start to the next. */
export async function infoOfRun(): Promise<unknown> {
  const info = workflowInfo();
  log.info("looking at the info", { workflowType: info.workflowType });
  const early = { historyLength: info.historyLength, isReplaying: typeof info.unsafe.isReplaying };
  await sleep(20);
  return {
    workflowType: info.workflowType,
    namespace: info.namespace,
    taskQueue: info.taskQueue,
    workflowId: info.workflowId,
    attempt: info.attempt,
    parent: info.parent ?? null,
    cronSchedule: info.cronSchedule ?? null,
    taskTimeoutMs: info.taskTimeoutMs,
    runTimeoutMs: info.runTimeoutMs ?? null,
    executionTimeoutMs: info.executionTimeoutMs ?? null,
    startTimeIsDate: info.startTime instanceof Date,
    early,
    later: { historyLength: workflowInfo().historyLength },
  };
}

/** Fails in its first attempts; the workflow's retry policy starts it again. */
export async function retriedWorkflow(attempts: number): Promise<number> {
  const { attempt } = workflowInfo();
  if (attempt < attempts) throw ApplicationFailure.retryable(`attempt ${attempt} of ${attempts}`, "NotYet");
  return attempt;
}

/** One run of a cron workflow; `lastResult` is what the run before it returned. */
export async function cronRun(): Promise<number> {
  const { lastResult } = workflowInfo();
  return typeof lastResult === "number" ? lastResult + 1 : 1;
}
