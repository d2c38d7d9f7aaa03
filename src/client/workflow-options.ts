import type { Init } from "../codec-runtime/init.ts";
import type { SignalDefinition } from "../common/definitions.ts";
import type { Duration, ProtoTime } from "../common/duration.ts";
import { ValueError } from "../common/errors.ts";
import { TypedSearchAttributes } from "../common/search-attributes.ts";
import { isRecord, showValue } from "../common/type-guards.ts";
import type { PayloadTypeInfo, SignalTypeInfo } from "../common/type-info.ts";
import { toCanonicalString, type VersioningOverride } from "../common/versioning.ts";
import type { BaseWorkflowOptions, CommonWorkflowOptions } from "../common/workflow-options.ts";
import type { WithWorkflowArgs, Workflow } from "../common/workflow-type.ts";
import { VersioningBehavior } from "../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { VersioningOverride as ProtoVersioningOverride } from "../gen/codec/temporal/api/workflow/v1/message.ts";
import {
  checkOptionalArray,
  checkOptionalFlag,
  checkOptionalRecord,
  checkOptionalText,
  checkText,
  timeLimit,
} from "./check-options.ts";

/** How a workflow is started. */
export interface WorkflowOptions extends CommonWorkflowOptions {
  /** Names the workflow. Of one id, at most one run is open. Choose one that means something: an order number. */
  workflowId: string;
  /** Which workers run it. */
  taskQueue: string;
  /** Whether `result()` goes on with the next run when a run ends by continuing as new, retry or cron. Default `true`. */
  followRuns?: boolean | undefined;
  /** Waits before the first task. Not together with `cronSchedule`. */
  startDelay?: Duration | undefined;
  /** Which version of its worker runs it, whatever the worker says. */
  versioningOverride?: VersioningOverride | undefined;
  /** Asks for the first task in the answer, when a worker of this process shares the connection. Default `false`. */
  requestEagerStart?: boolean | undefined;
  /** How arguments and result are converted, for a workflow that is given by its name; a function has its own. */
  typeInfo?: PayloadTypeInfo | undefined;
}

/** Options to start workflow `T`, its arguments among them. */
export type WorkflowStartOptions<T extends Workflow = Workflow> = WithWorkflowArgs<T, WorkflowOptions>;

/** Options of signal-with-start, without the workflow's arguments. */
export type WorkflowSignalWithStartOptions<SignalArgs extends unknown[] = []> = Omit<
  WorkflowOptions,
  "requestEagerStart"
> & {
  /** The signal's definition or name. */
  signal: SignalDefinition<SignalArgs> | string;
  /** How the signal's arguments are converted, for one that is given by its name; a definition has its own. */
  signalTypeInfo?: SignalTypeInfo | undefined;
} & (SignalArgs extends [unknown, ...unknown[]]
    ? { /** Arguments of the signal. */ signalArgs: SignalArgs }
    : { /** Arguments of the signal. */ signalArgs?: SignalArgs | undefined });

/** Checked options, as interceptors see them: times in their protobuf form. */
export interface CompiledWorkflowOptions extends BaseWorkflowOptions {
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly args: readonly unknown[];
  readonly followRuns?: boolean | undefined;
  /** How arguments and result are converted. */
  readonly typeInfo?: PayloadTypeInfo | undefined;
  readonly requestEagerStart?: boolean | undefined;
  readonly workflowExecutionTimeout?: ProtoTime | undefined;
  readonly workflowRunTimeout?: ProtoTime | undefined;
  readonly workflowTaskTimeout?: ProtoTime | undefined;
  readonly startDelay?: ProtoTime | undefined;
  readonly versioningOverride?: Init<ProtoVersioningOverride> | undefined;
}

/** Options as they come in, of any workflow. */
export type AnyStartOptions = WorkflowOptions & { readonly args?: readonly unknown[] | undefined };

