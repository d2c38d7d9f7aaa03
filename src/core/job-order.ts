import type { Job } from "./activation.ts";

const rank: { readonly [Kind in Job["kind"]]: number } = {
  initializeWorkflow: 0,
  notifyHasPatch: 1,
  updateRandomSeed: 2,
  signalWorkflow: 3,
  doUpdate: 3,
  fireTimer: 4,
  resolveActivity: 4,
  resolveChildWorkflowStart: 4,
  resolveChildWorkflow: 4,
  resolveSignalExternal: 4,
  resolveCancelExternal: 4,
  resolveNexusOperationStart: 4,
  resolveNexusOperation: 4,
  cancelWorkflow: 4,
  resolveLocalActivity: 5,
  queryWorkflow: 6,
};

/**
 * Puts the jobs of one activation in the order that all SDKs use, in place; jobs of one rank keep their order. Workflows
 * see this order, so it never changes.
 */
export function orderJobs(jobs: Job[]): Job[] {
  for (let i = 1; i < jobs.length; i++) {
    if (rank[jobs[i - 1]!.kind] > rank[jobs[i]!.kind])
      return jobs.sort((a, b) => rank[a.kind] - rank[b.kind]);
  }
  return jobs;
}
