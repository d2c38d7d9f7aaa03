import type { Init } from "../../codec-runtime/init.ts";
import { ArchivalState, NamespaceState } from "../../gen/codec/temporal/api/enums/v1/namespace.ts";
import type {
  NamespaceInfo_Capabilities,
  NamespaceInfo_Limits,
} from "../../gen/codec/temporal/api/namespace/v1/message.ts";
import type { DescribeNamespaceResponse } from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { WorkflowServiceHandlers } from "../../gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import { GrpcStatus } from "../../platform/rpc-port.ts";
import { CLUSTER_NAME, type Namespace } from "../namespaces/namespace.ts";
import type { NamespaceRegistry } from "../namespaces/namespace-registry.ts";
import { checkClusters } from "../namespaces/namespace-rules.ts";
import { updateNamespace } from "../namespaces/namespace-update.ts";
import type { Wall } from "../time/wall.ts";
import type { HandlersOf } from "./call.ts";
import { invalidArgument } from "./failures.ts";
import { ServiceFailure } from "./service-failure.ts";

const DEFAULT_PAGE = 100;

/** What the server can do in each namespace: told to clients, who act on it, so it must be true. */
export interface NamespaceFeatures {
  readonly capabilities: Init<NamespaceInfo_Capabilities>;
  readonly limits: Init<NamespaceInfo_Limits>;
  readonly supportsSchedules: boolean;
}

/** What the calls about namespaces need. */
export interface NamespaceParts {
  readonly namespaces: NamespaceRegistry;
  readonly features: NamespaceFeatures;
  readonly wall: Wall;
}

/** Making, changing and looking up namespaces. */
export function namespaceRpcs({
  namespaces,
  features,
  wall,
}: NamespaceParts): HandlersOf<WorkflowServiceHandlers> {
  return {
    registerNamespace: (request) => {
      if (request.isGlobalNamespace) {
        throw invalidArgument("Cannot register global namespace when not enabled");
      }
      checkClusters([request.activeClusterName, ...request.clusters.map(({ clusterName }) => clusterName)]);
      const { namespace, workflowExecutionRetentionPeriod, description, ownerEmail, data } = request;
      namespaces.register({
        name: namespace,
        retention: workflowExecutionRetentionPeriod,
        description,
        ownerEmail,
        data,
      });
      return {};
    },
    describeNamespace: ({ namespace, id }) => description(find(namespaces, namespace, id), features),
    listNamespaces: ({ pageSize, nextPageToken }) => {
      if (pageSize < 0) throw invalidArgument(`PageSize is ${pageSize}; it must not be negative.`);
      const limit = pageSize === 0 ? DEFAULT_PAGE : pageSize;
      const page = namespaces.list(limit, new TextDecoder().decode(nextPageToken));
      const last = page.length >= limit ? page.at(-1) : undefined;
      return {
        namespaces: page.map((found) => description(found, features)),
        nextPageToken: last && new TextEncoder().encode(last.id),
      };
    },
    updateNamespace: (request) => {
      const updated = updateNamespace(namespaces.get(request.namespace), request, wall.now());
      if (updated.changed) namespaces.replace(updated.namespace);
      const { namespaceInfo, config, replicationConfig } = description(updated.namespace, features);
      return { namespaceInfo, config, replicationConfig };
    },
    deprecateNamespace: ({ namespace }) => {
      namespaces.replace({ ...namespaces.get(namespace), state: NamespaceState.DEPRECATED });
      return {};
    },
  };
}

function find(namespaces: NamespaceRegistry, name: string, id: string): Namespace {
  if (id === "") return namespaces.get(name);
  // The real server lets its UUID parser's own error out.
  if (id.length !== 36) throw new ServiceFailure(GrpcStatus.UNKNOWN, `invalid UUID length: ${id.length}`);
  if (name !== "") {
    throw invalidArgument("GetNamespace operation failed.  Both ID and Name specified in request.");
  }
  return namespaces.getById(id);
}

function description(namespace: Namespace, features: NamespaceFeatures): Init<DescribeNamespaceResponse> {
  return {
    namespaceInfo: {
      name: namespace.name,
      id: namespace.id,
      state: namespace.state,
      description: namespace.description,
      ownerEmail: namespace.ownerEmail,
      data: namespace.data,
      ...features,
    },
    config: {
      workflowExecutionRetentionTtl: namespace.retention,
      badBinaries: { binaries: namespace.badBinaries },
      historyArchivalState: ArchivalState.DISABLED,
      visibilityArchivalState: ArchivalState.DISABLED,
      customSearchAttributeAliases: namespace.slotNames,
    },
    replicationConfig: {
      activeClusterName: CLUSTER_NAME,
      clusters: [{ clusterName: CLUSTER_NAME }],
      state: namespace.replicationState,
    },
  };
}
