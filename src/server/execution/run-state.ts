import type { Init } from "../../codec-runtime/init.ts";
import type { Payload, Payloads } from "../../gen/codec/temporal/api/common/v1/message.ts";
import type { WorkflowExecutionStatus } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { Failure } from "../../gen/codec/temporal/api/failure/v1/message.ts";
import type { ResetPointInfo } from "../../gen/codec/temporal/api/workflow/v1/message.ts";
import type { EventValue, StoredEvent } from "../history/event.ts";
import { StagedMap } from "./staged-map.ts";
import type { LiveUpdate, UpdateRecord } from "./update-record.ts";

/** Where the one pending workflow task stands. Replaced, never changed. */
export interface WorkflowTask {
  /**
   * - `normal`: its events are in the history
   * - `transient`: an attempt after the first; its events are written when it completes
   * - `speculative`: made for updates alone; its events are written when it completes with something to keep
   */
  readonly kind: "normal" | "transient" | "speculative";
  readonly scheduledId: number;
  readonly scheduledMs: number;
  /** When the first of a chain of heartbeating tasks was scheduled. */
  readonly originalScheduledMs: number;
  /** 0 until a worker takes it. */
  readonly startedId: number;
  readonly startedMs: number;
  readonly requestId: string;
  readonly identity: string;
  readonly attempt: number;
  /** Start to close. */
  readonly timeoutMs: number;
  /** Changes with each task, so that an old one in a task queue is told from it. */
  readonly stamp: number;
  readonly queue: { readonly name: string; readonly sticky: boolean };
  readonly historySizeBytes: number;
  readonly suggestContinueAsNewReasons: readonly number[];
}

/** One pending activity. Replaced, never changed. */
export interface ActivityRecord {
  readonly scheduled: EventValue<"activityTaskScheduled">;
  readonly scheduledId: number;
  readonly firstScheduledMs: number;
  /** When the present attempt was, or will be, handed to the task queue. */
  readonly scheduledMs: number;
  /** Undefined while not with a worker. */
  readonly startedMs: number | undefined;
  readonly requestId: string;
  readonly identity: string;
  readonly attempt: number;
  /** Changes when a task that lies in a task queue is no longer valid. */
  readonly stamp: number;
  readonly cancelRequestedId: number | undefined;
  readonly lastHeartbeatMs: number | undefined;
  readonly heartbeatDetails: Init<Payloads> | undefined;
  readonly lastFailure: Init<Failure> | undefined;
  readonly lastWorkerIdentity: string;
  readonly lastStartedMs: number | undefined;
  /** When a worker last said that an attempt failed; timeouts do not count. */
  readonly lastAttemptCompleteMs: number | undefined;
  /** How long it waits, or waited, before this attempt. */
  readonly retryIntervalMs: number;
  /** Waits for its back-off to end. */
  readonly backingOff: boolean;
}

/** One timer. */
export interface TimerRecord {
  readonly timerId: string;
  readonly startedId: number;
  readonly fireMs: number;
}

/** One child workflow that is not over. */
export interface ChildRecord {
  readonly initiated: EventValue<"startChildWorkflowExecutionInitiated">;
  readonly initiatedId: number;
  /** 0 until it is started; {@link BUFFERED_EVENT_ID} while that event waits in the buffer. */
  readonly startedId: number;
  readonly runId: string;
}

/** One signal or cancel request to another workflow that is under way. */
export interface ExternalRecord {
  readonly kind: "signal" | "cancel";
  readonly initiatedId: number;
  readonly initiated:
    | EventValue<"signalExternalWorkflowExecutionInitiated">
    | EventValue<"requestCancelExternalWorkflowExecutionInitiated">;
}

