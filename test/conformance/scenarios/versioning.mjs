/** Worker deployment versions: pinned runs, runs that move on, an override at start, another target version. */
import { settled, until } from "./wait.mjs";

const deploymentOf = (taskQueue) => `deployment-of-${taskQueue.replaceAll(".", "-")}`;

function worker(taskQueue, buildId, defaultVersioningBehavior = "PINNED") {
  const version = { deploymentName: deploymentOf(taskQueue), buildId };
  return { workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior } };
}

/** Answers no until the server knows what is asked about. */
async function known(question) {
  try {
    return await question();
  } catch (error) {
    // A server without deployments will not have them later (12: UNIMPLEMENTED).
    if (error.status === 12) throw error;
    return false;
  }
}

/** Each question is a query of the workflow that a deployment is at the server: asked without pause, it gets to nothing else. */
const PAUSE_MS = 250;
/** After so many questions in vain the server is told once more which version is to be current. */
const PATIENCE = 40;

/** Makes a version the current one, as soon as the server has heard of it from a worker, and waits until that counts. */
async function makeCurrent({ connection, taskQueue }, buildId) {
  const { workflowService } = connection;
  const deploymentName = deploymentOf(taskQueue);
  await until(async () => await known(() => hasQueues({ connection, taskQueue }, buildId)), PAUSE_MS);
  const current = { namespace: "default", deploymentName, buildId, identity: "scenario" };
  let asked = 0;
  await until(async () => {
    if (asked++ % PATIENCE === 0) await workflowService.setWorkerDeploymentCurrentVersion(current);
    return await isRouted({ connection, taskQueue }, buildId);
  }, PAUSE_MS);
}

const WORKFLOWS_AND_ACTIVITIES = [1, 2];

/** Whether the version's worker polls both of its task queues: a queue that comes later may keep its old version. */
async function hasQueues({ connection, taskQueue }, buildId) {
  const { versionTaskQueues } = await connection.workflowService.describeWorkerDeploymentVersion({
    namespace: "default",
    deploymentVersion: { deploymentName: deploymentOf(taskQueue), buildId },
  });
  return WORKFLOWS_AND_ACTIVITIES.every((type) => versionTaskQueues.some((queue) => queue.type === type));
}

/** RoutingConfigUpdateState: not all task queues have heard of the change yet. */
const IN_PROGRESS = 1;

/** Whether the server has told the matchers of the task queue. */
async function isRouted({ connection, taskQueue }, buildId) {
  const { workerDeploymentInfo } = await connection.workflowService.describeWorkerDeployment({
    namespace: "default",
    deploymentName: deploymentOf(taskQueue),
  });
  if (workerDeploymentInfo.routingConfigUpdateState === IN_PROGRESS) return false;
  for (const taskQueueType of WORKFLOWS_AND_ACTIVITIES) {
    const { versioningInfo } = await connection.workflowService.describeTaskQueue({
      namespace: "default",
      taskQueue: { name: taskQueue },
      taskQueueType,
    });
    if (versioningInfo?.currentDeploymentVersion?.buildId !== buildId) return false;
  }
  return true;
}

/** Begins on version 1.0; version 2.0 becomes current while it waits. */
function acrossVersions(scenario, defaultVersioningBehavior) {
  return {
    ...scenario,
    async run(context) {
      const { start, startWorker, ended, save, taskQueue, client, workflowId } = context;
      await startWorker(worker(taskQueue, "1.0", defaultVersioningBehavior));
      await makeCurrent(context, "1.0");
      const handle = await start();
      await settled(handle);
      await startWorker(worker(taskQueue, "2.0", defaultVersioningBehavior));
      await makeCurrent(context, "2.0");
      await handle.signal("goOn");
      await ended(handle);
      await save(scenario.chained ? client.getHandle(workflowId, handle.firstExecutionRunId) : handle);
    },
  };
}

export const versioningScenarios = [
  acrossVersions({ subject: "versioning-pinned", workflow: "pinnedSteps" }),
  acrossVersions({ subject: "versioning-auto-upgrade", workflow: "upgradedSteps" }),
  acrossVersions({ subject: "versioning-default-pinned", workflow: "defaultSteps" }, "PINNED"),
  acrossVersions({ subject: "versioning-default-auto-upgrade", workflow: "defaultSteps" }, "AUTO_UPGRADE"),
  acrossVersions({
    subject: "versioning-target-changed",
    workflow: "upgradesOnContinue",
    args: [0],
    chained: true,
  }),
  {
    subject: "versioning-override-at-start",
    note: "pinned to version 1.0 at start, while 2.0 is current",
    workflow: "upgradedSteps",
    async run(context) {
      const { start, startWorker, ended, save, taskQueue } = context;
      await startWorker(worker(taskQueue, "1.0"));
      await makeCurrent(context, "1.0");
      await startWorker(worker(taskQueue, "2.0"));
      await makeCurrent(context, "2.0");
      const pinnedTo = { deploymentName: deploymentOf(taskQueue), buildId: "1.0" };
      const handle = await start({ versioningOverride: { pinnedTo } });
      await settled(handle);
      await handle.signal("goOn");
      await ended(handle);
      await save(handle);
    },
  },
  {
    subject: "versioning-pinned-parent",
    workflow: "pinnedParent",
    async run(context) {
      const { start, startWorker, ended, save, taskQueue } = context;
      await startWorker(worker(taskQueue, "1.0"));
      await makeCurrent(context, "1.0");
      const handle = await start();
      await ended(handle);
      await save(handle);
    },
  },
].map(({ chained: _, ...scenario }) => ({ source: "versioning.ts", ...scenario }));