/**
 * Checks options to start a workflow. What is compiled into the request later (policies, retry, priority, search
 * attributes) is checked there.
 *
 * @throws {ValueError} naming the option, its value and what is allowed
 * @example
 * ```ts
 * compileWorkflowOptions({ workflowId: "order-1", taskQueue: "orders", args: [7] });
 * ```
 */
export function compileWorkflowOptions(
  options: AnyStartOptions,
  typeInfo: PayloadTypeInfo | undefined,
): CompiledWorkflowOptions {
  checkShape(options);
  const { versioningOverride, args, ...rest } = options;
  return {
    args: args ?? [],
    ...rest,
    typeInfo,
    workflowExecutionTimeout: timeLimit(options.workflowExecutionTimeout, "workflowExecutionTimeout"),
    workflowRunTimeout: timeLimit(options.workflowRunTimeout, "workflowRunTimeout"),
    workflowTaskTimeout: timeLimit(options.workflowTaskTimeout, "workflowTaskTimeout"),
    startDelay: timeLimit(options.startDelay, "startDelay"),
    versioningOverride: compileVersioningOverride(versioningOverride),
  };
}

function checkShape(options: AnyStartOptions): void {
  if (!isRecord(options)) {
    throw new ValueError(`The options of a workflow are ${showValue(options)}; they must be an object`);
  }
  checkText(options.workflowId, "workflowId");
  checkText(options.taskQueue, "taskQueue");
  checkOptionalArray(options.args, "args");
  checkOptionalRecord(options.memo, "memo");
  checkOptionalRecord(options.searchAttributes, "searchAttributes");
  checkTypedSearchAttributes(options.typedSearchAttributes);
  checkOptionalText(options.cronSchedule, "cronSchedule");
  checkOptionalText(options.staticSummary, "staticSummary");
  checkOptionalText(options.staticDetails, "staticDetails");
  checkOptionalFlag(options.followRuns, "followRuns");
  checkOptionalFlag(options.requestEagerStart, "requestEagerStart");
  if (options.cronSchedule && options.startDelay !== undefined) {
    throw new ValueError("cronSchedule and startDelay exclude each other; give one");
  }
  if (
    options.workflowIdReusePolicy === "TERMINATE_IF_RUNNING" &&
    options.workflowIdConflictPolicy !== undefined
  ) {
    throw new ValueError(
      "workflowIdReusePolicy TERMINATE_IF_RUNNING excludes workflowIdConflictPolicy; use the conflict policy TERMINATE_EXISTING instead",
    );
  }
}

function checkTypedSearchAttributes(value: unknown): void {
  if (value === undefined || value instanceof TypedSearchAttributes) return;
  const isPair = (pair: unknown): boolean => isRecord(pair) && isRecord(pair["key"]) && "value" in pair;
  if (Array.isArray(value) && value.every(isPair)) return;
  throw new ValueError(
    `typedSearchAttributes is ${showValue(value)}; it must be TypedSearchAttributes or a list of { key, value }`,
  );
}

function compileVersioningOverride(
  override: VersioningOverride | undefined,
): Init<ProtoVersioningOverride> | undefined {
  if (override === undefined || override === null) return undefined;
  // Servers before 1.29 read the older fields, later ones `override`.
  if (override === "AUTO_UPGRADE") {
    return { override: { case: "autoUpgrade", value: true }, behavior: VersioningBehavior.AUTO_UPGRADE };
  }
  const pinnedTo = isRecord(override) ? override.pinnedTo : undefined;
  if (!isRecord(pinnedTo)) {
    throw new ValueError(
      `versioningOverride is ${showValue(override)}; it must be "AUTO_UPGRADE" or { pinnedTo: { deploymentName, buildId } }`,
    );
  }
  checkText(pinnedTo.deploymentName, "versioningOverride.pinnedTo.deploymentName");
  checkText(pinnedTo.buildId, "versioningOverride.pinnedTo.buildId");
  return {
    override: { case: "pinned", value: { version: pinnedTo, behavior: 1 } },
    behavior: VersioningBehavior.PINNED,
    pinnedVersion: toCanonicalString(pinnedTo),
  };
}
