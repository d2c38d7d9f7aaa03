import type { DeterminismReport } from "../common/determinism-violation.ts";
import type { LogLevel } from "../common/logger.ts";
import type { EvictReason } from "../core/input.ts";
import type { LocalActivityResult, ScheduleLocalActivity } from "../core/local-activity-jobs.ts";

/**
 * The thread protocol: all that crosses between the main thread (I/O) and a workflow thread (engine, core, sandbox).
 * It is versioned, plain structured-clonable data, and a recording of it is a bug report.
 *
 * P1. A task is answered by exactly one `completion` with its `taskId` (also when nothing is sent to the server).
 * P2. One run has at most one task in the thread; the main thread queues further ones (newest full task wins).
 * P3. Every `wantPage` and `transform` is answered exactly once, by `page` and `payloads`; every `hostCall` in the shared
 *     memory that it brings (the thread waits there), or by `hostResult` where memory can't be shared.
 * P4. Bytes given over are not touched again by the giver (they may be transferred).
 * P5. Local activities belong to the life of a run in the cache (`instance`, unique in the thread): results for another life
 *     are dropped.
 * P6. Log, metric and sink records of an activation are sent before the completion of its task.
 */
export const PROTOCOL_VERSION = 1;

/** Everything a thread needs before its first task. */
export interface ThreadInit {
  readonly kind: "init";
  readonly protocolVersion: number;
  readonly threadIndex: number;
  /** The workflow bundle, as `engine/bundle.ts` defines it. */
  readonly bundle: string;
  readonly worker: WorkerFacts;
  /**
   * Int32 words: [0] activation count, odd while one runs; [1] id of the task whose activation runs, 0 when not told; see
   * `engine/progress.ts`. Absent where memory can't be shared.
   */
  readonly progress?: SharedArrayBuffer | undefined;
}

/** What is the same for all answers of a worker. */
export interface WorkerFacts {
  readonly namespace: string;
  readonly taskQueue: string;
  readonly identity: string;
  readonly buildId: string;
  readonly sdkName: string;
  readonly sdkVersion: string;
  readonly workerInstanceKey: string;
  /** Absent when the cache is off. */
  readonly sticky?: { readonly queue: string; readonly scheduleToStartTimeoutMs: number } | undefined;
  readonly maxCachedWorkflows: number;
  readonly deployment?:
    | {
        readonly deploymentName: string;
        readonly buildId: string;
        readonly useWorkerVersioning: boolean;
        /** `VersioningBehavior` number. */
        readonly defaultVersioningBehavior: number;
      }
    | undefined;
  readonly capabilities: { readonly sdkMetadata: boolean; readonly buildIdBasedVersioning: boolean };
  /** True when payloads must pass the main thread's codecs (or external storage). */
  readonly transformsPayloads: boolean;
  /** Bytes; 0 means unlimited. Checked after codecs. */
  readonly limits: {
    readonly payloadErrorBytes: number;
    readonly memoErrorBytes: number;
    readonly messageBytes: number;
  };
  /** Error class names that fail the workflow instead of its task, by workflow type; `*` for all. */
  readonly workflowFailureErrorTypes: { readonly [workflowType: string]: readonly string[] };
  /** Milliseconds one activation may take before it counts as a deadlock; 0 turns the check off. */
  readonly deadlockTimeoutMs: number;
  readonly showStackTraceSources: boolean;
  /** Sink functions the worker has, as `sink.function`, with those that also run during replay. */
  readonly sinks: { readonly [name: string]: { readonly callDuringReplay: boolean } };
  readonly registeredActivities: readonly string[];
  /** Log lines below this level are not sent; absent: all are. */
  readonly logLevel?: LogLevel | undefined;
  /** Run workflows again from their start before each answer, and compare. Default: false. */
  readonly replayOnEveryTask?: boolean | undefined;
  /** The worker has a `patchActivationCallback`. Default: false. */
  readonly asksBeforePatching?: boolean | undefined;
}

