import type { Init } from "../../codec-runtime/init.ts";
import type { GetSystemInfoResponse_Capabilities } from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { WorkflowServiceHandlers } from "../../gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import { CLUSTER_NAME } from "../namespaces/namespace.ts";
import type { HandlersOf } from "./call.ts";

/** The version of the real server that this one behaves as: SDKs and the CLI turn features on and off by it. */
export const SERVER_VERSION = "1.32.0";

/** What the server says about itself. */
export interface ClusterParts {
  /** What it can do: told to clients, who act on it, so it must be true. */
  readonly capabilities: Init<GetSystemInfoResponse_Capabilities>;
  /** A UUID for the life of the server. */
  readonly clusterId: string;
}

/** The versions of clients that the real server names. */
const SUPPORTED_CLIENTS: Readonly<Record<string, string>> = {
  "Nexus-go-sdk": "<2.0.0",
  "temporal-cli": "<2.0.0",
  "temporal-go": "<2.0.0",
  "temporal-java": "<2.0.0",
  "temporal-php": "<2.0.0",
  "temporal-server": "<2.0.0",
  "temporal-typescript": "<2.0.0",
  "temporal-ui": "<3.0.0",
};

/** What clients ask first: version and capabilities. */
export function clusterRpcs({ capabilities, clusterId }: ClusterParts): HandlersOf<WorkflowServiceHandlers> {
  return {
    getSystemInfo: () => ({ serverVersion: SERVER_VERSION, capabilities }),
    getClusterInfo: () => ({
      supportedClients: SUPPORTED_CLIENTS,
      serverVersion: SERVER_VERSION,
      clusterId,
      clusterName: CLUSTER_NAME,
      historyShardCount: 1,
      persistenceStore: "memory",
      visibilityStore: "memory",
      initialFailoverVersion: 1,
      failoverVersionIncrement: 10,
    }),
  };
}
