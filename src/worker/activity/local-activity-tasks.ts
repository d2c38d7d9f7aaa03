// Invariants
// 1. A local activity is known by the life of its run in a thread and its seq; both end with `forgetThread` and `cancelAll`
//    of the run, and nothing is reported after that.
// 2. `idle` resolves only when no local activity is left that a workflow could wait for.

import type { Info } from "../../activity/info.ts";
import type { ActivityInterceptorsFactory } from "../../activity/interceptors.ts";
import type { Client } from "../../client/client.ts";
import { ApplicationFailure, ensureApplicationFailure } from "../../common/application-failure.ts";
import { optionalTsToMs } from "../../common/duration.ts";
import type { Logger } from "../../common/logger.ts";
import type { MetricMeter } from "../../common/meter.ts";
import { errorMessage } from "../../common/type-guards.ts";
import type {
  LocalActivityEnd,
  LocalActivityResult,
  ScheduleLocalActivity,
} from "../../core/local-activity-jobs.ts";
import type { FromThread } from "../../engine/protocol.ts";
import { toBase64 } from "../base64.ts";
import type { Clock } from "../clock.ts";
import type { SlotSupplier } from "../slots/supplier.ts";
import type { ActivityDataContext } from "./activity-data.ts";
import type { CancelOrder } from "./cancel-order.ts";
import { convertOutcome, type OutcomeConversion } from "./convert-outcome.ts";
import { ActivityExecution } from "./execution.ts";
import { type ActivityIntakeFacts, prepareActivity } from "./intake.ts";
import { LocalActivity, type LocalAttempt, type LocalEnding } from "./local-activity.ts";
import { isCancellationError, type Outcome } from "./outcome.ts";
import type { ReportedAttempt } from "./reporter.ts";
import { runAttempt } from "./run-attempt.ts";

/** What running local activities takes. */
export interface LocalActivityTasksOptions extends Pick<OutcomeConversion, "maxResultBytes"> {
  readonly facts: ActivityIntakeFacts;
  readonly slots: SlotSupplier;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metricMeter: MetricMeter;
  readonly interceptors: readonly ActivityInterceptorsFactory[];
  readonly client: Client | undefined;
}

/** The run that asks, and how it is answered. */
export interface LocalActivityCaller {
  readonly thread: number;
  report(result: LocalActivityResult): void;
  /** Another worker is to go on with the run. */
  giveUp(why: string): void;
}

type Request = Extract<FromThread, { kind: "localActivities" }>;
type Workflow = Pick<Request, "runId" | "instance" | "workflowId" | "workflowType">;

interface CallingRun {
  readonly runId: string;
  readonly thread: number;
  readonly activities: Map<number, LocalActivity>;
}

/** Runs the local activities of a worker's workflows. */
export class LocalActivityTasks {
  readonly #options: LocalActivityTasksOptions;
  readonly #runs = new Map<string, CallingRun>();
  #shutdown = false;
  #onIdle: (() => void)[] = [];
  #lastToken = 0;

  constructor(options: LocalActivityTasksOptions) {
    this.#options = options;
  }

  /** Number of attempts under way. */
  get running(): number {
    let count = 0;
    for (const { activities } of this.#runs.values()) {
      for (const activity of activities.values()) if (activity.running) count += 1;
    }
    return count;
  }

