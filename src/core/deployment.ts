import type { WorkflowTaskCompletedEventAttributes } from "../gen/codec/temporal/api/history/v1/message.ts";
import type { DeploymentVersion } from "./activation.ts";

/** The build that completed a workflow task, from the newest of the fields that servers used over time. */
export function deploymentOf(task: WorkflowTaskCompletedEventAttributes): DeploymentVersion | undefined {
  let deploymentName = task.workerDeploymentName;
  let buildId = task.workerVersion?.buildId ?? "";
  const joined = task.workerDeploymentVersion;
  const dot = joined.indexOf(".");
  if (dot >= 0) {
    deploymentName = joined.slice(0, dot);
    buildId = joined.slice(dot + 1);
  }
  if (task.deploymentVersion !== undefined) {
    deploymentName = task.deploymentVersion.deploymentName;
    buildId = task.deploymentVersion.buildId;
  }
  return deploymentName === "" && buildId === "" ? undefined : { deploymentName, buildId };
}
