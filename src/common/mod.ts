export {
  ActivityCancellationDetails,
  type ActivityCancellationDetailsOptions,
} from "./activity-cancellation-details.ts";
export type { ActivityDefinitionOptions } from "./activity-definition.ts";
export { ActivityFailure } from "./activity-failure.ts";
export {
  ActivityCancellationType,
  type ActivityOptions,
  type LocalActivityOptions,
} from "./activity-options.ts";
export {
  ApplicationFailure,
  ApplicationFailureCategory,
  type ApplicationFailureOptions,
  createPayloadValidationError,
  ensureApplicationFailure,
  ensureTemporalFailure,
} from "./application-failure.ts";
export { CancelledFailure } from "./cancelled-failure.ts";
export { ChildWorkflowFailure, type WorkflowExecution } from "./child-workflow-failure.ts";
export { SuggestContinueAsNewReason } from "./continue-as-new.ts";
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
} from "./definitions.ts";
export type { Duration, StringValue, TemporalDuration, Timestamp } from "./duration.ts";
export {
  CompleteAsyncError,
  IllegalStateError,
  NamespaceNotFoundError,
  PayloadConverterError,
  ValueError,
  WorkflowNotFoundError,
} from "./errors.ts";
export type { EventGroupMarker } from "./event-group.ts";
export { FAILURE_SOURCE, type ProtoFailure, TemporalFailure } from "./failure.ts";
export type {
  WorkflowQueryAnnotatedType,
  WorkflowSignalAnnotatedType,
  WorkflowUpdateAnnotatedType,
} from "./handler-types.ts";
export type { Headers, Next, NextCall } from "./interceptors.ts";
export {
  DefaultLogger,
  type LogEntry,
  type Logger,
  type LogLevel,
  type LogMetadata,
  type LogSink,
  SdkComponent,
} from "./logger.ts";
export {
  type Metric,
  type MetricCounter,
  type MetricGauge,
  type MetricHistogram,
  type MetricKind,
  type MetricMeter,
  type MetricTags,
  type MetricUpDownCounter,
  type NumericMetricValueType,
  noopMetricMeter,
} from "./meter.ts";
export {
  NexusHandlerError,
  type NexusHandlerErrorOptions,
  type NexusHandlerErrorType,
  type NexusOriginalFailure,
} from "./nexus-handler-error.ts";
export { NexusOperationFailure } from "./nexus-operation-failure.ts";
export type { Payload } from "./payload.ts";
export { PayloadSizeError } from "./payload-size.ts";
export type { Priority } from "./priority.ts";
export { type RecordMetric, recordingMeter } from "./recording-meter.ts";
export { compileRetryPolicy, decompileRetryPolicy, type RetryPolicy } from "./retry-policy.ts";
export { RetryState } from "./retry-state.ts";
export { isCancellation, rootCause } from "./root-cause.ts";
export {
  defineSearchAttributeKey,
  type SearchAttributeKey,
  type SearchAttributePair,
  type SearchAttributes,
  SearchAttributeType,
  type SearchAttributeUpdatePair,
  type SearchAttributeValue,
  TypedSearchAttributes,
} from "./search-attributes.ts";
export { ServerFailure } from "./server-failure.ts";
export { TerminatedFailure } from "./terminated-failure.ts";
export { TimeoutFailure, TimeoutType } from "./timeout-failure.ts";
export type {
  ActivityTypeInfoMap,
  ConverterHint,
  PayloadTypeInfo,
  SignalTypeInfo,
  TransferTypeConverter,
  TypeInfo,
} from "./type-info.ts";
export {
  type AutoUpgradeVersioningOverride,
  InitialVersioningBehavior,
  type PinnedVersioningOverride,
  toCanonicalString,
  VersioningBehavior,
  type VersioningIntent,
  type VersioningOverride,
  type WorkerDeploymentVersion,
} from "./versioning.ts";
export { WorkflowExecutionAlreadyStartedError } from "./workflow-already-started.ts";
export type { BaseWorkflowHandle, WorkflowQueryOptions, WorkflowSignalOptions } from "./workflow-handle.ts";
export {
  extractWorkflowType,
  extractWorkflowTypeAndConfig,
  type WorkflowTypeOptions,
} from "./workflow-name.ts";
export {
  type BaseWorkflowOptions,
  type CommonWorkflowOptions,
  ParentClosePolicy,
  type WorkflowDurationOptions,
  type WorkflowExecutionStatusName,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from "./workflow-options.ts";
export type {
  ActivityFunction,
  ActivityInterface,
  HistoryAndWorkflowId,
  UntypedActivities,
  WithWorkflowArgs,
  Workflow,
  WorkflowArgs,
  WorkflowClass,
  WorkflowOfClass,
  WorkflowQueryType,
  WorkflowResultType,
  WorkflowReturnType,
  WorkflowSignalType,
  WorkflowUpdateType,
  WorkflowUpdateValidatorType,
} from "./workflow-type.ts";
