import { type EnumNames, enumNames } from "./enum-names.ts";

/** A deployment of workers and the build that it runs. */
export interface WorkerDeploymentVersion {
  readonly deploymentName: string;
  readonly buildId: string;
}

/** What happens to running workflows when a new version of their worker becomes current. */
export const VersioningBehavior = { PINNED: "PINNED", AUTO_UPGRADE: "AUTO_UPGRADE" } as const;
/** What happens to running workflows when a new version of their worker becomes current. */
export type VersioningBehavior = (typeof VersioningBehavior)[keyof typeof VersioningBehavior];

/** Names and numbers of {@link VersioningBehavior}. */
export const versioningBehaviorNames: EnumNames<VersioningBehavior> = enumNames(
  "versioningBehavior",
  "VERSIONING_BEHAVIOR_",
  ["PINNED", "AUTO_UPGRADE"],
);

/** With which versioning behaviour a continued run begins. */
export const InitialVersioningBehavior = {
  AUTO_UPGRADE: "AUTO_UPGRADE",
  USE_RAMPING_VERSION: "USE_RAMPING_VERSION",
} as const;
/** With which versioning behaviour a continued run begins. */
export type InitialVersioningBehavior =
  (typeof InitialVersioningBehavior)[keyof typeof InitialVersioningBehavior];

/** Names and numbers of {@link InitialVersioningBehavior}. */
export const initialVersioningBehaviorNames: EnumNames<InitialVersioningBehavior> = enumNames(
  "initialVersioningBehavior",
  "CONTINUE_AS_NEW_VERSIONING_BEHAVIOR_",
  ["AUTO_UPGRADE", "USE_RAMPING_VERSION"],
);

/** Keeps a workflow on one version. */
export interface PinnedVersioningOverride {
  pinnedTo: WorkerDeploymentVersion;
}

/** Lets a workflow move to the current version. */
export type AutoUpgradeVersioningOverride = "AUTO_UPGRADE";

/** Which version a workflow runs on, whatever its worker says. */
export type VersioningOverride = PinnedVersioningOverride | AutoUpgradeVersioningOverride;

/** Whether a task may run on another build than the one that asked for it. Deprecated on the server. */
export type VersioningIntent = "COMPATIBLE" | "DEFAULT";

/**
 * A deployment version as one text: `<deploymentName>.<buildId>`.
 *
 * @example
 * ```ts
 * toCanonicalString({ deploymentName: "orders", buildId: "7" }); // "orders.7"
 * ```
 */
export function toCanonicalString(version: WorkerDeploymentVersion): string {
  return `${version.deploymentName}.${version.buildId}`;
}
