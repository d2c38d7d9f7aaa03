import { checkRetryPolicy } from "../common/retry-policy.ts";
import type { PayloadTypeInfo } from "../common/type-info.ts";
import type { ActivityFunction } from "../common/workflow-type.ts";
import { toPayloadsWithContext } from "../converter/sync/payload-converter.ts";
import type { ActivitySerializationContext } from "../converter/sync/serialization-context.ts";
import { userMetadataToPayload } from "../converter/sync/user-metadata.ts";
import type { MarkerTime, ScheduleLocalActivity } from "../core/local-activity-jobs.ts";
import type { AnyActivities, NotAnActivityMethod } from "./activities.ts";
import type { LocalActivityOptions, LocalActivityProxyOptions } from "./activity-options.ts";
import {
  activityProxy,
  checkCancellationType,
  checkedActivityOptions,
  checkedTime,
  checkText,
} from "./activity-proxy.ts";
import { CancellationScope } from "./cancellation-scope.ts";
import type { LocalActivityInput } from "./interceptors.ts";
import { LocalActivityBackoff } from "./local-activity-backoff.ts";
import { composeInterceptors } from "./runtime/compose-interceptors.ts";
import { requireRun, requireWritableRun } from "./runtime/current.ts";
import { pushCommand } from "./runtime/run.ts";
import { sleep } from "./timers.ts";

/** What {@link proxyLocalActivities} gives for activities of type `T`. */
export type LocalActivityInterfaceFor<T> = {
  [K in keyof T]: T[K] extends ActivityFunction
    ? LocalActivityFunctionWithOptions<T[K]>
    : typeof NotAnActivityMethod;
};

/** A local activity that can also be called with options of its own. */
export type LocalActivityFunctionWithOptions<T extends ActivityFunction> = T & {
  /** Calls the activity with `options` laid over those of the proxy, nested objects too. */
  executeWithOptions(options: LocalActivityOptions, args: Parameters<T>): Promise<Awaited<ReturnType<T>>>;
};

/**
 * Gives functions that run local activities: in this workflow's own worker, without a task queue. For short work, a few
 * seconds at most; every worker of the workflow must have them.
 *
 * @throws {TypeError} when neither `startToCloseTimeout` nor `scheduleToCloseTimeout` is given
 * @throws {ValueError} when an option is not valid
 * @example
 * ```ts
 * import type * as activities from "./activities.ts";
 * const { readSettings } = proxyLocalActivities<typeof activities>({ startToCloseTimeout: "5 seconds" });
 * const settings = await readSettings();
 * ```
 */
export function proxyLocalActivities<A = AnyActivities>(
  options: LocalActivityProxyOptions<A>,
): LocalActivityInterfaceFor<A> {
  const own: LocalActivityOptions = { ...checkedActivityOptions(options, "Local activity") };
  compile(own);
  return activityProxy(own, schedule);
}

/**
 * Schedules a local activity by its name. Attempts that are to wait longer than `localRetryThreshold` wait for a timer.
 *
 * @throws {TypeError} (asynchronously) when options or both timeouts are missing
 * @throws {ReferenceError} (asynchronously) when the worker has no such activity
 * @throws {ApplicationFailure} (asynchronously) when the activity fails; {@link ActivityFailure} when it times out or is
 * cancelled
 * @example
 * ```ts
 * const total = await scheduleLocalActivity<number>("sum", [1, 2], { startToCloseTimeout: "5s" });
 * ```
 */
export function scheduleLocalActivity<R>(
  activityType: string,
  args: unknown[],
  options: LocalActivityOptions,
): Promise<R> {
  // What an activity returns is what its type says.
  return schedule(activityType, args, options, undefined) as Promise<R>;
}

