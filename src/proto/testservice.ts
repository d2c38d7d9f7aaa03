export * from "../gen/es/temporal/api/testservice/v1/request_response_pb.ts";
export * from "../gen/es/temporal/api/testservice/v1/service_pb.ts";
