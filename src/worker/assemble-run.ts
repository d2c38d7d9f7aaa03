import { type Logger, lowestLevel } from "../common/logger.ts";
import type { MetricMeter } from "../common/meter.ts";
import { versioningBehaviorNames } from "../common/versioning.ts";
import type { LoadedDataConverter } from "../converter/mod.ts";
import { PROTOCOL_VERSION, type WorkerFacts } from "../engine/protocol.ts";
import { WorkerVersioningMode } from "../gen/codec/temporal/api/enums/v1/deployment.ts";
import type { WorkerPlatform } from "../platform/worker-platform.ts";
import { CLIENT_NAME, CLIENT_VERSION } from "../transport/client-info.ts";
import { registerEagerStarter } from "../transport/eager-start.ts";
import { ActivityTasks } from "./activity/activity-tasks.ts";
import { LocalActivityTasks } from "./activity/local-activity-tasks.ts";
import type { Clock } from "./clock.ts";
import type { CompiledWorkerOptions } from "./compile-options.ts";
import { activityData, payloadTransform } from "./data-conversion.ts";
import { Poller } from "./pollers/poller.ts";
import { RateLimit } from "./pollers/rate-limit.ts";
import { type QueueKind, StickyBalance, splitPollers } from "./pollers/sticky-balance.ts";
import type { NamespaceFacts, WorkerService } from "./service.ts";
import { sinkFacts } from "./sink-facts.ts";
import { FixedSlots } from "./slots/fixed.ts";
import { pollError, WorkerRun } from "./worker-run.ts";
import { WorkerEagerStarter } from "./workflow/eager-starter.ts";
import { ObservedCalls } from "./workflow/observed-calls.ts";
import { isEmptyPoll } from "./workflow/peek.ts";
import { WorkflowWorker } from "./workflow/workflow-worker.ts";

/** What a run is assembled from: checked options, and ports to everything outside. */
export interface RunIngredients {
  readonly options: CompiledWorkerOptions;
  readonly buildId: string;
  readonly stickyQueue: string | undefined;
  readonly workerInstanceKey: string;
  /** Text of the workflow bundle; absent when the worker has no workflows. */
  readonly bundle: string | undefined;
  readonly service: WorkerService;
  /** The connection, by which clients of this process find the worker; absent: they do not. */
  readonly connection?: object | undefined;
  readonly namespaceFacts: NamespaceFacts;
  readonly capabilities: WorkerFacts["capabilities"];
  /** Largest request in bytes. */
  readonly maxMessageBytes: number;
  readonly dataConverter: LoadedDataConverter;
  readonly platform: Pick<WorkerPlatform, "startThread">;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly metricMeter: MetricMeter;
}

/** Puts the parts of a worker together. Nothing is started. */
export function assembleRun(ingredients: RunIngredients): WorkerRun {
  const { options, service, clock, logger, namespaceFacts } = ingredients;
  const workflowSlots = new FixedSlots(options.maxConcurrentWorkflowTaskExecutions);
  const activitySlots = new FixedSlots(options.maxConcurrentActivityTaskExecutions);
  const activities = options.enableNonLocalActivities ? activityTasks(ingredients) : undefined;
  const localActivities = ingredients.bundle === undefined ? undefined : localActivityTasks(ingredients);
  let eagerOpen = activities !== undefined;
  let eagerStarts: Announcement | undefined;
  const workflows =
    ingredients.bundle === undefined || localActivities === undefined
      ? undefined
      : workflowWorker(ingredients, {
          bundle: ingredients.bundle,
          localActivities,
          eager: {
            maxPerTask: options.maxEagerActivityReservationsPerWorkflowTask,
            tryReserve: () => (eagerOpen ? activitySlots.tryReserve() : undefined),
            run: (task, permit) => activities?.accept(task, permit),
          },
          onFatal: (error) => run.failNow(error),
        });
  const onFatal = (subject: string) => (error: unknown) => run.fail(pollError(subject, error));
  const run: WorkerRun = new WorkerRun({
    service,
    clock,
    logger,
    workflows,
    activities,
    localActivities,
    workflowPollers:
      workflows === undefined
        ? []
        : workflowPollers(ingredients, {
            workflows,
            slots: workflowSlots,
            onFatal: onFatal("workflow task"),
          }),
    activityPollers:
      activities === undefined
        ? []
        : activityPollers(ingredients, {
            activities,
            slots: activitySlots,
            onFatal: onFatal("activity task"),
          }),
    shutdownGraceTimeMs: options.shutdownGraceTimeMs,
    shutdownForceTimeMs: options.shutdownForceTimeMs,
    pollCompleteOnShutdown: namespaceFacts.pollCompleteOnShutdown,
    openEager: () => {
      if (workflows !== undefined) eagerStarts = announce(ingredients, workflows, workflowSlots);
    },
    closeEager: () => {
      eagerOpen = false;
      eagerStarts?.withdraw();
    },
    eagerIdle: async () => eagerStarts?.starter.idle(),
  });
  return run;
}

