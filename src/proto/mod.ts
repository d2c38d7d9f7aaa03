/**
 * Messages and service descriptors of the Temporal API, as protoc-gen-es generates them: for raw clients, routers and
 * reflection with `@bufbuild/protobuf` and Connect. One namespace per proto package, all of version 1.
 *
 * Loading it costs some hundred milliseconds: Perdure itself never does so at start.
 *
 * @example
 * import { create } from "@bufbuild/protobuf";
 * import { common, workflowservice } from "perdure/proto";
 *
 * const type = create(common.WorkflowTypeSchema, { name: "order" });
 * const client = createClient(workflowservice.WorkflowService, transport);
 *
 * @module
 */

export * as rpc from "../gen/es/google/rpc/status_pb.ts";
export * as health from "../gen/es/grpc/health/v1/health_pb.ts";
export * as activity from "../gen/es/temporal/api/activity/v1/message_pb.ts";
export * as batch from "../gen/es/temporal/api/batch/v1/message_pb.ts";
export * as callback from "../gen/es/temporal/api/callback/v1/message_pb.ts";
export * as command from "../gen/es/temporal/api/command/v1/message_pb.ts";
export * as common from "../gen/es/temporal/api/common/v1/message_pb.ts";
export * as deployment from "../gen/es/temporal/api/deployment/v1/message_pb.ts";
export * as errordetails from "../gen/es/temporal/api/errordetails/v1/message_pb.ts";
export * as exports from "../gen/es/temporal/api/export/v1/message_pb.ts";
export * as failure from "../gen/es/temporal/api/failure/v1/message_pb.ts";
export * as filter from "../gen/es/temporal/api/filter/v1/message_pb.ts";
export * as history from "../gen/es/temporal/api/history/v1/message_pb.ts";
export * as namespace from "../gen/es/temporal/api/namespace/v1/message_pb.ts";
export * as nexus from "../gen/es/temporal/api/nexus/v1/message_pb.ts";
export * as workerservice from "../gen/es/temporal/api/nexusservices/workerservice/v1/request_response_pb.ts";
export * as protocol from "../gen/es/temporal/api/protocol/v1/message_pb.ts";
export * as query from "../gen/es/temporal/api/query/v1/message_pb.ts";
export * as replication from "../gen/es/temporal/api/replication/v1/message_pb.ts";
export * as rules from "../gen/es/temporal/api/rules/v1/message_pb.ts";
export * as schedule from "../gen/es/temporal/api/schedule/v1/message_pb.ts";
export * as taskqueue from "../gen/es/temporal/api/taskqueue/v1/message_pb.ts";
export * as update from "../gen/es/temporal/api/update/v1/message_pb.ts";
export * as version from "../gen/es/temporal/api/version/v1/message_pb.ts";
export * as worker from "../gen/es/temporal/api/worker/v1/message_pb.ts";
export * as workflow from "../gen/es/temporal/api/workflow/v1/message_pb.ts";
export * as compute from "./compute.ts";
export * as enums from "./enums.ts";
export * as operatorservice from "./operatorservice.ts";
export * as sdk from "./sdk.ts";
export * as testservice from "./testservice.ts";
export * as workflowservice from "./workflowservice.ts";
