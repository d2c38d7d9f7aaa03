import type { ActivityInterceptorsFactory } from "../activity/interceptors.ts";
import type { Client } from "../client/client.ts";
import type { Duration } from "../common/duration.ts";
import type { VersioningBehavior, WorkerDeploymentVersion } from "../common/versioning.ts";
import type { DataConverter } from "../converter/mod.ts";
import type { Connection } from "../transport/connection.ts";
import type { WorkflowInfo } from "../workflow/workflow-info.ts";
import type { InjectedSinks } from "./sinks.ts";

/** Options of {@link Worker.create}. */
export interface WorkerOptions {
  /** The task queue that the worker takes its tasks from. */
  readonly taskQueue: string;
  /** Default: a connection without TLS to `localhost:7233`, closed when the worker has stopped. */
  readonly connection?: Connection | undefined;
  /** Default `"default"`. */
  readonly namespace?: string | undefined;
  /** Names this worker in histories and in the server's UI. Default `<pid>@<hostname>`. */
  readonly identity?: string | undefined;
  /** Names the code that runs. Default `perdure@<version>+<hash of the workflow bundle>`. */
  readonly buildId?: string | undefined;
  /** Deployment-based versioning; excludes `buildId`. */
  readonly workerDeploymentOptions?: WorkerDeploymentOptions | undefined;
  /** Path or file URL of the module that exports the workflows, on Deno also its `https:` URL; bundled when the worker is created. Needs esbuild. */
  readonly workflowsPath?: string | undefined;
  /** A bundle made beforehand by `bundleWorkflowCode`; goes before `workflowsPath`. */
  readonly workflowBundle?: WorkflowBundleOption | undefined;
  readonly bundlerOptions?: BundlerOptions | undefined;
  /** Activity functions by type. What is not a function is ignored; `default` runs types that have none of their own. */
  readonly activities?: object | undefined;
  /** Whether to poll for activities at all. Default true. Without activities the worker does not poll for them. */
  readonly enableNonLocalActivities?: boolean | undefined;
  readonly dataConverter?: DataConverter | undefined;
  readonly interceptors?: WorkerInterceptors | undefined;
  /** What workflows call through `proxySinks`. */
  readonly sinks?: InjectedSinks | undefined;
  /** What `getClient()` gives to activities. */
  readonly client?: Client | undefined;
  /**
   * Decides, once per run and patch, whether a patch met for the first time becomes active. Called in the main thread, must
   * return quickly. Default: always.
   */
  readonly patchActivationCallback?: PatchActivationCallback | undefined;
  /**
   * Milliseconds or text. How long activities may go on after shutdown was asked for, before they are cancelled. Local activities go
   * on to their end, unless `shutdownForceTime` comes before. Default 0.
   */
  readonly shutdownGraceTime?: Duration | undefined;
  /** How long shutdown may take in all; then `run()` rejects. Default: as long as it takes. */
  readonly shutdownForceTime?: Duration | undefined;
  /** Workflow tasks at a time. Default 40; at least 2 and at most `maxCachedWorkflows` while workflows are cached. */
  readonly maxConcurrentWorkflowTaskExecutions?: number | undefined;
  /** Activities at a time. Default 100. */
  readonly maxConcurrentActivityTaskExecutions?: number | undefined;
  /** Local activities at a time; further ones wait. Default 100. */
  readonly maxConcurrentLocalActivityExecutions?: number | undefined;
  /** Polls for workflow tasks at a time. Default: the smaller of 10 and the slots. At least 2 while workflows are cached. */
  readonly maxConcurrentWorkflowTaskPolls?: number | undefined;
  /** Polls for activity tasks at a time. Default: the smaller of 10 and the slots. */
  readonly maxConcurrentActivityTaskPolls?: number | undefined;
  readonly workflowTaskPollerBehavior?: PollerBehavior | undefined;
  readonly activityTaskPollerBehavior?: PollerBehavior | undefined;
  /** Share of workflow polls that goes to the normal queue, from 0 to 1; each queue has at least one. Default 0.2. */
  readonly nonStickyToStickyPollRatio?: number | undefined;
  /** How long a task waits for this worker on its sticky queue before any worker may take it. Default 10 seconds. */
  readonly stickyQueueScheduleToStartTimeout?: Duration | undefined;
  /** Workflows kept in memory between their tasks; 0 turns the cache off. Default: by the heap's limit, at least 10. */
  readonly maxCachedWorkflows?: number | undefined;
  /** Threads that run workflow code. Default 1. */
  readonly workflowThreadPoolSize?: number | undefined;
  /** Longest time between two heartbeats of an activity. Default 60 seconds. */
  readonly maxHeartbeatThrottleInterval?: Duration | undefined;
  /** Time between two heartbeats of an activity without a heartbeat timeout. Default 30 seconds. */
  readonly defaultHeartbeatThrottleInterval?: Duration | undefined;
  /** Activities that this worker starts per second. Default: no limit. */
  readonly maxActivitiesPerSecond?: number | undefined;
  /** Activities that the server dispatches per second, over all workers of the queue. Default: no limit. */
  readonly maxTaskQueueActivitiesPerSecond?: number | undefined;
  /** Activities started as part of a workflow task's answer, at most. 0 turns it off. Default 3. */
  readonly maxEagerActivityReservationsPerWorkflowTask?: number | undefined;
  /** Errors that fail the workflow instead of its task: class names by workflow type, `*` for every type. */
  readonly workflowFailureErrorTypes?: { readonly [workflowType: string]: readonly string[] } | undefined;
  /** Leave it to the server to refuse payloads that are too large. Default false. */
  readonly disablePayloadErrorLimit?: boolean | undefined;
  /** Add source text to answers of the `__enhanced_stack_trace` query. Default false. */
  readonly showStackTraceSources?: boolean | undefined;
  /**
   * Run each workflow again from its start whenever a task of it is done, and fail the task when that makes a difference: code
   * that is not deterministic is found at its first task instead of in production. Local activities are not run again, their ends are
   * told again. For development and tests: the time of a run grows with the square of its history. Default false.
   */
  readonly replayOnEveryTask?: boolean | undefined;
  /** No limit on the time an activation takes, for debuggers. Default: whether the variable `TEMPORAL_DEBUG` is set. */
  readonly debugMode?: boolean | undefined;
}

