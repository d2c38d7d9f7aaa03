/** What tests of workflows and activities use: environments with a server of their own, and activities without one. */

export { DevServerError } from "./dev-server.ts";
export type {
  ClientOptionsForTestEnv,
  ExistingServerConnectionOptions,
  ExistingServerTestWorkflowEnvironmentOptions,
  LocalTestWorkflowEnvironmentOptions,
  TimeSkippingTestWorkflowEnvironmentOptions,
} from "./environment-options.ts";
export {
  defaultActivityInfo,
  type HeartbeatListener,
  MockActivityEnvironment,
  type MockActivityEnvironmentOptions,
} from "./mock-activity-environment.ts";
export type { NexusEndpointIdentifier } from "./nexus-endpoint.ts";
export type {
  DevServerConfig,
  EmbeddedServerConfig,
  EphemeralServerExecutable,
  KnownSearchAttributes,
  TimeSkippingServerConfig,
} from "./server-config.ts";
export { TestWorkflowEnvironment } from "./test-workflow-environment.ts";
export { SkippingWaits, TimeSkippingClient, TimeSkippingWorkflowClient } from "./time-skipping-client.ts";
export { workflowInterceptorModules } from "./workflow-interceptor-modules.ts";
