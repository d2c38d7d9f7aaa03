export { ActivityFailure } from "../common/activity-failure.ts";
export { ActivityCancellationType } from "../common/activity-options.ts";
export { ApplicationFailure, ApplicationFailureCategory } from "../common/application-failure.ts";
export { CancelledFailure } from "../common/cancelled-failure.ts";
export { ChildWorkflowFailure } from "../common/child-workflow-failure.ts";
export { SuggestContinueAsNewReason } from "../common/continue-as-new.ts";
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
export type { Duration } from "../common/duration.ts";
export {
  CompleteAsyncError,
  IllegalStateError,
  NamespaceNotFoundError,
  PayloadConverterError,
  ValueError,
  WorkflowNotFoundError,
} from "../common/errors.ts";
export type { EventGroupMarker } from "../common/event-group.ts";
export { TemporalFailure } from "../common/failure.ts";
export type { Headers, Next } from "../common/interceptors.ts";
export { NexusHandlerError } from "../common/nexus-handler-error.ts";
export { NexusOperationFailure } from "../common/nexus-operation-failure.ts";
export type {
  NexusOperationDefinition,
  NexusOperationInput,
  NexusOperationMap,
  NexusOperationOutput,
  NexusServiceDefinition,
  NexusTransferTypeConverter,
  NexusTypeInfo,
} from "../common/nexus-service.ts";
export type { Payload } from "../common/payload.ts";
export type { Priority } from "../common/priority.ts";
export type { RetryPolicy } from "../common/retry-policy.ts";
export { RetryState } from "../common/retry-state.ts";
export { isCancellation, rootCause } from "../common/root-cause.ts";
export {
  defineSearchAttributeKey,
  type SearchAttributePair,
  type SearchAttributes,
  type SearchAttributeValue,
  TypedSearchAttributes,
} from "../common/search-attributes.ts";
export { ServerFailure } from "../common/server-failure.ts";
export { TerminatedFailure } from "../common/terminated-failure.ts";
export { TimeoutFailure, TimeoutType } from "../common/timeout-failure.ts";
export type {
  ActivityTypeInfoMap,
  ConverterHint,
  PayloadTypeInfo,
  SignalTypeInfo,
  TransferTypeConverter,
  TypeInfo,
} from "../common/type-info.ts";
export {
  InitialVersioningBehavior,
  VersioningBehavior,
  type VersioningIntent,
  type WorkerDeploymentVersion,
} from "../common/versioning.ts";
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
  ParentClosePolicy,
  type WorkflowDurationOptions,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from "../common/workflow-options.ts";