  /** Attempts that the server is to know of with the answer to a run's workflow task, see `LocalActivity.repeatedAttempts`. */
  repeatedAttempts(runId: string): number {
    let count = 0;
    for (const activity of this.#of(runId)) count += activity.repeatedAttempts;
    return count;
  }

  /** The server has the answer to a run's workflow task; what still runs goes on in the next one. */
  taskAnswered(runId: string): void {
    for (const activity of this.#of(runId)) activity.taskAnswered();
  }

  /** Does what a run asks for. */
  take(request: Request, caller: LocalActivityCaller): void {
    const { schedule, cancel, cancelAll } = request;
    const key = `${caller.thread}.${request.instance}`;
    if (cancelAll) this.#forget(key);
    for (const seq of cancel) this.#runs.get(key)?.activities.get(seq)?.cancel();
    for (const command of schedule) this.#schedule(key, { command, workflow: request, caller });
  }

  /** A thread is gone, and all runs that it had. */
  forgetThread(thread: number): void {
    for (const [key, run] of [...this.#runs]) if (run.thread === thread) this.#forget(key);
  }

  /** Cancels every local activity because the worker waits no longer. */
  cancelAll(): void {
    this.#shutdown = true;
    for (const { activities } of [...this.#runs.values()]) {
      for (const activity of [...activities.values()]) activity.shutDown();
    }
  }

  /** Resolves when none is left. */
  idle(): Promise<void> {
    if (this.#runs.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  *#of(runId: string): Iterable<LocalActivity> {
    for (const run of this.#runs.values()) if (run.runId === runId) yield* run.activities.values();
  }

  #schedule(key: string, call: Call): void {
    let run = this.#runs.get(key);
    if (run === undefined) {
      run = { runId: call.workflow.runId, thread: call.caller.thread, activities: new Map() };
      this.#runs.set(key, run);
    }
    const { activities } = run;
    const { command, caller } = call;
    const { seq, activityType } = command;
    const done = (ending: LocalEnding): void => {
      activities.delete(seq);
      if (activities.size === 0) this.#drop(key);
      if (ending.kind === "result") caller.report(ending.result);
      else
        caller.giveUp(`The worker shuts down: the local activity ${activityType} did not complete in time`);
    };
    const { clock, slots } = this.#options;
    const begin = (attempt: number, scheduledMs: number): LocalAttempt =>
      this.#begin(call, attempt, scheduledMs);
    const activity = new LocalActivity({ command, clock, slots, begin, done });
    activities.set(seq, activity);
    if (this.#shutdown) activity.shutDown();
    activity.start();
  }

  #forget(key: string): void {
    const run = this.#runs.get(key);
    if (run === undefined) return;
    for (const activity of run.activities.values()) activity.forget();
    this.#drop(key);
  }

  #drop(key: string): void {
    this.#runs.delete(key);
    if (this.#runs.size > 0) return;
    const waiting = this.#onIdle;
    this.#onIdle = [];
    for (const resolve of waiting) resolve();
  }

  #begin({ command, workflow }: Call, attempt: number, scheduledMs: number): LocalAttempt {
    const { logger, metricMeter, interceptors, client } = this.#options;
    const info = this.#info(command, workflow, { attempt, scheduledMs });
    let execution: ActivityExecution;
    try {
      execution = new ActivityExecution({
        info,
        heartbeat: () => {},
        logger,
        metricMeter,
        interceptors,
        client,
      });
    } catch (error) {
      // An interceptor's factory threw.
      return { cancel: () => {}, end: this.#failedEnd(error, info) };
    }
    return {
      cancel: (order: CancelOrder) => execution.cancel(order),
      end: this.#run(execution, command),
    };
  }

  async #run(
    execution: ActivityExecution,
    command: ScheduleLocalActivity,
  ): Promise<LocalActivityEnd | undefined> {
    const { facts, clock } = this.#options;
    const { info } = execution.context;
    try {
      const prepared = await prepareActivity(command, facts, dataContextOf(info));
      const { outcome } = await runAttempt(execution, prepared, clock);
      if (wasInterrupted(execution, outcome)) return undefined;
      const { outputType } = prepared;
      return await this.#endOf(outcome, info, { logger: execution.logger, outputType });
    } catch (error) {
      execution.logger.error(`Error while processing a local activity: ${errorMessage(error)}`, { error });
      return this.#failedEnd(error, info);
    }
  }

  #failedEnd(error: unknown, info: Info): Promise<LocalActivityEnd> {
    return this.#endOf({ kind: "failed", failure: ensureApplicationFailure(error) }, info, this.#options);
  }

  async #endOf(
    outcome: Outcome,
    info: Info,
    { logger, outputType }: Pick<ReportedAttempt, "logger" | "outputType">,
  ): Promise<LocalActivityEnd> {
    const { facts, maxResultBytes } = this.#options;
    const known = outcome.kind === "completesAsync" || outcome.kind === "unwanted" ? notAsync(info) : outcome;
    const attempt = { of: dataContextOf(info), info, logger, outputType };
    const converted = await convertOutcome(known, attempt, { data: facts.data, maxResultBytes });
    return converted.kind === "completed"
      ? { kind: "completed", result: converted.result }
      : { kind: converted.kind, failure: converted.failure };
  }

  #info(
    command: ScheduleLocalActivity,
    { runId, workflowId, workflowType }: Workflow,
    { attempt, scheduledMs }: { readonly attempt: number; readonly scheduledMs: number },
  ): Info {
    const { namespace, taskQueue } = this.#options.facts;
    const taskToken = new TextEncoder().encode(`local_act_${++this.#lastToken}`);
    const { scheduleToCloseTimeoutMs = 0, startToCloseTimeoutMs = scheduleToCloseTimeoutMs } = command;
    const firstMs = optionalTsToMs(command.originalScheduleTime) ?? scheduledMs;
    return {
      taskToken,
      base64TaskToken: toBase64(taskToken),
      taskQueue,
      activityId: command.activityId,
      activityType: command.activityType,
      activityNamespace: namespace,
      attempt,
      isLocal: true,
      workflowExecution: { workflowId, runId },
      workflowNamespace: namespace,
      workflowType,
      scheduledTimestampMs: firstMs,
      currentAttemptScheduledTimestampMs: scheduledMs,
      scheduleToCloseTimeoutMs,
      startToCloseTimeoutMs,
      heartbeatTimeoutMs: undefined,
      heartbeatDetails: undefined,
      priority: undefined,
      retryPolicy: retryPolicyOf(command),
      namespace,
      activityRunId: undefined,
      inWorkflow: true,
    };
  }
}

interface Call {
  readonly command: ScheduleLocalActivity;
  readonly workflow: Workflow;
  readonly caller: LocalActivityCaller;
}

function dataContextOf(info: Info): ActivityDataContext {
  return {
    namespace: info.namespace,
    activityId: info.activityId,
    workflowId: info.workflowExecution?.workflowId,
    isLocal: true,
  };
}

function retryPolicyOf({ retryPolicy }: ScheduleLocalActivity): Info["retryPolicy"] {
  if (retryPolicy === undefined) return undefined;
  const { initialIntervalMs, maximumIntervalMs, nonRetryableErrorTypes, ...others } = retryPolicy;
  return {
    ...others,
    initialInterval: initialIntervalMs,
    maximumInterval: maximumIntervalMs,
    nonRetryableErrorTypes: nonRetryableErrorTypes === undefined ? undefined : [...nonRetryableErrorTypes],
  };
}

/** It did as it was told by a worker that shuts down; that is no outcome for the workflow. */
function wasInterrupted(execution: ActivityExecution, outcome: Outcome): boolean {
  if (execution.cancelReason !== "WORKER_SHUTDOWN" || outcome.kind !== "failed") return false;
  return outcome.failure.type === "WorkerShutdown" || isCancellationError(outcome.failure.cause);
}

function notAsync({ activityType }: Info): Outcome & { kind: "failed" } {
  return {
    kind: "failed",
    failure: ApplicationFailure.nonRetryable(
      `The local activity ${activityType} threw CompleteAsyncError: only activities that are not local can complete elsewhere`,
      "CompleteAsyncError",
    ),
  };
}
