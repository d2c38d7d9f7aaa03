import { assertNever } from "../../common/assert-never.ts";
import type { Activation, Job } from "../../core/activation.ts";
import type { ActivateInput } from "../interceptors.ts";
import { composeInterceptors } from "./compose-interceptors.ts";
import { requireRun } from "./current.ts";
import { SINGLE_BATCH } from "./flags.ts";
import { queryInfo, taskInfo } from "./info.ts";
import { cancelWorkflow } from "./jobs/cancel-workflow.ts";
import { doUpdate } from "./jobs/do-update.ts";
import { fireTimer } from "./jobs/fire-timer.ts";
import { type InitializeJob, initializeWorkflow, startWorkflow } from "./jobs/initialize-workflow.ts";
import { notifyHasPatch } from "./jobs/notify-has-patch.ts";
import { queryWorkflow } from "./jobs/query-workflow.ts";
import { resolveActivity } from "./jobs/resolve-activity.ts";
import { resolveChildWorkflow, resolveChildWorkflowStart } from "./jobs/resolve-child-workflow.ts";
import { resolveCancelExternal, resolveSignalExternal } from "./jobs/resolve-external.ts";
import { resolveLocalActivity } from "./jobs/resolve-local-activity.ts";
import { resolveNexusOperation, resolveNexusOperationStart } from "./jobs/resolve-nexus-operation.ts";
import { signalWorkflow } from "./jobs/signal-workflow.ts";
import { updateRandomSeed } from "./jobs/update-random-seed.ts";
import { hasFlag, type Run } from "./run.ts";

/** What is left of an activation once its first batch of jobs has been applied. */
export type FurtherBatch = () => void;

/** Takes queries only: nothing but the answers may come of them. */
export function isQueryActivation({ jobs }: Activation): boolean {
  return jobs.length > 0 && jobs.every((job) => job.kind === "queryWorkflow");
}

/** Applies an activation of queries. */
export function activateQueries(run: Run, activation: Activation): void {
  run.info = queryInfo(run.info);
  applyBatch(run, activation, 0);
}

/**
 * Applies an activation, or the first of its two batches. Histories of old SDKs were made with signals in a batch of
 * their own; the second batch, if there is one, is to be applied when the first has come to rest.
 */
export function activateJobs(run: Run, activation: Activation): FurtherBatch | undefined {
  run.nowMs = activation.timestampMs;
  run.info = taskInfo(run.info, activation);
  run.flags.add(activation.availableFlags);
  if (activation.lastSdkVersion !== "") run.sdkVersion = activation.lastSdkVersion;
  const jobs = withoutPatches(run, activation.jobs);
  const start = jobs.find((job) => job.kind === "initializeWorkflow");
  if (start !== undefined) initializeWorkflow(run, start);
  const isSignal = (job: Job): boolean => job.kind === "signalWorkflow";
  if (!jobs.some(isSignal) || hasFlag(run, SINGLE_BATCH)) {
    applyBatch(run, withSeedApplied(run, { ...activation, jobs }), 0);
    return undefined;
  }
  applyBatch(run, { ...activation, jobs: jobs.filter(isSignal) }, 0);
  const others = jobs.filter((job) => !isSignal(job));
  if (others.length === 0) return undefined;
  return () => applyBatch(run, { ...activation, jobs: others }, 1);
}

/** Patches are known before any code runs, the interceptors included. */
function withoutPatches(run: Run, jobs: readonly Job[]): readonly Job[] {
  let others: Job[] | undefined;
  for (const [index, job] of jobs.entries()) {
    if (job.kind === "notifyHasPatch") {
      others ??= jobs.slice(0, index);
      notifyHasPatch(run, job);
    } else {
      others?.push(job);
    }
  }
  return others ?? jobs;
}

/** Only the last of several seeds counts, and it does before anything else. */
function withSeedApplied(run: Run, activation: Activation): Activation {
  const seed = activation.jobs.findLast((job) => job.kind === "updateRandomSeed");
  if (seed === undefined) return activation;
  updateRandomSeed(run, seed);
  return { ...activation, jobs: activation.jobs.filter((job) => job.kind !== "updateRandomSeed") };
}

function applyBatch(run: Run, activation: Activation, batchIndex: number): void {
  const { internals } = run.interceptors;
  composeInterceptors(internals, "activate", applyJobs)({ activation, batchIndex });
}

function applyJobs({ activation }: ActivateInput): void {
  const run = requireRun();
  const [first, ...others] = activation.jobs;
  const start = first?.kind === "initializeWorkflow" ? first : undefined;
  const jobs = start === undefined ? activation.jobs : others;
  for (const job of jobs) {
    applyJob(run, job);
    if (job.kind !== "queryWorkflow") unblockConditions(run);
  }
  if (start !== undefined) begin(run, start, jobs);
}

const WITH_START: ReadonlySet<Job["kind"]> = new Set([
  "signalWorkflow",
  "doUpdate",
  "cancelWorkflow",
  "updateRandomSeed",
]);

function begin(run: Run, start: InitializeJob, others: readonly Job[]): void {
  const strange = others.filter((job) => !WITH_START.has(job.kind));
  if (strange.length > 0) {
    const kinds = strange.map((job) => job.kind).join(", ");
    throw new TypeError(`Received both initializeWorkflow and ${kinds} jobs in the same activation`);
  }
  startWorkflow(run, start);
  unblockConditions(run);
}

function applyJob(run: Run, job: Job): void {
  switch (job.kind) {
    case "signalWorkflow":
      signalWorkflow(run, job);
      break;
    case "doUpdate":
      doUpdate(run, job);
      break;
    case "fireTimer":
      fireTimer(run, job);
      break;
    case "resolveActivity":
      resolveActivity(run, job);
      break;
    case "resolveLocalActivity":
      resolveLocalActivity(run, job);
      break;
    case "resolveChildWorkflowStart":
      resolveChildWorkflowStart(run, job);
      break;
    case "resolveChildWorkflow":
      resolveChildWorkflow(run, job);
      break;
    case "resolveSignalExternal":
      resolveSignalExternal(run, job);
      break;
    case "resolveCancelExternal":
      resolveCancelExternal(run, job);
      break;
    case "resolveNexusOperationStart":
      resolveNexusOperationStart(run, job);
      break;
    case "resolveNexusOperation":
      resolveNexusOperation(run, job);
      break;
    case "cancelWorkflow":
      cancelWorkflow(run);
      break;
    case "updateRandomSeed":
      updateRandomSeed(run, job);
      break;
    case "queryWorkflow":
      queryWorkflow(run, job);
      break;
    case "notifyHasPatch":
      throw new TypeError("The job notifyHasPatch must be taken in before others");
    case "initializeWorkflow":
      throw new TypeError("The job initializeWorkflow must come first, and once");
    default:
      assertNever("Unknown job", job);
  }
}

/** Resolves the conditions that hold now, until none does any more. Returns how many did. */
export function unblockConditions(run: Run): number {
  let count = 0;
  let before: number;
  do {
    if (run.taskError !== undefined) throw run.taskError.error;
    before = count;
    for (const [seq, condition] of run.conditions) {
      if (!perdureEntryCondition(condition.predicate)) continue;
      condition.resolve();
      count++;
      run.conditions.delete(seq);
    }
  } while (count > before);
  return count;
}

function perdureEntryCondition(predicate: () => boolean): boolean {
  return predicate();
}
