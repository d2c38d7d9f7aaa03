import type { Init } from "../../codec-runtime/init.ts";
import { ReplicationState } from "../../gen/codec/temporal/api/enums/v1/namespace.ts";
import type {
  BadBinaryInfo,
  NamespaceConfig,
  UpdateNamespaceInfo,
} from "../../gen/codec/temporal/api/namespace/v1/message.ts";
import type { NamespaceReplicationConfig } from "../../gen/codec/temporal/api/replication/v1/message.ts";
import type { UpdateNamespaceRequest } from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { invalidArgument } from "../rpc/failures.ts";
import { toDuration } from "../wire-time.ts";
import type { Namespace } from "./namespace.ts";
import { checkClusters, checkRetention, checkStateChange, mergeSlotNames } from "./namespace-rules.ts";

const MAX_BAD_BINARIES = 10;

/** What an update makes of a namespace. */
export interface UpdatedNamespace {
  readonly namespace: Namespace;
  /**
   * Whether it is to be kept. The real server answers with bad binaries that are added, and keeps them only if something else
   * changes along with them.
   */
  readonly changed: boolean;
}

/**
 * Applies an update.
 *
 * @throws {ServiceFailure} INVALID_ARGUMENT when part of it is not allowed; then none of it happens
 */
export function updateNamespace(
  namespace: Namespace,
  request: UpdateNamespaceRequest,
  nowMs: number,
): UpdatedNamespace {
  const info = request.updateInfo ? updateInfo(namespace, request.updateInfo) : {};
  const config = request.config ? updateConfig(namespace, request.config, nowMs) : {};
  let updated: Namespace = { ...namespace, ...info, ...config };
  let changed = Object.keys({ ...info, ...config }).some((key) => key !== "badBinaries");
  if (request.deleteBadBinary !== "") {
    updated = { ...updated, badBinaries: without(updated.badBinaries, request.deleteBadBinary) };
    changed = true;
  }
  if (request.replicationConfig) {
    updated = { ...updated, ...replicationChanges(updated, request.replicationConfig) };
    changed = true;
  }
  if (request.promoteNamespace) {
    throw invalidArgument(
      `global namespace is not enabled on this cluster, cannot update global namespace or promote local namespace: ${namespace.name}`,
    );
  }
  return { namespace: updated, changed };
}

function updateInfo(namespace: Namespace, update: UpdateNamespaceInfo): Partial<Namespace> {
  const { description, ownerEmail, data, state } = update;
  const changesState = state !== 0 && state !== namespace.state;
  if (changesState) checkStateChange(namespace.state, state);
  return {
    ...(description !== "" && { description }),
    ...(ownerEmail !== "" && { ownerEmail }),
    ...(Object.keys(data).length > 0 && { data: { ...namespace.data, ...data } }),
    ...(changesState && { state }),
  };
}

function updateConfig(namespace: Namespace, config: NamespaceConfig, nowMs: number): Partial<Namespace> {
  const { workflowExecutionRetentionTtl, badBinaries, customSearchAttributeAliases: names } = config;
  return {
    ...(workflowExecutionRetentionTtl && { retention: checkRetention(workflowExecutionRetentionTtl) }),
    ...(badBinaries && { badBinaries: mergeBadBinaries(namespace.badBinaries, badBinaries.binaries, nowMs) }),
    ...(Object.keys(names).length > 0 && { slotNames: mergeSlotNames(namespace.slotNames, names) }),
  };
}

type BadBinaries = Readonly<Record<string, Init<BadBinaryInfo>>>;

function mergeBadBinaries(current: BadBinaries, added: BadBinaries, nowMs: number): BadBinaries {
  const createTime = toDuration(nowMs);
  const merged: Record<string, Init<BadBinaryInfo>> = { ...current };
  for (const [checksum, info] of Object.entries(added)) merged[checksum] = { ...info, createTime };
  if (Object.keys(merged).length <= MAX_BAD_BINARIES) return merged;
  throw invalidArgument(`Total resetBinaries cannot exceed the max limit: ${MAX_BAD_BINARIES}`);
}

function without(badBinaries: BadBinaries, checksum: string): BadBinaries {
  if (!Object.hasOwn(badBinaries, checksum)) {
    throw invalidArgument(`Bad binary checksum ${checksum} doesn't exists.`);
  }
  const { [checksum]: _, ...rest } = badBinaries;
  return rest;
}

function replicationChanges(
  namespace: Namespace,
  { activeClusterName, clusters, state }: NamespaceReplicationConfig,
): Partial<Namespace> {
  if (state === ReplicationState.HANDOVER && namespace.replicationState !== state) {
    throw invalidArgument("Handover can only be set for global namespace");
  }
  checkClusters([activeClusterName, ...clusters.map(({ clusterName }) => clusterName)]);
  if (activeClusterName !== "") return { replicationState: ReplicationState.NORMAL };
  return state === ReplicationState.UNSPECIFIED ? {} : { replicationState: state };
}
