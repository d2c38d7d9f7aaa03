/** What activity code uses: its facts, heartbeats, cancellation, logs and metrics. */
export {
  ActivityCancellationDetails,
  type ActivityCancellationDetailsOptions,
} from "../common/activity-cancellation-details.ts";
export { type ActivityDefinitionOptions, setActivityOptions } from "../common/activity-definition.ts";
export {
  ApplicationFailure,
  ApplicationFailureCategory,
  type ApplicationFailureOptions,
} from "../common/application-failure.ts";
export { CancelledFailure } from "../common/cancelled-failure.ts";
export { CompleteAsyncError } from "../common/errors.ts";
export type {
  ActivityTypeInfoMap,
  ConverterHint,
  PayloadTypeInfo,
  TransferTypeConverter,
  TypeInfo,
} from "../common/type-info.ts";
export type { ActivityFunction, ActivityInterface, UntypedActivities } from "../common/workflow-type.ts";
export { asyncLocalStorage, Context, type ContextInit } from "./context.ts";
export {
  activityInfo,
  cancellationDetails,
  cancellationSignal,
  cancelled,
  getClient,
  heartbeat,
  log,
  metricMeter,
  sleep,
} from "./current.ts";
export type { Info } from "./info.ts";
export type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  ActivityInterceptors,
  ActivityInterceptorsFactory,
  ActivityOutboundCallsInterceptor,
  GetLogAttributesInput,
  GetMetricTagsInput,
} from "./interceptors.ts";