function activityTasks(ingredients: RunIngredients): ActivityTasks {
  const { options, namespaceFacts } = ingredients;
  return new ActivityTasks({
    facts: {
      namespace: options.namespace,
      taskQueue: options.taskQueue,
      activities: options.activities,
      data: activityData(ingredients.dataConverter),
    },
    service: ingredients.service,
    clock: ingredients.clock,
    logger: ingredients.logger,
    metricMeter: ingredients.metricMeter,
    interceptors: options.activityInterceptors,
    client: options.client,
    heartbeatThrottle: {
      defaultMs: options.defaultHeartbeatThrottleIntervalMs,
      maxMs: options.maxHeartbeatThrottleIntervalMs,
    },
    maxResultBytes: options.disablePayloadErrorLimit ? 0 : namespaceFacts.blobSizeLimit,
  });
}

function localActivityTasks(ingredients: RunIngredients): LocalActivityTasks {
  const { options, namespaceFacts, clock, logger, metricMeter } = ingredients;
  return new LocalActivityTasks({
    facts: {
      namespace: options.namespace,
      taskQueue: options.taskQueue,
      activities: options.activities,
      // What stays in the process needs no codec; the result passes it on its way into history.
      data: activityData({ ...ingredients.dataConverter, payloadCodecs: [] }),
    },
    slots: new FixedSlots(options.maxConcurrentLocalActivityExecutions),
    clock,
    logger,
    metricMeter,
    interceptors: options.activityInterceptors,
    client: options.client,
    maxResultBytes: options.disablePayloadErrorLimit ? 0 : namespaceFacts.blobSizeLimit,
  });
}

function workflowWorker(
  ingredients: RunIngredients,
  parts: { readonly bundle: string } & Pick<
    ConstructorParameters<typeof WorkflowWorker>[0],
    "eager" | "localActivities" | "onFatal"
  >,
): WorkflowWorker {
  const { options, service, clock, logger, metricMeter, platform } = ingredients;
  return new WorkflowWorker({
    threads: options.workflowThreadPoolSize,
    init: {
      kind: "init",
      protocolVersion: PROTOCOL_VERSION,
      bundle: parts.bundle,
      worker: workerFacts(ingredients),
    },
    platform,
    service,
    clock,
    logger,
    eager: parts.eager,
    localActivities: parts.localActivities,
    observed: new ObservedCalls({ logger, metricMeter, sinks: options.sinks }),
    transform: payloadTransform(ingredients.dataConverter),
    patchActivationCallback: options.patchActivationCallback,
    onFatal: parts.onFatal,
  });
}

function workerFacts(ingredients: RunIngredients): WorkerFacts {
  const { options, namespaceFacts, stickyQueue } = ingredients;
  const limited = !options.disablePayloadErrorLimit;
  const sinks = sinkFacts(options.sinks);
  return {
    namespace: options.namespace,
    taskQueue: options.taskQueue,
    identity: options.identity,
    buildId: ingredients.buildId,
    sdkName: CLIENT_NAME,
    sdkVersion: CLIENT_VERSION,
    workerInstanceKey: ingredients.workerInstanceKey,
    sticky:
      stickyQueue === undefined
        ? undefined
        : { queue: stickyQueue, scheduleToStartTimeoutMs: options.stickyQueueScheduleToStartTimeoutMs },
    maxCachedWorkflows: Math.ceil(options.maxCachedWorkflows / options.workflowThreadPoolSize),
    deployment: deploymentFacts(options),
    capabilities: ingredients.capabilities,
    transformsPayloads: ingredients.dataConverter.payloadCodecs.length > 0,
    limits: {
      payloadErrorBytes: limited ? namespaceFacts.blobSizeLimit : 0,
      memoErrorBytes: limited ? namespaceFacts.memoSizeLimit : 0,
      messageBytes: ingredients.maxMessageBytes,
    },
    workflowFailureErrorTypes: options.workflowFailureErrorTypes,
    deadlockTimeoutMs: options.deadlockTimeoutMs,
    showStackTraceSources: options.showStackTraceSources,
    sinks,
    registeredActivities: [...options.activities.keys()],
    logLevel: lowestLevel(ingredients.logger),
    replayOnEveryTask: options.replayOnEveryTask,
    asksBeforePatching: options.patchActivationCallback !== undefined,
  };
}

