/**
 * Connections to a Temporal server: gRPC calls with deadlines, metadata, retries and typed errors. What users need of
 * it is exported again by `perdure/client` and `perdure/worker`.
 *
 * @module
 */

export {
  type GrpcChannelOptions,
  GrpcStatus,
  grpcStatusName,
  type KeepAliveOptions,
  type Metadata,
  type MetadataValue,
  type RpcAnswer,
  type RpcCallOptions,
  RpcError,
  type RpcErrorReason,
  type RpcPort,
} from "../platform/rpc-port.ts";
export type { ApiKey } from "./api-key.ts";
export { Connection, type ConnectionRpc, NativeConnection, type RawCallOptions } from "./connection.ts";
export type {
  ConnectionOptions,
  ConnectionProtocol,
  ProxyConfig,
  ResolvedConnectionOptions,
  TLSConfig,
} from "./connection-options.ts";
export { LOCAL_TARGET } from "./connection-options.ts";
export type { Deadline } from "./deadline.ts";
export {
  type ErrorDetail,
  type ErrorDetailKind,
  type ErrorDetailValues,
  errorDetails,
  findErrorDetail,
  unpackDetail,
} from "./error-details.ts";
export type { Fetch, FetchChannelOptions } from "./fetch/fetch-options.ts";
export type { FetchProtocol } from "./fetch/open-fetch-port.ts";
export {
  type BackoffOptions,
  defaultGrpcRetryOptions,
  type GrpcRetryOptions,
  isRetryableError,
  makeGrpcRetryInterceptor,
} from "./retry.ts";
export type { RpcService } from "./service.ts";
export {
  isGrpcCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
  ServiceError,
} from "./service-error.ts";
export type { HealthService, OperatorService, TestService, WorkflowService } from "./services.ts";
export type { CallOptions, UnaryCall, UnaryInterceptor, UnaryNext } from "./unary-call.ts";
