export { ActivityFailure } from "../common/activity-failure.ts";
export { ApplicationFailure } from "../common/application-failure.ts";
export { CancelledFailure } from "../common/cancelled-failure.ts";
export { ChildWorkflowFailure } from "../common/child-workflow-failure.ts";
export {
  defineQuery,
  defineSignal,
  defineUpdate,
  HandlerUnfinishedPolicy,
  type QueryDefinition,
  type QueryDefinitionOptions,
  type SignalDefinition,
  type SignalDefinitionOptions,
  type UpdateDefinition,
  type UpdateDefinitionOptions,
} from "../common/definitions.ts";
export {
  CompleteAsyncError,
  IllegalStateError,
  NamespaceNotFoundError,
  PayloadConverterError,
  ValueError,
  WorkflowNotFoundError,
} from "../common/errors.ts";
export { type ProtoFailure, TemporalFailure } from "../common/failure.ts";
export type {
  WorkflowQueryAnnotatedType,
  WorkflowSignalAnnotatedType,
  WorkflowUpdateAnnotatedType,
} from "../common/handler-types.ts";
export type { Headers, Next } from "../common/interceptors.ts";
export type { Payload } from "../common/payload.ts";
export { PayloadSizeError } from "../common/payload-size.ts";
export type { RetryPolicy } from "../common/retry-policy.ts";
export { ServerFailure } from "../common/server-failure.ts";
export { TerminatedFailure } from "../common/terminated-failure.ts";
export { TimeoutFailure } from "../common/timeout-failure.ts";
export type {
  ActivityTypeInfoMap,
  ConverterHint,
  PayloadTypeInfo,
  SignalTypeInfo,
  TransferTypeConverter,
  TypeInfo,
} from "../common/type-info.ts";
export { WorkflowExecutionAlreadyStartedError } from "../common/workflow-already-started.ts";
export type {
  BaseWorkflowHandle,
  WorkflowQueryOptions,
  WorkflowSignalOptions,
} from "../common/workflow-handle.ts";
export {
  extractWorkflowType,
  extractWorkflowTypeAndConfig,
  type WorkflowTypeOptions,
} from "../common/workflow-name.ts";
export {
  type BaseWorkflowOptions,
  type CommonWorkflowOptions,
  type WorkflowDurationOptions,
  type WorkflowExecutionStatusName,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from "../common/workflow-options.ts";
export type {
  HistoryAndWorkflowId,
  WithWorkflowArgs,
  Workflow,
  WorkflowQueryType,
  WorkflowResultType,
  WorkflowReturnType,
  WorkflowSignalType,
  WorkflowUpdateType,
  WorkflowUpdateValidatorType,
} from "../common/workflow-type.ts";
export type { DataConverter } from "../converter/data-converter.ts";
export { defaultPayloadConverter } from "../converter/sync/default-payload-converter.ts";
export type { History, History as WorkflowHistory } from "../gen/codec/temporal/api/history/v1/message.ts";
export {
  type ApiKey,
  type BackoffOptions,
  type CallOptions,
  Connection,
  type ConnectionOptions,
  type ConnectionRpc,
  type Deadline,
  defaultGrpcRetryOptions,
  type ErrorDetail,
  type ErrorDetailKind,
  type ErrorDetailValues,
  errorDetails,
  findErrorDetail,
  type GrpcChannelOptions,
  type GrpcRetryOptions,
  GrpcStatus,
  grpcStatusName,
  type HealthService,
  isGrpcCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
  isRetryableError,
  type KeepAliveOptions,
  LOCAL_TARGET,
  type Metadata,
  type MetadataValue,
  makeGrpcRetryInterceptor,
  NativeConnection,
  type OperatorService,
  type ProxyConfig,
  type RawCallOptions,
  type ResolvedConnectionOptions,
  type RpcAnswer,
  type RpcCallOptions,
  RpcError,
  type RpcErrorReason,
  type RpcPort,
  type RpcService,
  ServiceError,
  type TestService,
  type TLSConfig,
  type UnaryCall,
  type UnaryInterceptor,
  type UnaryNext,
  unpackDetail,
  type WorkflowService,
} from "../transport/mod.ts";
export {
  type ActivityReference,
  AsyncCompletionClient,
  type AsyncCompletionCompleteOptions,
  type AsyncCompletionOptions as AsyncCompletionOperationOptions,
  type AsyncCompletionOptions,
  type FullActivityId,
} from "./async-completion-client.ts";
export { BaseClient } from "./base-client.ts";
export { Client, type ClientOptions } from "./client.ts";
export {
  ActivityCancelledError,
  ActivityCompletionError,
  ActivityNotFoundError,
  ActivityPausedError,
  ActivityResetError,
  QueryNotRegisteredError,
  QueryRejectedError,
  WorkflowContinuedAsNewError,
  WorkflowFailedError,
} from "./client-errors.ts";
export type { BaseClientOptions, ConnectionLike } from "./client-scope.ts";
export type {
  ClientInterceptors,
  RequestCancelWorkflowExecutionResponse,
  TerminateWorkflowExecutionResponse,
  WorkflowCancelInput,
  WorkflowClientInterceptor,
  WorkflowDescribeInput,
  WorkflowQueryInput,
  WorkflowSignalInput,
  WorkflowSignalWithStartInput,
  WorkflowStartInput,
  WorkflowStartOutput,
  WorkflowStartUpdateInput,
  WorkflowStartUpdateOutput,
  WorkflowStartUpdateWithStartInput,
  WorkflowStartUpdateWithStartOutput,
  WorkflowTerminateInput,
} from "./interceptors.ts";
export { QueryRejectCondition } from "./query-reject-condition.ts";
export { WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError } from "./update-errors.ts";
export {
  WithStartWorkflowOperation,
  type WithStartWorkflowOptions,
} from "./with-start-workflow-operation.ts";
export {
  type UpdateWithStartOptions,
  WorkflowClient,
  type WorkflowClientOptions,
} from "./workflow-client.ts";
export type {
  CountWorkflowExecution,
  DescribeWorkflowExecutionResponse,
  RawWorkflowExecutionInfo,
  WorkflowExecution,
  WorkflowExecutionDescription,
  WorkflowExecutionInfo,
} from "./workflow-execution.ts";
export type {
  GetWorkflowHandleOptions,
  WorkflowHandle,
  WorkflowHandleWithFirstExecutionRunId,
  WorkflowHandleWithSignaledRunId,
  WorkflowHandleWithStartDetails,
  WorkflowMessageOptions,
} from "./workflow-handle.ts";
export type {
  AsyncWorkflowListIterable,
  IntoHistoriesOptions,
  ListOptions,
  WorkflowListPage,
} from "./workflow-list.ts";
export type {
  CompiledWorkflowOptions,
  WorkflowOptions,
  WorkflowSignalWithStartOptions,
  WorkflowStartOptions,
} from "./workflow-options.ts";
export type { WorkflowResultOptions } from "./workflow-result.ts";
export type {
  GetWorkflowUpdateHandleOptions,
  UpdateReference,
  WaitForUpdateStage,
  WithUpdateArgs,
  WorkflowUpdateHandle,
  WorkflowUpdateOptions,
} from "./workflow-update-handle.ts";
export type { WorkflowUpdateMethods } from "./workflow-update-methods.ts";
export { type WaitableUpdateStage, WorkflowUpdateStage } from "./workflow-update-stage.ts";