export type {
  ActivityFunction,
  ActivityInterface,
  UntypedActivities,
  WithWorkflowArgs,
  Workflow,
  WorkflowQueryType,
  WorkflowResultType,
  WorkflowReturnType,
  WorkflowSignalType,
} from "../common/workflow-type.ts";
export { defaultPayloadConverter } from "../converter/sync/default-payload-converter.ts";
export type { PayloadConverter } from "../converter/sync/payload-converter.ts";
export {
  type ActivityFunctionWithOptions,
  type ActivityInterfaceFor,
  type AnyActivities,
  NotAnActivityMethod,
  proxyActivities,
  scheduleActivity,
} from "./activities.ts";
export type {
  ActivityOptions,
  ActivityProxyOptions,
  LocalActivityOptions,
  LocalActivityProxyOptions,
} from "./activity-options.ts";
export {
  type EnhancedStackTrace,
  enhancedStackTraceQuery,
  type StackTrace,
  type StackTraceFileLocation,
  type StackTraceFileSlice,
  type StackTraceSDKInfo,
  stackTraceQuery,
  type WorkflowInteraction,
  type WorkflowMetadata,
  workflowMetadataQuery,
} from "./built-in-queries.ts";
export { CancellationScope, type CancellationScopeOptions } from "./cancellation-scope.ts";
export {
  ChildWorkflowCancellationType,
  type ChildWorkflowOptions,
  type ChildWorkflowOptionsWithDefaults,
  type ChildWorkflowStartOptions,
} from "./child-workflow-options.ts";
export { type ChildWorkflowHandle, executeChild, startChild } from "./child-workflows.ts";
export { condition, type WaitConditionOptions, waitCondition } from "./conditions.ts";
export {
  currentUpdateInfo,
  getCurrentDetails,
  inWorkflowContext,
  setCurrentDetails,
  workflowInfo,
} from "./context.ts";
export { ContinueAsNew, continueAsNew, makeContinueAsNewFunc } from "./continue-as-new.ts";
export type { ContinueAsNewOptions } from "./continue-as-new-options.ts";
export {
  type ClassDecorator,
  defn,
  init,
  type MethodDecorator,
  type QueryOptions,
  query,
  run,
  type SignalOptions,
  signal,
  type UpdateDecorator,
  type UpdateOptions,
  update,
} from "./decorators.ts";
export { type DefnOptions, workflowNameOf } from "./definition.ts";
export {
  DeterminismViolationError,
  ReadOnlyContextError,
  UnhandledRejectionError,
  WorkflowError,
} from "./errors.ts";
export { createEventGroup } from "./event-groups.ts";
export { type ExternalWorkflowHandle, getExternalWorkflowHandle } from "./external-workflows.ts";
export {
  allHandlersFinished,
  type DefaultQueryHandler,
  type DefaultSignalHandler,
  type DefaultUpdateHandler,
  type Handler,
  type QueryHandlerOptions,
  type SignalHandlerOptions,
  setDefaultQueryHandler,
  setDefaultSignalHandler,
  setDefaultUpdateHandler,
  setHandler,
  type UpdateArgs,
  type UpdateHandlerOptions,
  type UpdateValidator,
} from "./handlers.ts";
export type {
  ActivateInput,
  ActivityInput,
  ConcludeActivationInput,
  ConcludeActivationOutput,
  ContinueAsNewInput,
  ContinueAsNewInputOptions,
  DisposeInput,
  GetLogAttributesInput,
  GetMetricTagsInput,
  LocalActivityInput,
  QueryInput,
  SignalInput,
  SignalTarget,
  SignalWorkflowInput,
  StartChildWorkflowExecutionInput,
  TimerInput,
  TimerOptions,
  UpdateInput,
  WorkflowExecuteInput,
  WorkflowInboundCallsInterceptor,
  WorkflowInterceptors,
  WorkflowInterceptorsFactory,
  WorkflowInternalsInterceptor,
  WorkflowOutboundCallsInterceptor,
} from "./interceptors.ts";
export {
  type LocalActivityFunctionWithOptions,
  type LocalActivityInterfaceFor,
  proxyLocalActivities,
  scheduleLocalActivity,
} from "./local-activities.ts";
export { LocalActivityBackoff as LocalActivityDoBackoff } from "./local-activity-backoff.ts";
export { type LogAttributes, log, type WorkflowLogger } from "./log.ts";
export { metricMeter } from "./metrics.ts";
export {
  createNexusServiceClient,
  type NexusOperationHandle,
  type NexusServiceClient,
  type NexusServiceClientOptions,
} from "./nexus.ts";
export {
  NexusOperationCancellationType,
  type StartNexusOperationInput,
  type StartNexusOperationOptions,
  type StartNexusOperationOutput,
} from "./nexus-operation-options.ts";
export { deprecatePatch, patched } from "./patches.ts";
export { getRandomStream, uuid4, type WorkflowRandomStream, workflowRandom } from "./random.ts";
export { AsyncLocalStorage } from "./runtime/async-local.ts";
export type { UpdateInfo } from "./runtime/current-update.ts";
export { proxySinks, type Sink, type SinkFunction, type Sinks } from "./sinks.ts";
export { sleep } from "./timers.ts";
export { Trigger } from "./trigger.ts";
export { upsertMemo, upsertSearchAttributes } from "./upserts.ts";
export type {
  ParentWorkflowInfo,
  RootWorkflowInfo,
  UnsafeRandomSource,
  UnsafeWorkflowInfo,
  WorkflowInfo,
} from "./workflow-info.ts";
export {
  defineWorkflowOptions,
  setWorkflowOptions,
  type WorkflowDefinitionConfig,
  type WorkflowDefinitionOptions,
  type WorkflowDefinitionOptionsOrGetter,
  type WorkflowStaticOptions,
} from "./workflow-options.ts";
