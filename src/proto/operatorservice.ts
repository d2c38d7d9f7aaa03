export * from "../gen/es/temporal/api/operatorservice/v1/request_response_pb.ts";
export * from "../gen/es/temporal/api/operatorservice/v1/service_pb.ts";
