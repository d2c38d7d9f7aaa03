/** What tests of workflows and activities use: environments with a server of their own, and activities without one. */
export {
  defaultActivityInfo,
  type HeartbeatListener,
  MockActivityEnvironment,
  type MockActivityEnvironmentOptions,
} from "./mock-activity-environment.ts";
export {
  type ExistingServerTestWorkflowEnvironmentOptions,
  type LocalTestWorkflowEnvironmentOptions,
  TestWorkflowEnvironment,
  type TimeSkippingTestWorkflowEnvironmentOptions,
} from "./test-workflow-environment.ts";
export { SkippingWaits, TimeSkippingClient } from "./time-skipping-client.ts";