function deploymentFacts(options: CompiledWorkerOptions): WorkerFacts["deployment"] {
  const deployment = options.workerDeploymentOptions;
  if (deployment === undefined) return undefined;
  return {
    deploymentName: deployment.version.deploymentName,
    buildId: deployment.version.buildId,
    useWorkerVersioning: deployment.useWorkerVersioning,
    defaultVersioningBehavior: deployment.useWorkerVersioning
      ? versioningBehaviorNames.encode(deployment.defaultVersioningBehavior)
      : 0,
  };
}

interface Announcement {
  readonly starter: WorkerEagerStarter;
  readonly withdraw: () => void;
}

/** Clients on the same connection may start workflows here without a poll. */
function announce(
  { connection, options }: RunIngredients,
  workflows: WorkflowWorker,
  slots: FixedSlots,
): Announcement | undefined {
  if (connection === undefined) return undefined;
  const { namespace, taskQueue } = options;
  const deployment = deploymentFacts(options);
  const { UNVERSIONED, VERSIONED } = WorkerVersioningMode;
  const starter = new WorkerEagerStarter({
    namespace,
    taskQueue,
    slots,
    deployment: deployment && {
      deploymentName: deployment.deploymentName,
      buildId: deployment.buildId,
      workerVersioningMode: deployment.useWorkerVersioning ? VERSIONED : UNVERSIONED,
    },
    accept: (task, permit) => void workflows.accept(task, permit),
  });
  return { starter, withdraw: registerEagerStarter(connection, starter) };
}

function workflowPollers(
  ingredients: RunIngredients,
  parts: {
    readonly workflows: WorkflowWorker;
    readonly slots: FixedSlots;
    readonly onFatal: (error: unknown) => void;
  },
): Poller<Uint8Array>[] {
  const { options, stickyQueue } = ingredients;
  const { workflows, slots, onFatal } = parts;
  const polls = options.maxConcurrentWorkflowTaskPolls;
  const poller = (queue: QueueKind, maximum: number, balance?: StickyBalance): Poller<Uint8Array> => {
    const gate =
      balance === undefined
        ? undefined
        : { enter: (signal: AbortSignal) => balance.enter(queue, signal), leave: () => balance.leave(queue) };
    return new Poller({
      subject: "workflow task",
      maximum,
      slots,
      gate,
      poll: async (signal) => taskOf(await ingredients.service.pollWorkflowTask(queue, signal)),
      accept: (task, permit) => {
        const peeked = workflows.accept(task, permit);
        if (queue === "sticky") balance?.noteStickyBacklog(peeked?.stickyBacklog ?? 0);
      },
      onFatal,
      ...pollerPorts(ingredients, "workflow task"),
    });
  };
  if (stickyQueue === undefined) return [poller("normal", polls)];
  const { normal, sticky } = splitPollers(polls, options.nonStickyToStickyPollRatio);
  const balance = new StickyBalance(options.maxConcurrentWorkflowTaskExecutions);
  return [poller("sticky", sticky, balance), poller("normal", normal, balance)];
}

function activityPollers(
  ingredients: RunIngredients,
  parts: {
    readonly activities: ActivityTasks;
    readonly slots: FixedSlots;
    readonly onFatal: (error: unknown) => void;
  },
): Poller<Uint8Array>[] {
  const { options, clock } = ingredients;
  const perSecond = options.maxActivitiesPerSecond;
  const poller = new Poller({
    subject: "activity task",
    maximum: options.maxConcurrentActivityTaskPolls,
    slots: parts.slots,
    rateLimit: perSecond === undefined ? undefined : new RateLimit(perSecond, clock),
    poll: async (signal) => taskOf(await ingredients.service.pollActivityTask(signal)),
    accept: (task, permit) => parts.activities.accept(task, permit),
    onFatal: parts.onFatal,
    ...pollerPorts(ingredients, "activity task"),
  });
  return [poller];
}

function pollerPorts(
  { clock, random, logger }: RunIngredients,
  subject: string,
): Pick<ConstructorParameters<typeof Poller>[0], "clock" | "random" | "onRetry"> {
  return {
    clock,
    random,
    onRetry: (error, delayMs) =>
      logger.warn(`Polling for ${subject}s failed; trying again`, { error, delayMs }),
  };
}

function taskOf(bytes: Uint8Array): Uint8Array | undefined {
  return isEmptyPoll(bytes) ? undefined : bytes;
}
