import type { Activation, Job } from "./activation.ts";
import { orderJobs } from "./job-order.ts";
import type { Run } from "./run-state.ts";

function activation(run: Run, jobs: readonly Job[], isReplaying: boolean): Activation {
  const { facts } = run;
  if (!run.replaying) run.deployment = run.options.deploymentVersion;
  return {
    runId: run.runId,
    timestampMs: run.timeMs,
    isReplaying,
    historyLength: run.lastEventId,
    historySizeBytes: facts.historySizeBytes,
    continueAsNewSuggested: facts.continueAsNewSuggested,
    continueAsNewReasons: facts.continueAsNewReasons,
    targetDeploymentVersionChanged: facts.targetDeploymentVersionChanged,
    availableFlags: run.flags.lang,
    lastSdkVersion: run.flags.lastSdkVersion,
    deploymentVersion: run.deployment,
    jobs,
  };
}

/** Takes the jobs that gathered, in order, as one activation. */
export function takeJobs(run: Run): Activation {
  const { jobs } = run;
  run.jobs = [];
  run.locals.activated();
  return activation(run, orderJobs(jobs), run.replaying);
}

/** An activation of queries alone; workflow code sees it as replay, since nothing may come of it. */
export function queryActivation(run: Run, queries: readonly Job[]): Activation {
  return activation(run, queries, true);
}