/** Interceptors of a worker. */
export interface WorkerInterceptors {
  /** Called for each activity execution, in order; the first is the outermost. */
  readonly activity?: readonly ActivityInterceptorsFactory[] | undefined;
  /** Modules that export `interceptors(): WorkflowInterceptors`; part of the bundle. */
  readonly workflowModules?: readonly string[] | undefined;
}

/** A bundle as text, or the path of a file that holds it. */
export type WorkflowBundleOption = WorkflowBundle | WorkflowBundlePath;

/** A workflow bundle. */
export interface WorkflowBundle {
  readonly code: string;
}

/** Where a workflow bundle lies. */
export interface WorkflowBundlePath {
  readonly codePath: string;
}

/** How workflow code is bundled. */
export interface BundlerOptions {
  /** Modules that workflow code imports but does not use at run time. */
  readonly ignoreModules?: readonly string[] | undefined;
  /** Modules evaluated once for all runs. */
  readonly preloadModules?: readonly string[] | undefined;
}

/** How many polls are under way at a time. */
export interface PollerBehavior {
  readonly type: "simple-maximum";
  /** Default: the smaller of 10 and the slots. */
  readonly maximum?: number | undefined;
}

/** Which deployment a worker belongs to. */
export type WorkerDeploymentOptions =
  | {
      readonly version: WorkerDeploymentVersion;
      readonly useWorkerVersioning: true;
      readonly defaultVersioningBehavior: VersioningBehavior;
    }
  | {
      readonly version: WorkerDeploymentVersion;
      readonly useWorkerVersioning: false;
      readonly defaultVersioningBehavior?: undefined;
    };

/** What a {@link PatchActivationCallback} is asked about. */
export interface PatchActivationInput {
  readonly patchId: string;
  /** Facts on the run where the patch is met for the first time: a copy, as it is then. */
  readonly workflowInfo: Readonly<WorkflowInfo>;
}

/**
 * Whether a patch becomes active in a run that meets it for the first time. Called synchronously while the workflow waits:
 * it must be quick. Patches that history has, and deprecated ones, are not asked about. What it throws fails the task.
 */
export type PatchActivationCallback = (input: PatchActivationInput) => boolean;
