/** Worker deployment versions: pinned runs, runs that move on, an override at start, another target version. */
import { settled, until } from "./wait.mjs";

const deploymentOf = (taskQueue) => `deployment-of-${taskQueue.replaceAll(".", "-")}`;

function worker(taskQueue, buildId, defaultVersioningBehavior = "PINNED") {
  const version = { deploymentName: deploymentOf(taskQueue), buildId };
  return { workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior } };
}

/** Makes a version the current one, as soon as the server has heard of it from a worker, and waits until that counts. */
async function makeCurrent({ connection, taskQueue, pause }, buildId) {
  const deploymentName = deploymentOf(taskQueue);
  await until(async () => {
    try {
      await connection.workflowService.setWorkerDeploymentCurrentVersion({
        namespace: "default",
        deploymentName,
        buildId,
        ignoreMissingTaskQueues: true,
        identity: "scenario",
      });
      return true;
    } catch (error) {
      // A server without deployments will not have them later (12: UNIMPLEMENTED).
      if (error.status === 12) throw error;
      return false;
    }
  });
  // The server does not say when the matchers of the task queue have heard of it.
  await pause(1_000);
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