/** Time for a loop to show in a profile, while the server still waits. */
const SECOND_LOOK_MS = 1000;

/** Milliseconds that an entry may take when a task is looked at again because it hung; less if users said less. */
export function secondLookMs({ deadlockTimeoutMs }: Pick<WorkerFacts, "deadlockTimeoutMs">): number {
  return Math.min(SECOND_LOOK_MS, deadlockTimeoutMs);
}

/** Main thread to workflow thread. */
export type ToThread =
  | ThreadInit
  | {
      readonly kind: "task";
      readonly taskId: number;
      readonly runId: string;
      /** A raw `PollWorkflowTaskQueueResponse`. */
      readonly bytes: Uint8Array;
      /** How many activities of this task may be started eagerly; slots are reserved already. */
      readonly eagerSlots: number;
      /** True in quarantine, for a run that may loop or end its thread: every entry is timed, and watched by the profiler. */
      readonly timed: boolean;
      /** It hung a moment ago, and the server still waits for the answer: the limit is a short one. */
      readonly secondLook: boolean;
    }
  | {
      readonly kind: "page";
      readonly requestId: number;
      /** A raw `GetWorkflowExecutionHistoryResponse`, or why there is none. */
      readonly page:
        | { readonly kind: "bytes"; readonly bytes: Uint8Array }
        | { readonly kind: "error"; readonly message: string };
    }
  | {
      readonly kind: "payloads";
      readonly batchId: number;
      /** The transformed batch, in order; each item an encoded `Payload`. */
      readonly result:
        | { readonly kind: "ok"; readonly payloads: readonly Uint8Array[] }
        | { readonly kind: "error"; readonly failure: Uint8Array };
    }
  | {
      readonly kind: "localActivityResult";
      readonly runId: string;
      readonly instance: number;
      readonly result: LocalActivityResult;
    }
  /** The server will not wait much longer for the answer to a task that waits for local activities. */
  | { readonly kind: "heartbeatTask"; readonly taskId: number; readonly runId: string }
  | {
      readonly kind: "hostResult";
      readonly callId: number;
      readonly value: boolean;
      /** Set when the user's callback threw: the workflow task is to fail with it. */
      readonly error?: string | undefined;
    }
  | {
      readonly kind: "answered";
      readonly taskId: number;
      readonly runId: string;
      readonly outcome:
        | { readonly kind: "accepted"; readonly resetHistoryEventId: number }
        | {
            readonly kind: "refused";
            readonly reason: "notFound" | "unhandledCommand" | "messageTooLarge" | "other";
            readonly message: string;
          };
    }
  | {
      readonly kind: "evict";
      readonly runId: string;
      readonly message: string;
      /** Do not answer its open task. Default false: the task is answered first. */
      readonly dropTask?: boolean | undefined;
    }
  /** Replay a history from its start; answered by `replayed`. P1 and P3 hold as for a task. */
  | {
      readonly kind: "replay";
      readonly taskId: number;
      /** Empty: the one that the history names. */
      readonly workflowId: string;
      readonly history: WireHistory;
      /** It hung a moment ago: every entry is timed, shortly, and watched by the profiler. */
      readonly secondLook: boolean;
    }
  | { readonly kind: "close" };

/** A history on its way to a thread: an encoded `History`, or its proto3 JSON. */
export type WireHistory =
  | { readonly kind: "binary"; readonly bytes: Uint8Array }
  | { readonly kind: "json"; readonly text: string };

/** Why a replay did not go well. */
export interface ReplayFailure {
  /**
   * `badHistory`: it can't be read. `threadLost`: the thread died. The others are why the run would have left the cache of a
   * worker.
   */
  readonly reason: EvictReason | "badHistory" | "threadLost";
  readonly message: string;
  /** Of the error that workflow code threw, mapped to the user's files; may be empty. */
  readonly stack: string;
  readonly report?: DeterminismReport | undefined;
}

