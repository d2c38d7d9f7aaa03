import type { ActivityInterceptorsFactory } from "../activity/interceptors.ts";
import { activityTypeInfoOf, setActivityOptions } from "../common/activity-definition.ts";
import type { Logger } from "../common/logger.ts";
import { throwIfReservedName } from "../common/reserved-names.ts";
import { VersioningBehavior } from "../common/versioning.ts";
import type { ActivityFunction } from "./activity/execution.ts";
import { unknownOptions } from "./known-options.ts";
import { badOption, OptionReader } from "./option-checks.ts";
import type {
  PollerBehavior,
  WorkerDeploymentOptions,
  WorkerInterceptors,
  WorkerOptions,
  WorkflowBundleOption,
} from "./options.ts";
import type { InjectedSinks } from "./sinks.ts";
import { refuseBundlerOptions, refuseWorkerOptions } from "./unsupported-options.ts";

/** Worker options after their only check: nothing is left out, nothing is to be doubted. */
export interface CompiledWorkerOptions {
  readonly namespace: string;
  readonly taskQueue: string;
  readonly identity: string;
  readonly buildId: string | undefined;
  readonly workerDeploymentOptions: WorkerDeploymentOptions | undefined;
  readonly workflowsPath: string | undefined;
  readonly workflowBundle: WorkflowBundleOption | undefined;
  readonly activities: ReadonlyMap<string, ActivityFunction>;
  readonly enableNonLocalActivities: boolean;
  readonly activityInterceptors: readonly ActivityInterceptorsFactory[];
  readonly workflowModules: readonly string[];
  readonly sinks: InjectedSinks;
  readonly patchActivationCallback: WorkerOptions["patchActivationCallback"];
  readonly client: WorkerOptions["client"];
  readonly shutdownGraceTimeMs: number;
  readonly shutdownForceTimeMs: number | undefined;
  readonly maxConcurrentWorkflowTaskExecutions: number;
  readonly maxConcurrentActivityTaskExecutions: number;
  readonly maxConcurrentWorkflowTaskPolls: number;
  readonly maxConcurrentLocalActivityExecutions: number;
  readonly maxConcurrentActivityTaskPolls: number;
  readonly nonStickyToStickyPollRatio: number;
  readonly stickyQueueScheduleToStartTimeoutMs: number;
  readonly maxCachedWorkflows: number;
  readonly workflowThreadPoolSize: number;
  readonly maxHeartbeatThrottleIntervalMs: number;
  readonly defaultHeartbeatThrottleIntervalMs: number;
  readonly maxActivitiesPerSecond: number | undefined;
  readonly maxTaskQueueActivitiesPerSecond: number | undefined;
  readonly maxEagerActivityReservationsPerWorkflowTask: number;
  readonly workflowFailureErrorTypes: { readonly [workflowType: string]: readonly string[] };
  readonly disablePayloadErrorLimit: boolean;
  readonly showStackTraceSources: boolean;
  readonly replayOnEveryTask: boolean;
  readonly debugMode: boolean;
  /** Milliseconds one activation may take; 0 for no limit. */
  readonly deadlockTimeoutMs: number;
}

/** What the defaults depend on. */
export interface OptionDefaults {
  readonly identity: string;
  readonly heapLimitBytes: number | undefined;
  /** The variable `TEMPORAL_DEBUG`. */
  readonly debugVariable: string | undefined;
  readonly logger: Logger;
}

const MIB = 1024 * 1024;
/** Where the runtime does not tell its limit. */
const ASSUMED_HEAP_MIB = 2048;
const DEADLOCK_TIMEOUT_MS = 5000;

/**
 * Workflows to cache by default: 600 for each GiB of heap above the first 200 MiB, at least 10.
 *
 * @example
 * ```ts
 * defaultMaxCachedWorkflows(1224 * 1024 * 1024); // 600
 * ```
 */
export function defaultMaxCachedWorkflows(heapLimitBytes: number | undefined): number {
  const heapMib = heapLimitBytes === undefined ? ASSUMED_HEAP_MIB : heapLimitBytes / MIB;
  return Math.max(Math.floor((Math.max(heapMib - 200, 0) * 600) / 1024), 10);
}

/**
 * Checks worker options and fills in the defaults.
 *
 * @throws ValueError naming the option, its value and what is allowed
 *
 * @example
 * ```ts
 * compileWorkerOptions({ taskQueue: "orders", activities }, defaults).maxConcurrentActivityTaskExecutions; // 100
 * ```
 */
