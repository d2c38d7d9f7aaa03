/** Workers: they take tasks from a task queue and run workflows and activities. */
export type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  ActivityInterceptors,
  ActivityInterceptorsFactory,
  ActivityOutboundCallsInterceptor,
  GetLogAttributesInput,
  GetMetricTagsInput,
} from "../activity/interceptors.ts";
export {
  type DeterminismReport,
  DeterminismViolationError,
  type ReportedCommand,
  type ReportedEvent,
} from "../common/determinism-violation.ts";
export { IllegalStateError } from "../common/errors.ts";
export type { Headers, Next } from "../common/interceptors.ts";
export type { LogEntry, Logger, LogLevel, LogMetadata, LogSink } from "../common/logger.ts";
export type { DataConverter } from "../converter/data-converter.ts";
export { defaultPayloadConverter } from "../converter/sync/default-payload-converter.ts";
export { BundleFormatError } from "../engine/bundle.ts";
export { BundleError } from "../engine/bundle-error.ts";
export type { History } from "../gen/codec/temporal/api/history/v1/message.ts";
export { Connection, NativeConnection } from "../transport/connection.ts";
export type {
  ConnectionOptions,
  ConnectionOptions as NativeConnectionOptions,
  TLSConfig,
} from "../transport/connection-options.ts";
export type { Sink, SinkFunction, Sinks } from "../workflow/sinks.ts";
export { activityLogAttributes } from "./activity/execution.ts";
export { type BundleOptions, bundleWorkflowCode } from "./bundle-workflow-code.ts";
export type { CompiledWorkerOptions } from "./compile-options.ts";
export { DefaultLogger } from "./default-logger.ts";
export {
  CombinedWorkerRunError,
  type CombinedWorkerRunErrorCause,
  GracefulShutdownPeriodExpiredError,
  PromiseCompletionTimeoutError,
  TransportError,
  UnexpectedError,
} from "./errors.ts";
export type { State } from "./lifecycle.ts";
export type {
  BundlerOptions,
  PatchActivationCallback,
  PatchActivationInput,
  PollerBehavior,
  WorkerDeploymentOptions,
  WorkerInterceptors,
  WorkerOptions,
  WorkflowBundle,
  WorkflowBundleOption,
  WorkflowBundlePath,
} from "./options.ts";
export {
  ReplayError,
  type ReplayErrorReason,
  type ReplayResult,
  reportText as replayReportText,
} from "./replay/errors.ts";
export type { ReplayHistoriesIterable, ReplayHistory, ReplayWorkerOptions } from "./replay/options.ts";
export { Runtime, type RuntimeOptions } from "./runtime.ts";
export type { InjectedSink, InjectedSinkFunction, InjectedSinks } from "./sinks.ts";
export type { PollerState, WorkerStatus } from "./status.ts";
export { type RunUntilOptions, Worker } from "./worker.ts";
