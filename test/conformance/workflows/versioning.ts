/** Workflows with versioning behaviours, for workers that belong to deployments. */
import {
  condition,
  continueAsNew,
  defineSignal,
  executeChild,
  proxyActivities,
  setHandler,
  setWorkflowOptions,
  sleep,
  workflowInfo,
} from "perdure/workflow";
import type * as activities from "../activities.ts";

const { greet } = proxyActivities<typeof activities>({ startToCloseTimeout: "1 minute" });

const goOn = defineSignal("goOn");

/** What the run knows of its versions. */
function versions(): unknown {
  const { currentDeploymentVersion, currentBuildId, targetWorkerDeploymentVersionChanged } = workflowInfo();
  return [
    currentDeploymentVersion?.buildId ?? null,
    currentBuildId ?? null,
    targetWorkerDeploymentVersionChanged,
  ];
}

async function twoSteps(): Promise<unknown[]> {
  let told = 0;
  setHandler(goOn, () => {
    told += 1;
  });
  const seen = [versions()];
  await condition(() => told > 0);
  seen.push(await greet("me"));
  await sleep(10);
  seen.push(versions());
  return seen;
}

/** Stays with the version that it began on. */
export async function pinnedSteps(): Promise<unknown[]> {
  return await twoSteps();
}
setWorkflowOptions({ versioningBehavior: "PINNED" }, pinnedSteps);

/** Moves to the current version. */
export async function upgradedSteps(): Promise<unknown[]> {
  return await twoSteps();
}
setWorkflowOptions({ versioningBehavior: "AUTO_UPGRADE" }, upgradedSteps);

/** Has the worker's default behaviour. */
export async function defaultSteps(): Promise<unknown[]> {
  return await twoSteps();
}

export async function versionedChild(): Promise<unknown> {
  await sleep(10);
  return versions();
}

/** Its child inherits the pinned version. */
export async function pinnedParent(): Promise<unknown> {
  return [versions(), await executeChild(versionedChild), versions()];
}
setWorkflowOptions({ versioningBehavior: "PINNED" }, pinnedParent);

/** Pinned, until it is told of another target version; then it goes on there. */
export async function upgradesOnContinue(runs: number): Promise<unknown> {
  if (runs > 0) return versions();
  let told = false;
  setHandler(goOn, () => {
    told = true;
  });
  await condition(() => told);
  await sleep(10);
  if (!workflowInfo().targetWorkerDeploymentVersionChanged) return "no other target version";
  return await continueAsNew<typeof upgradesOnContinue>(runs + 1);
}
setWorkflowOptions({ versioningBehavior: "PINNED" }, upgradesOnContinue);