// How many ticks this takes is part of the contract (D2).
async function schedule(
  activityType: string,
  args: unknown[],
  options: LocalActivityOptions,
  typeInfo: PayloadTypeInfo | undefined,
): Promise<unknown> {
  const run = requireWritableRun("scheduleLocalActivity");
  if (options === undefined) throw new TypeError("Got empty activity options");
  let attempt = 1;
  let originalScheduleTime: MarkerTime | undefined;
  for (;;) {
    const seq = run.nextSeqs.activity++;
    const { outbound } = run.interceptors;
    const execute = composeInterceptors(outbound, "scheduleLocalActivity", startLocalActivity);
    try {
      return await execute({
        activityType,
        headers: {},
        options,
        args,
        typeInfo,
        seq,
        attempt,
        originalScheduleTime,
      });
    } catch (error) {
      if (!(error instanceof LocalActivityBackoff)) throw error;
      const { backoffDuration, ...next } = error.backoff;
      await sleep(backoffDuration.seconds * 1000 + Math.floor(backoffDuration.nanos / 1_000_000), {
        eventGroups: options.eventGroups,
      });
      ({ attempt, originalScheduleTime } = next);
    }
  }
}

async function startLocalActivity(input: LocalActivityInput): Promise<unknown> {
  const { activityType, args, typeInfo, headers, options, seq, attempt, originalScheduleTime } = input;
  const run = requireRun();
  assertRegistered(activityType, run);
  const compiled = compile(options);
  const activityId = `${seq}`;
  const { namespace, workflowId } = run.info;
  const context: ActivitySerializationContext = {
    type: "activity",
    namespace,
    activityId,
    workflowId,
    isLocal: true,
  };
  return new Promise((resolve, reject) => {
    const scope = CancellationScope.current();
    if (scope.consideredCancelled) {
      scope.cancelRequested.catch(reject);
      return;
    }
    if (scope.cancellable) {
      scope.cancelRequested.catch(() => {
        if (run.pending.activities.has(seq)) pushCommand(run, { kind: "requestCancelLocalActivity", seq });
      });
    }
    const command: ScheduleLocalActivity = {
      kind: "scheduleLocalActivity",
      seq,
      attempt,
      originalScheduleTime,
      activityId,
      activityType,
      headers,
      args: toPayloadsWithContext(run.converters.payload, context, args, typeInfo?.inputTypes) ?? [],
      userMetadata: userMetadataToPayload(run.converters.payload, { summary: options.summary }, context),
      ...compiled,
    };
    pushCommand(run, command, options.eventGroups);
    run.pending.activities.set(seq, { resolve, reject, context, outputType: typeInfo?.outputType });
  });
}

/** A replay does not need the activity any more. */
function assertRegistered(activityType: string, run: ReturnType<typeof requireRun>): void {
  const { registeredActivities } = run.facts;
  if (run.info.unsafe.isReplaying) return;
  if (registeredActivities.includes(activityType) || registeredActivities.includes("default")) return;
  throw new ReferenceError(`Local activity of type '${activityType}' not registered on worker`);
}

type CompiledOptions = Pick<
  ScheduleLocalActivity,
  | "scheduleToCloseTimeoutMs"
  | "scheduleToStartTimeoutMs"
  | "startToCloseTimeoutMs"
  | "retryPolicy"
  | "localRetryThresholdMs"
  | "cancellationType"
>;

const compiledOptions = new WeakMap<LocalActivityOptions, CompiledOptions>();

/** Checks options and brings them to the form of the command; once for each options object. */
function compile(options: LocalActivityOptions): CompiledOptions {
  const known = compiledOptions.get(options);
  if (known !== undefined) return known;
  checkedActivityOptions(options, "Local activity");
  const { cancellationType = "TRY_CANCEL", retry } = options;
  checkCancellationType(cancellationType);
  checkText(options.summary, "summary");
  const compiled: CompiledOptions = {
    scheduleToCloseTimeoutMs: checkedTime(options.scheduleToCloseTimeout, "scheduleToCloseTimeout"),
    scheduleToStartTimeoutMs: checkedTime(options.scheduleToStartTimeout, "scheduleToStartTimeout"),
    startToCloseTimeoutMs: checkedTime(options.startToCloseTimeout, "startToCloseTimeout"),
    retryPolicy: retry == null ? undefined : checkRetryPolicy(retry, "retry"),
    localRetryThresholdMs: checkedTime(options.localRetryThreshold, "localRetryThreshold"),
    cancellationType,
  };
  compiledOptions.set(options, compiled);
  return compiled;
}