export function compileWorkerOptions(
  options: WorkerOptions,
  defaults: OptionDefaults,
): CompiledWorkerOptions {
  const read = new OptionReader(options);
  const taskQueue = read.text("taskQueue", "");
  throwIfReservedName("task queue", taskQueue);
  refuseWorkerOptions(options);
  refuseBundlerOptions(options.bundlerOptions ?? {}, "WorkerOptions.bundlerOptions");
  for (const name of unknownOptions(options)) {
    defaults.logger.warn(`WorkerOptions.${name} is not an option of this worker and is ignored`);
  }
  const activities = activitiesOf(read.record("activities") ?? {});
  const sinks = read.record("sinks") ?? {};
  checkSinks(sinks);
  const maxCachedWorkflows = cacheSize(read, defaults);
  const debugMode = read.flag("debugMode", isSet(defaults.debugVariable));
  const perQueue = read.rate("maxTaskQueueActivitiesPerSecond");
  return {
    namespace: read.text("namespace", "default"),
    taskQueue,
    identity: read.text("identity", defaults.identity),
    buildId: options.buildId === undefined ? undefined : read.text("buildId", ""),
    workerDeploymentOptions: deploymentOf(options, read),
    workflowsPath: options.workflowsPath === undefined ? undefined : read.text("workflowsPath", ""),
    workflowBundle: bundleOf(read.record("workflowBundle")),
    activities,
    enableNonLocalActivities: read.flag("enableNonLocalActivities", true) && activities.size > 0,
    ...interceptorsOf(read.record("interceptors") ?? {}),
    sinks,
    patchActivationCallback: read.fn("patchActivationCallback"),
    client: read.record("client"),
    shutdownGraceTimeMs: read.duration("shutdownGraceTime", 0),
    shutdownForceTimeMs: read.optionalDuration("shutdownForceTime"),
    ...concurrency(options, read, { maxCachedWorkflows, logger: defaults.logger }),
    nonStickyToStickyPollRatio: read.ratio("nonStickyToStickyPollRatio", 0.2),
    stickyQueueScheduleToStartTimeoutMs: read.duration("stickyQueueScheduleToStartTimeout", "10s"),
    maxCachedWorkflows,
    workflowThreadPoolSize: read.count("workflowThreadPoolSize", 1, 1),
    maxHeartbeatThrottleIntervalMs: read.duration("maxHeartbeatThrottleInterval", "60s"),
    defaultHeartbeatThrottleIntervalMs: read.duration("defaultHeartbeatThrottleInterval", "30s"),
    maxActivitiesPerSecond: read.rate("maxActivitiesPerSecond"),
    maxTaskQueueActivitiesPerSecond: perQueue,
    // The server cannot hold a queue to its rate when activities do not pass through it.
    maxEagerActivityReservationsPerWorkflowTask:
      perQueue === undefined ? read.count("maxEagerActivityReservationsPerWorkflowTask", 3, 0) : 0,
    workflowFailureErrorTypes: failureTypesOf(read.record("workflowFailureErrorTypes") ?? {}),
    disablePayloadErrorLimit: read.flag("disablePayloadErrorLimit", false),
    showStackTraceSources: read.flag("showStackTraceSources", false),
    replayOnEveryTask: read.flag("replayOnEveryTask", false),
    debugMode,
    deadlockTimeoutMs: debugMode ? 0 : DEADLOCK_TIMEOUT_MS,
  };
}

function checkSinks(sinks: InjectedSinks): void {
  for (const [name, functions] of Object.entries(sinks)) {
    throwIfReservedName("sink", name);
    for (const [fnName, injected] of Object.entries(functions ?? {})) {
      if (typeof injected?.fn === "function") continue;
      throw badOption(`sinks.${name}.${fnName}`, injected, "{ fn: a function, callDuringReplay?: boolean }");
    }
    if (typeof functions !== "object") throw badOption(`sinks.${name}`, functions, "an object");
  }
}

function activitiesOf(activities: object): ReadonlyMap<string, ActivityFunction> {
  const found = new Map<string, ActivityFunction>();
  for (const [name, value] of Object.entries(activities)) {
    if (typeof value !== "function") continue;
    throwIfReservedName("activity", name);
    // Bound, so that methods of a class instance given as `activities` see their object.
    const bound = value.bind(activities);
    const typeInfo = activityTypeInfoOf(value);
    // What was set on the function does not come along by itself.
    if (typeInfo !== undefined) setActivityOptions({ typeInfo }, bound);
    found.set(name, bound);
  }
  return found;
}

function cacheSize(read: OptionReader<WorkerOptions>, defaults: OptionDefaults): number {
  const size = read.count("maxCachedWorkflows", defaultMaxCachedWorkflows(defaults.heapLimitBytes), 0);
  if (size !== 1) return size;
  defaults.logger.warn("maxCachedWorkflows must be 0 (no cache) or at least 2; 2 is used instead of 1");
  return 2;
}

type Concurrency = Pick<
  CompiledWorkerOptions,
  | "maxConcurrentWorkflowTaskExecutions"
  | "maxConcurrentActivityTaskExecutions"
  | "maxConcurrentWorkflowTaskPolls"
  | "maxConcurrentLocalActivityExecutions"
  | "maxConcurrentActivityTaskPolls"
>;

