import { compilePriority } from "../common/priority.ts";
import { checkRetryPolicy } from "../common/retry-policy.ts";
import type { PayloadTypeInfo } from "../common/type-info.ts";
import type { ActivityFunction } from "../common/workflow-type.ts";
import { toPayloadsWithContext } from "../converter/sync/payload-converter.ts";
import type { ActivitySerializationContext } from "../converter/sync/serialization-context.ts";
import { userMetadataToPayload } from "../converter/sync/user-metadata.ts";
import type { ScheduleActivity } from "../core/command.ts";
import type { ActivityOptions, ActivityProxyOptions } from "./activity-options.ts";
import {
  activityProxy,
  checkCancellationType,
  checkedActivityOptions,
  checkedTime,
  checkText,
} from "./activity-proxy.ts";
import { CancellationScope } from "./cancellation-scope.ts";
import type { ActivityInput } from "./interceptors.ts";
import { composeInterceptors } from "./runtime/compose-interceptors.ts";
import { requireRun, requireWritableRun } from "./runtime/current.ts";
import { pushCommand } from "./runtime/run.ts";

/** Stands for a member of an activities type that is not an asynchronous function, so that calling it is a type error. */
export const NotAnActivityMethod: unique symbol = Symbol.for("__TEMPORAL_NOT_AN_ACTIVITY_METHOD");

/** Activities of which only the names are known. */
export type AnyActivities = Record<string, (...args: unknown[]) => Promise<unknown>>;

/** What {@link proxyActivities} gives for activities of type `T`. */
export type ActivityInterfaceFor<T> = {
  [K in keyof T]: T[K] extends ActivityFunction
    ? ActivityFunctionWithOptions<T[K]>
    : typeof NotAnActivityMethod;
};

/** An activity that can also be called with options of its own. */
export type ActivityFunctionWithOptions<T extends ActivityFunction> = T & {
  /** Calls the activity with `options` laid over those of the proxy, nested objects too. */
  executeWithOptions(options: ActivityOptions, args: Parameters<T>): Promise<Awaited<ReturnType<T>>>;
};

/**
 * Gives functions that run activities. Options are checked here, once.
 *
 * @throws {TypeError} when neither `startToCloseTimeout` nor `scheduleToCloseTimeout` is given
 * @throws {ValueError} when an option is not valid
 * @example
 * ```ts
 * import type * as activities from "./activities.ts";
 * const { charge } = proxyActivities<typeof activities>({ startToCloseTimeout: "1 minute" });
 * await charge(order);
 * ```
 */
export function proxyActivities<A = AnyActivities>(
  options: ActivityProxyOptions<A>,
): ActivityInterfaceFor<A> {
  const own: ActivityOptions = { ...checkedActivityOptions(options, "Activity") };
  compile(own);
  return activityProxy(own, schedule);
}

/**
 * Schedules an activity by its name.
 *
 * @throws {TypeError} when options or both timeouts are missing
 * @throws {ActivityFailure} (asynchronously) when the activity fails; its cause says why
 * @example
 * ```ts
 * const total = await scheduleActivity<number>("sum", [1, 2], { startToCloseTimeout: "10s" });
 * ```
 */
export function scheduleActivity<R>(
  activityType: string,
  args: unknown[],
  options: ActivityOptions,
): Promise<R> {
  // What an activity returns is what its type says.
  return schedule(activityType, args, options, undefined) as Promise<R>;
}

function schedule(
  activityType: string,
  args: unknown[],
  options: ActivityOptions,
  typeInfo: PayloadTypeInfo | undefined,
): Promise<unknown> {
  const run = requireWritableRun("scheduleActivity");
  if (options === undefined) throw new TypeError("Got empty activity options");
  const seq = run.nextSeqs.activity++;
  const execute = composeInterceptors(run.interceptors.outbound, "scheduleActivity", startActivity);
  return execute({ activityType, headers: {}, options, args, typeInfo, seq });
}

function startActivity(input: ActivityInput): Promise<unknown> {
  const { activityType, args, typeInfo, headers, options, seq } = input;
  const run = requireRun();
  const compiled = compile(options);
  const activityId = options.activityId ?? `${seq}`;
  const { namespace, workflowId } = run.info;
  const context: ActivitySerializationContext = {
    type: "activity",
    namespace,
    activityId,
    workflowId,
    isLocal: false,
  };
  return new Promise((resolve, reject) => {
    const scope = CancellationScope.current();
    if (scope.consideredCancelled) {
      scope.cancelRequested.catch(reject);
      return;
    }
    if (scope.cancellable) {
      scope.cancelRequested.catch(() => {
        if (run.pending.activities.has(seq))
          pushCommand(run, { kind: "requestCancelActivity", seq }, options.eventGroups);
      });
    }
    const command: ScheduleActivity = {
      kind: "scheduleActivity",
      seq,
      activityId,
      activityType,
      taskQueue: options.taskQueue || run.facts.taskQueue,
      headers,
      args: toPayloadsWithContext(run.converters.payload, context, args, typeInfo?.inputTypes) ?? [],
      userMetadata: userMetadataToPayload(run.converters.payload, { summary: options.summary }, context),
      ...compiled,
    };
    pushCommand(run, command, options.eventGroups);
    run.pending.activities.set(seq, { resolve, reject, context, outputType: typeInfo?.outputType });
  });
}

type CompiledOptions = Omit<
  ScheduleActivity,
  "kind" | "seq" | "activityId" | "activityType" | "taskQueue" | "headers" | "args" | "userMetadata"
>;

const compiledOptions = new WeakMap<ActivityOptions, CompiledOptions>();

/** Checks options and brings them to the form of the command; once for each options object. */
function compile(options: ActivityOptions): CompiledOptions {
  const known = compiledOptions.get(options);
  if (known !== undefined) return known;
  checkedActivityOptions(options, "Activity");
  const { cancellationType = "TRY_CANCEL", retry, priority } = options;
  checkCancellationType(cancellationType);
  for (const name of ["taskQueue", "activityId", "summary"] as const) checkText(options[name], name);
  const compiled: CompiledOptions = {
    scheduleToCloseTimeoutMs: checkedTime(options.scheduleToCloseTimeout, "scheduleToCloseTimeout"),
    scheduleToStartTimeoutMs: checkedTime(options.scheduleToStartTimeout, "scheduleToStartTimeout"),
    startToCloseTimeoutMs: checkedTime(options.startToCloseTimeout, "startToCloseTimeout"),
    heartbeatTimeoutMs: checkedTime(options.heartbeatTimeout, "heartbeatTimeout"),
    retryPolicy: retry == null ? undefined : checkRetryPolicy(retry, "retry"),
    cancellationType,
    allowEagerDispatch: options.allowEagerDispatch ?? true,
    versioningIntent: options.versioningIntent ?? "UNSPECIFIED",
    priority: priority == null ? undefined : compilePriority(priority),
  };
  compiledOptions.set(options, compiled);
  return compiled;
}