/** What of a run is no list. A transaction works on a copy. */
export interface RunFields {
  status: WorkflowExecutionStatus;
  nextEventId: number;
  started: EventValue<"workflowExecutionStarted">;
  /** Of a run that a reset made: when it was made. */
  startMs: number;
  /** When its first event was written, by a run before a reset perhaps. */
  originalStartMs: number;
  /** When the whole chain of runs times out; undefined: never. A reset gives it its whole time anew. */
  expirationMs: number | undefined;
  /** When the first workflow task may be scheduled. */
  executionMs: number;
  closeMs: number | undefined;
  task: WorkflowTask | undefined;
  /** Attempt of the next workflow task. */
  taskAttempt: number;
  taskStamp: number;
  /** The task that no worker had when the run closed: descriptions go on showing it. */
  taskAtClose: WorkflowTask | undefined;
  /** First workflow task waits for a delay, cron or retry back-off. */
  backingOff: boolean;
  /** Id of the WorkflowTaskStarted event of the last completed workflow task; 0 before. */
  lastStartedId: number;
  lastCompletedTaskMs: number | undefined;
  /** Id of the event that ended the last workflow task that ended well. */
  lastTaskCompletedId: number;
  sticky: { readonly queue: string; readonly scheduleToStartMs: number } | undefined;
  cancelRequested: boolean;
  cancelRequestId: string;
  /** A close command was refused for buffered events: until the next task ends nothing more is let in. */
  closeAttempted: boolean;
  /** The run that goes on from an earlier point of this one; empty: it was not reset. */
  resetRunId: string;
  /** When a reset made this run; undefined: none did. */
  lastResetMs: number | undefined;
  signalCount: number;
  /** Updates that are accepted and not completed. */
  openUpdates: number;
  memo: Readonly<Record<string, Init<Payload>>>;
  searchAttributes: Readonly<Record<string, Init<Payload>>>;
  buffer: readonly StoredEvent[];
  stateTransitionCount: number;
  /** Builds of the workers that completed its tasks, as the search attribute `BuildIds` has them. */
  buildIds: readonly string[];
  /** Checksums of these, where workers give them, as the search attribute `BinaryChecksums` has them. */
  binaryChecksums: readonly string[];
  /** Where a new build of a worker took over: workflows can be reset to these. Without run id: of this run. */
  resetPoints: readonly Init<ResetPointInfo>[];
  versioningOverride: EventValue<"workflowExecutionStarted">["versioningOverride"];
  /** What the last completed workflow task said of its worker. */
  versioning: EventValue<"workflowTaskCompleted"> | undefined;
  mostRecentWorkerIdentity: string;
  /** Why a workflow task came to nothing last, of those that have an event; shared words. */
  lastProblem: readonly string[] | undefined;
  /** What the search attribute `TemporalReportedProblems` shows. */
  reportedProblem: readonly string[] | undefined;
}

const OF_TASK: ReadonlySet<string> = new Set<keyof RunFields>([
  "task",
  "taskStamp",
  "taskAttempt",
  "sticky",
  "stateTransitionCount",
]);

/** What all lists have. */
type Staged = Pick<StagedMap<unknown, unknown>, "size" | "commit" | "rollback">;

/** Everything that is known of a run. Lists can be taken back as the fields can; between changes empty ones are not there. */
export class RunState {
  fields: RunFields;
  #activities: StagedMap<number, ActivityRecord> | undefined;
  #activityIds: StagedMap<string, number> | undefined;
  #timers: StagedMap<string, TimerRecord> | undefined;
  #children: StagedMap<number, ChildRecord> | undefined;
  #externals: StagedMap<number, ExternalRecord> | undefined;
  #updates: StagedMap<string, UpdateRecord> | undefined;
  #liveUpdates: StagedMap<string, LiveUpdate> | undefined;
  #requestIds: StagedMap<string, true> | undefined;
  #startRequestIds: StagedMap<string, number> | undefined;
  #before: RunFields;
  #changing = false;

  constructor(fields: RunFields) {
    this.fields = fields;
    this.#before = fields;
  }

