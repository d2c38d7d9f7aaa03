/**
 * A client for edge functions and browsers: functions that are bundled one by one, over `fetch`.
 *
 * @module
 */
export type { WorkflowSignalWithStartOptions, WorkflowStartOptions } from "../client/workflow-options.ts";
export type { WorkflowResultOptions } from "../client/workflow-result.ts";
export type { CallOptions } from "../transport/unary-call.ts";
export { connect } from "./connect.ts";
export type { EdgeConnection, EdgeDataConverter, EdgeOptions } from "./edge-connection.ts";
export { grpcWeb } from "./grpc-web.ts";
export { httpJson } from "./http-json.ts";
export { countWorkflows, describeWorkflow, listWorkflows } from "./look.ts";
export { cancelWorkflow, terminateWorkflow } from "./manage.ts";
export { type EdgeQueryOptions, queryWorkflow } from "./query.ts";
export { workflowResult } from "./result.ts";
export { signalWorkflow } from "./signal.ts";
export { type StartedWorkflow, signalWithStartWorkflow, startWorkflow } from "./start.ts";
export type { WorkflowTarget } from "./target.ts";
export { type EdgeUpdateOptions, updateWorkflow } from "./update.ts";
