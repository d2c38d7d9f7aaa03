import type { Init } from "../codec-runtime/init.ts";
import type { HistoryEvent } from "../gen/codec/temporal/api/history/v1/message.ts";
import type { Message } from "../gen/codec/temporal/api/protocol/v1/message.ts";
import type { DeploymentVersion, Job } from "./activation.ts";
import { CommandQueue } from "./command-queue.ts";
import { FlagLedger, type SdkIdentity } from "./flags.ts";
import { HistoryCursor } from "./history/cursor.ts";
import type { EvictReason } from "./input.ts";
import { LOCAL_ACTIVITY, LocalActivities } from "./local-activities.ts";
import type { LocalActivityResult } from "./local-activity-jobs.ts";
import type { InheritedStart, QueuedCommand, Scene, TransitionObserver } from "./machine.ts";
import { MachineStore } from "./machine-store.ts";
import type { WorkflowTask } from "./task.ts";
import type { UpdateRequestMessage } from "./update-messages.ts";

/** What a run must know of its worker. */
export interface RunOptions extends SdkIdentity {
  readonly runId: string;
  /** The worker's task queue. */
  readonly taskQueue: string;
  /** The worker's own build; absent when it has none. */
  readonly deploymentVersion?: DeploymentVersion | undefined;
  /** Nondeterminism fails the workflow instead of its task. */
  readonly nondeterminismFailsWorkflow: boolean;
  /** Told of each transition of a machine; for coverage. Default: none. */
  readonly onTransition?: TransitionObserver | undefined;
}

/**
 * What the run waits for.
 * - `idle`: a task. - `jobs`, `queries`, `legacyQuery`: the completion of such an activation. - `page`: a page of history.
 * - `locals`: how a local activity ends, or that the task must be answered before. - `answer`, `queryAnswer`: what the server says to the answer. - `gone`: nothing, it was evicted.
 */
export type Stage =
  | "idle"
  | "jobs"
  | "queries"
  | "legacyQuery"
  | "page"
  | "locals"
  | "answer"
  | "queryAnswer"
  | "gone";

/** The whole state of a run; see `run.ts` for its invariants. */
export interface Run extends Scene {
  readonly options: RunOptions;
  readonly cursor: HistoryCursor;
  readonly machines: MachineStore;
  readonly commands: CommandQueue;
  jobs: Job[];
  readonly issued: QueuedCommand[];
  outbox: Init<Message>[];
  inherited: InheritedStart;
  replaying: boolean;
  sliceIsFinal: boolean;
  event: HistoryEvent | undefined;
  eventId: number;
  endStartedId: number;

  stage: Stage;
  /** The open task; `undefined` while idle. */
  task: WorkflowTask | undefined;
  /** A slice of the open task's history must be applied before anything else. */
  mustApply: boolean;
  /** Messages of the open task whose place in history has not come yet. */
  inbox: readonly UpdateRequestMessage[];
  /** Ends of local activities that the open task begins with, until they are told. */
  endsBefore: readonly LocalActivityResult[];
  /** Requests admitted in the slice that is being replayed, by protocol instance id. */
  readonly admitted: Map<string, UpdateRequestMessage>;
  /** The eviction to carry out once the open task is answered. */
  evictLater: { readonly reason: EvictReason; readonly message: string } | undefined;

  /** Id of the last event that was applied or skipped. */
  lastEventId: number;
  /** Start event of the last workflow task that took effect. */
  currentStartedId: number;
  /** `previousStartedEventId` of the open task. */
  previousStartedId: number;
  timeMs: number;
  nowMs: number;
  /** How long the server waits for the answer to a workflow task of this run; 0 before the start event. */
  taskTimeoutMs: number;
  /** The open task must be answered although local activities still run. */
  heartbeatDue: boolean;
  /** The event with this id is skipped if it is the upsert that goes with the skipped marker of a patch. */
  skipUpsertAt: number;
  /** History holds the event that ends the run. */
  terminalSeen: boolean;
  /** Workflow code issued a command that ends the run. */
  ended: boolean;
  deployment: DeploymentVersion | undefined;
  versioningBehavior: number;
}

const NOT_STARTED: InheritedStart = { memo: undefined, retryPolicy: undefined, searchAttributes: undefined };

/** What machines may change in their run. */
const changes: Pick<Run, "taskStarted" | "advanceTime" | "searchAttributesChanged" | "runEnds"> &
  ThisType<Run> = {
  taskStarted(startedId, timeMs) {
    this.currentStartedId = startedId;
    this.advanceTime(timeMs);
    if (this.replaying) return;
    // What history has no marker for by now, it will never have one for.
    for (const machine of this.machines.ofKind(LOCAL_ACTIVITY)) {
      if (machine.state === "waitingForMarker") machine.advance("liveTask", undefined, this);
    }
  },
  advanceTime(timeMs) {
    if (timeMs > this.timeMs) this.timeMs = timeMs;
  },
  searchAttributesChanged(fields) {
    const searchAttributes = { ...this.inherited.searchAttributes, ...fields };
    this.inherited = { ...this.inherited, searchAttributes };
  },
  runEnds() {
    this.ended = true;
    this.locals.end();
  },
};

/** State of a run that has seen nothing yet. */
export function newRunState(options: RunOptions): Run {
  const flags = new FlagLedger(options);
  return {
    options,
    runId: options.runId,
    taskQueue: options.taskQueue,
    flags,
    cursor: new HistoryCursor(flags),
    machines: new MachineStore(),
    commands: new CommandQueue(),
    jobs: [],
    issued: [],
    outbox: [],
    updates: new Map(),
    inherited: NOT_STARTED,
    patches: new Map(),
    locals: new LocalActivities(),
    replaying: false,
    sliceIsFinal: false,
    event: undefined,
    eventId: 0,
    endStartedId: 0,
    onTransition: options.onTransition,
    stage: "idle",
    task: undefined,
    mustApply: false,
    inbox: [],
    endsBefore: [],
    admitted: new Map(),
    evictLater: undefined,
    lastEventId: 0,
    currentStartedId: 0,
    previousStartedId: 0,
    timeMs: 0,
    nowMs: 0,
    taskTimeoutMs: 0,
    heartbeatDue: false,
    skipUpsertAt: 0,
    terminalSeen: false,
    ended: false,
    facts: {
      historySizeBytes: 0,
      continueAsNewSuggested: false,
      continueAsNewReasons: [],
      targetDeploymentVersionChanged: false,
    },
    deployment: undefined,
    versioningBehavior: 0,
    ...changes,
  };
}