/** One line of log, one metric update or one sink call made by workflow code; replay rule already applied. */
export type ObservedCall =
  | {
      readonly kind: "log";
      readonly level: "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR";
      readonly message: string;
      readonly attributes: { readonly [key: string]: unknown };
      readonly timeMs: number;
    }
  | {
      readonly kind: "metric";
      readonly metric: {
        readonly type: "counter" | "histogram" | "gauge" | "up-down-counter";
        readonly valueType: "int" | "float";
        readonly name: string;
        readonly unit?: string | undefined;
        readonly description?: string | undefined;
      };
      readonly value: number;
      readonly tags: { readonly [key: string]: string | number | boolean };
    }
  | {
      readonly kind: "sink";
      readonly sink: string;
      readonly fn: string;
      readonly args: readonly unknown[];
      readonly workflowInfo: { readonly [key: string]: unknown };
    };

/** Workflow thread to main thread. */
export type FromThread =
  | { readonly kind: "ready"; readonly workflowTypes: readonly string[] }
  | { readonly kind: "initFailed"; readonly message: string; readonly stack: string }
  | {
      readonly kind: "completion";
      readonly taskId: number;
      readonly runId: string;
      /**
       * What to send: a raw `RespondWorkflowTaskCompletedRequest`, `RespondWorkflowTaskFailedRequest` or
       * `RespondQueryTaskCompletedRequest`; nothing for a dropped task.
       */
      readonly answer:
        | { readonly kind: "completed" | "failed" | "query"; readonly bytes: Uint8Array }
        | { readonly kind: "none"; readonly why: string };
      /** Of the granted eager slots, how many this answer asks to use. */
      readonly eagerSlotsUsed: number;
      readonly workflowType: string;
      /** `completeWorkflow`, `failWorkflow`, … when the answer ends the run. */
      readonly terminal?: string | undefined;
      /** For logs and metrics, when the task failed. */
      readonly failure?:
        | {
            readonly reason: "nondeterminism" | "workflow" | "historyFetch" | "messageTooLarge";
            readonly message: string;
            readonly stack: string;
          }
        | undefined;
      readonly replayedEvents: number;
    }
  | {
      readonly kind: "wantPage";
      readonly requestId: number;
      readonly workflowId: string;
      readonly runId: string;
      readonly token: Uint8Array;
    }
  | {
      readonly kind: "transform";
      readonly batchId: number;
      readonly direction: "encode" | "decode";
      readonly workflowId: string;
      /** Encoded `Payload`s. */
      readonly payloads: readonly Uint8Array[];
    }
  | {
      readonly kind: "localActivities";
      readonly runId: string;
      readonly instance: number;
      readonly workflowId: string;
      readonly workflowType: string;
      /** Payloads of local activities pass no codec: they stay in the process. */
      readonly schedule: readonly ScheduleLocalActivity[];
      readonly cancel: readonly number[];
      /** Nobody waits for any of them any more. */
      readonly cancelAll: boolean;
    }
  /** The task waits for local activities only. */
  | {
      readonly kind: "awaitLocals";
      readonly runId: string;
      readonly taskId: number;
      readonly taskTimeoutMs: number;
    }
  | { readonly kind: "observed"; readonly runId: string; readonly calls: readonly ObservedCall[] }
  | {
      readonly kind: "hostCall";
      readonly callId: number;
      readonly runId: string;
      readonly name: "patchActivation";
      readonly argument: string;
      /** `workflowInfo()` as plain data. */
      readonly workflowInfo: { readonly [key: string]: unknown };
      /** Where the answer goes, see `engine/host-reply.ts`. */
      readonly reply?: SharedArrayBuffer | undefined;
    }
  | { readonly kind: "evicted"; readonly runId: string; readonly reason: string }
  | {
      readonly kind: "replayed";
      readonly taskId: number;
      readonly runId: string;
      readonly workflowType: string;
      readonly events: number;
      readonly failure?: ReplayFailure | undefined;
    }
  | { readonly kind: "fatal"; readonly message: string; readonly stack: string };