function concurrency(
  options: WorkerOptions,
  read: OptionReader<WorkerOptions>,
  { maxCachedWorkflows, logger }: { readonly maxCachedWorkflows: number; readonly logger: Logger },
): Concurrency {
  const wanted = read.count("maxConcurrentWorkflowTaskExecutions", 40, 1);
  const cached = maxCachedWorkflows > 0;
  const workflowSlots = cached ? Math.max(2, Math.min(wanted, maxCachedWorkflows)) : wanted;
  if (workflowSlots !== wanted && options.maxConcurrentWorkflowTaskExecutions !== undefined) {
    logger.warn(
      `maxConcurrentWorkflowTaskExecutions must be from 2 to maxCachedWorkflows (${maxCachedWorkflows}) while workflows are cached; ${workflowSlots} is used instead of ${wanted}`,
    );
  }
  const activitySlots = read.count("maxConcurrentActivityTaskExecutions", 100, 1);
  const least = cached ? 2 : 1;
  return {
    maxConcurrentWorkflowTaskExecutions: workflowSlots,
    maxConcurrentActivityTaskExecutions: activitySlots,
    maxConcurrentLocalActivityExecutions: read.count("maxConcurrentLocalActivityExecutions", 100, 1),
    maxConcurrentWorkflowTaskPolls:
      pollsOf("workflowTaskPollerBehavior", options.workflowTaskPollerBehavior, least) ??
      read.count("maxConcurrentWorkflowTaskPolls", Math.max(least, Math.min(10, workflowSlots)), least),
    maxConcurrentActivityTaskPolls:
      pollsOf("activityTaskPollerBehavior", options.activityTaskPollerBehavior, 1) ??
      read.count("maxConcurrentActivityTaskPolls", Math.min(10, activitySlots), 1),
  };
}

function pollsOf(name: string, behavior: PollerBehavior | undefined, minimum: number): number | undefined {
  if (behavior === undefined) return undefined;
  const type: unknown = (behavior as PollerBehavior | null)?.type;
  if (type !== "simple-maximum") {
    const allowed =
      '"simple-maximum": polls do not scale by themselves here, give the number of polls as maximum';
    throw badOption(`${name}.type`, type, allowed);
  }
  const { maximum } = behavior;
  if (maximum !== undefined && (!Number.isSafeInteger(maximum) || maximum < minimum)) {
    throw badOption(`${name}.maximum`, maximum, `a whole number from ${minimum}`);
  }
  return maximum;
}

function bundleOf(bundle: WorkflowBundleOption | undefined): WorkflowBundleOption | undefined {
  if (bundle === undefined) return undefined;
  const { code, codePath } = bundle as { readonly code?: unknown; readonly codePath?: unknown };
  if ((typeof code === "string") === (typeof codePath === "string")) {
    throw badOption("workflowBundle", bundle, "{ code: string } or { codePath: string }");
  }
  return bundle;
}

function interceptorsOf(
  interceptors: WorkerInterceptors,
): Pick<CompiledWorkerOptions, "activityInterceptors" | "workflowModules"> {
  const { activity = [], workflowModules = [] } = interceptors;
  if (!Array.isArray(activity) || activity.some((factory) => typeof factory !== "function")) {
    throw badOption("interceptors.activity", activity, "a list of functions that make interceptors");
  }
  if (!Array.isArray(workflowModules) || workflowModules.some((module) => typeof module !== "string")) {
    throw badOption("interceptors.workflowModules", workflowModules, "a list of module paths");
  }
  return { activityInterceptors: activity, workflowModules };
}

function deploymentOf(
  options: WorkerOptions,
  read: OptionReader<WorkerOptions>,
): WorkerDeploymentOptions | undefined {
  const deployment = read.record("workerDeploymentOptions");
  if (deployment === undefined) return undefined;
  if (options.buildId !== undefined) {
    throw badOption("buildId", options.buildId, "left out when workerDeploymentOptions is given");
  }
  const { version, useWorkerVersioning, defaultVersioningBehavior } = deployment;
  if (!version?.deploymentName || !version.buildId) {
    throw badOption(
      "workerDeploymentOptions.version",
      version,
      "a deploymentName and a buildId, both non-empty",
    );
  }
  const behaviors = Object.values(VersioningBehavior);
  if (useWorkerVersioning && !behaviors.some((behavior) => behavior === defaultVersioningBehavior)) {
    throw badOption(
      "workerDeploymentOptions.defaultVersioningBehavior",
      defaultVersioningBehavior,
      `${behaviors.join(" or ")} when useWorkerVersioning is true`,
    );
  }
  return deployment;
}

function failureTypesOf(types: { readonly [workflowType: string]: readonly string[] }): {
  readonly [workflowType: string]: readonly string[];
} {
  for (const [type, names] of Object.entries(types)) {
    if (!Array.isArray(names) || names.some((name) => typeof name !== "string")) {
      throw badOption(`workflowFailureErrorTypes["${type}"]`, names, "a list of error class names");
    }
  }
  return types;
}

function isSet(variable: string | undefined): boolean {
  return ["1", "t", "true"].includes(variable?.toLowerCase() ?? "");
}
