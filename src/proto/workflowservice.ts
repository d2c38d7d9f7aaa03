export * from "../gen/es/temporal/api/workflowservice/v1/request_response_pb.ts";
export * from "../gen/es/temporal/api/workflowservice/v1/service_pb.ts";