  get activities(): StagedMap<number, ActivityRecord> {
    if (this.#changing) this.#activities ??= new StagedMap();
    return this.#activities ?? NOTHING;
  }

  /** Activity id → id of its scheduled event. */
  get activityIds(): StagedMap<string, number> {
    if (this.#changing) this.#activityIds ??= new StagedMap();
    return this.#activityIds ?? NOTHING;
  }

  get timers(): StagedMap<string, TimerRecord> {
    if (this.#changing) this.#timers ??= new StagedMap();
    return this.#timers ?? NOTHING;
  }

  get children(): StagedMap<number, ChildRecord> {
    if (this.#changing) this.#children ??= new StagedMap();
    return this.#children ?? NOTHING;
  }

  get externals(): StagedMap<number, ExternalRecord> {
    if (this.#changing) this.#externals ??= new StagedMap();
    return this.#externals ?? NOTHING;
  }

  get updates(): StagedMap<string, UpdateRecord> {
    if (this.#changing) this.#updates ??= new StagedMap();
    return this.#updates ?? NOTHING;
  }

  /** Updates that no worker has accepted or refused yet, in the order in which they came. */
  get liveUpdates(): StagedMap<string, LiveUpdate> {
    if (this.#changing) this.#liveUpdates ??= new StagedMap();
    return this.#liveUpdates ?? NOTHING;
  }

  /** Request ids of signals and cancel requests that were seen. */
  get requestIds(): StagedMap<string, true> {
    if (this.#changing) this.#requestIds ??= new StagedMap();
    return this.#requestIds ?? NOTHING;
  }

  /** Request ids of starts → the event they were attached to. */
  get startRequestIds(): StagedMap<string, number> {
    if (this.#changing) this.#startRequestIds ??= new StagedMap();
    return this.#startRequestIds ?? NOTHING;
  }

  /** From here on, changes can be taken back. */
  begin(): void {
    this.#changing = true;
    this.#before = this.fields;
    this.fields = { ...this.fields };
  }

  commit(): void {
    this.#settle((list) => list.commit());
    this.#before = this.fields;
  }

  rollback(): void {
    this.#settle((list) => list.rollback());
    this.fields = this.#before;
  }

  /** Whether the present change touches more than the workflow task and updates that wait for it. */
  get changedBesidesTask(): boolean {
    const lists = [
      this.#activities,
      this.#activityIds,
      this.#timers,
      this.#children,
      this.#externals,
      this.#updates,
      this.#requestIds,
      this.#startRequestIds,
    ];
    if (lists.some((list) => list?.changed)) return true;
    const [before, after]: Readonly<Record<string, unknown>>[] = [{ ...this.#before }, { ...this.fields }];
    return Object.keys(after ?? {}).some((name) => !OF_TASK.has(name) && before?.[name] !== after?.[name]);
  }

  /** Buffer and workflow task as they were before the present change. */
  get before(): Readonly<Pick<RunFields, "buffer" | "task">> {
    return this.#before;
  }

  #settle(end: (list: Staged) => void): void {
    const kept = <List extends Staged>(list: List | undefined): List | undefined => {
      if (list !== undefined) end(list);
      return list === undefined || list.size === 0 ? undefined : list;
    };
    this.#activities = kept(this.#activities);
    this.#activityIds = kept(this.#activityIds);
    this.#timers = kept(this.#timers);
    this.#children = kept(this.#children);
    this.#externals = kept(this.#externals);
    this.#updates = kept(this.#updates);
    this.#liveUpdates = kept(this.#liveUpdates);
    this.#requestIds = kept(this.#requestIds);
    this.#startRequestIds = kept(this.#startRequestIds);
    this.#changing = false;
  }
}

/** A list that holds nothing. Only changes of a run have lists of their own to write to. */
class NoList extends StagedMap<never, never> {
  override set(): never {
    throw new Error("a list of a run was written to outside of a change of it");
  }
}

const NOTHING = new NoList();
