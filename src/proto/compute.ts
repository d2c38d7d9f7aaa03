export * from "../gen/es/temporal/api/compute/v1/config_pb.ts";
export * from "../gen/es/temporal/api/compute/v1/provider_pb.ts";
export * from "../gen/es/temporal/api/compute/v1/scaler_pb.ts";
