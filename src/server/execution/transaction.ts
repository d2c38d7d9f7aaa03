// Invariants
// T1. All changes of a run go through a transaction; it is synchronous, and either all of it happens or nothing.
// T2. While a workflow task is started, events from outside wait in the buffer; they come out when the task ends.
// T3. Effects on anything else (task queues, other runs, answers to waiting callers) happen after the commit, in order.
import { WorkflowTaskFailedCause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { WorkflowExecutionStatus as Status } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import { bufferBytes, flushBuffer, isBuffered } from "../history/buffer.ts";
import {
  BUFFERED_EVENT_ID,
  type EventExtras,
  type EventName,
  type EventValue,
  eventName,
  eventValue,
  makeEvent,
  type StoredEvent,
} from "../history/event.ts";
import { EVENT_KINDS } from "../history/event-kinds.ts";
import type { RunLimits } from "../limits.ts";
import { applyEvent } from "./apply.ts";
import type { Run } from "./run.ts";
import type { RunFields, RunState } from "./run-state.ts";
import { endUpdates } from "./update-end.ts";
import { failTask, scheduleTask, writeDeferredTask } from "./workflow-task.ts";

/** What a change comes to: what was written, batch by batch, and what is to be done once it is committed. */
export interface Outcome {
  readonly batches: readonly (readonly StoredEvent[])[];
  readonly effects: readonly (() => void)[];
}

/** One change of a run, from its checks to its events. */
export class Transaction {
  readonly run: Run;
  readonly state: RunState;
  readonly nowMs: number;
  readonly limits: RunLimits;
  /** A workflow task is wanted when all is done. */
  taskNeeded = false;
  readonly #nextTaskId: () => number;
  readonly #batches: StoredEvent[][] = [[]];
  readonly #effects: (() => void)[] = [];
  /** A workflow task was completed and its commands are carried out: what is no command's event stands behind those. */
  #deciding = false;
  readonly #decided: StoredEvent[] = [];
  #late = 0;

  constructor(run: Run, given: { readonly limits: RunLimits; readonly nextTaskId: () => number }) {
    this.run = run;
    this.state = run.state;
    this.nowMs = run.nextChangeMs();
    this.limits = given.limits;
    this.#nextTaskId = given.nextTaskId;
  }

  /** The working copy of the run's fields. */
  get fields(): RunFields {
    return this.state.fields;
  }

  /** Whether the run still goes on. */
  get running(): boolean {
    return this.fields.status === Status.RUNNING || this.fields.status === Status.PAUSED;
  }

  /**
   * Events as the limit counts them: those that could have waited in the buffer come after the count, unless a workflow task
   * was scheduled behind them.
   */
  get countedEvents(): number {
    return this.fields.nextEventId - 1 - this.#late;
  }

  /** Writes an event: into the history, or into the buffer while a workflow task is started. */
  add<Name extends EventName>(name: Name, value: EventValue<Name>, extras?: EventExtras): StoredEvent {
    const { fields } = this;
    const place = EVENT_KINDS[name].place;
    if (place !== "task" && place !== "life" && fields.task?.kind === "speculative") writeDeferredTask(this);
    const started = fields.task !== undefined && fields.task.startedId !== 0;
    const buffered = isBuffered(name) && (started || this.#deciding);
    const event = makeEvent(name, value, {
      eventId: buffered ? BUFFERED_EVENT_ID : fields.nextEventId,
      taskId: this.#nextTaskId(),
      timeMs: this.nowMs,
      ...(extras === undefined ? {} : { extras }),
    });
    if (!buffered) this.#append(event);
    else if (this.#deciding) this.#decided.push(event);
    else fields.buffer = [...fields.buffer, event];
    if (name === "workflowTaskCompleted") this.#deciding = true;
    applyEvent(this.state, event);
    return event;
  }

  /** Takes over a batch of another run as it is: one of the first of a run that was reset. */
  copy(events: readonly StoredEvent[]): void {
    for (const event of events) {
      this.#append(event);
      applyEvent(this.state, event);
    }
    this.breakBatch();
  }

  /** Ends the present batch: what follows is a batch of its own. */
  breakBatch(): void {
    this.#batches.push([]);
  }

  /** Lets the events of the buffer into the history. Gives whether there were any. */
  flush(): boolean {
    const { fields } = this;
    const waiting = [...fields.buffer, ...this.#decided];
    this.#deciding = false;
    this.#decided.length = 0;
    if (waiting.length === 0) return false;
    const events = flushBuffer(waiting, fields.nextEventId);
    fields.buffer = [];
    for (const event of events) {
      this.#append(event);
      if (event.attributes.case === "childWorkflowExecutionStartedEventAttributes")
        this.#rememberChildStart(event);
      const attached = eventValue(event, "workflowExecutionOptionsUpdated")?.attachedRequestId;
      if (attached) this.state.startRequestIds.set(attached, event.eventId);
    }
    return true;
  }

  /** Whether an activity has ended by an event that is not in the history yet. */
  endsActivity(scheduledId: number): boolean {
    return [...this.fields.buffer, ...this.#decided].some((event) => endedActivity(event) === scheduledId);
  }

  /** Does something once the change is committed. */
  after(effect: () => void): void {
    this.#effects.push(effect);
  }

  /** Last step before the commit: the workflow task that the change asks for. Gives what is to be committed. */
  close(): Outcome {
    this.#finish();
    return { batches: this.#batches, effects: this.#effects };
  }

  #finish(): void {
    const { fields } = this;
    fields.stateTransitionCount += 1;
    if (!this.running) {
      fields.buffer = [];
      fields.taskAtClose ??= fields.task;
      fields.task = undefined;
      endUpdates(this);
      this.run.queries.unblock(this);
      return;
    }
    if (this.#bufferFull()) {
      failTask(this, { cause: WorkflowTaskFailedCause.FORCE_CLOSE_COMMAND, identity: "history-service" });
    }
    this.#keepSpeculative();
    if (fields.task === undefined || fields.task.startedId === 0) {
      if (this.flush()) {
        this.taskNeeded = true;
        // What was not seen before may well let the next attempt succeed.
        if (fields.task === undefined) fields.taskAttempt = 1;
      }
    }
    if (this.taskNeeded && fields.task === undefined && !fields.backingOff) scheduleTask(this);
  }

  #bufferFull(): boolean {
    const { buffer } = this.fields;
    if (buffer.length === 0 || buffer === this.state.before.buffer) return false;
    const { bufferedEvents, bufferedBytes } = this.limits;
    return buffer.length > bufferedEvents || bufferBytes(buffer) > bufferedBytes;
  }

  /** A speculative task stays one only as long as nothing but updates happens. */
  #keepSpeculative(): void {
    const { task } = this.fields;
    if (task?.kind !== "speculative" || task.stamp !== this.state.before.task?.stamp) return;
    if (this.state.changedBesidesTask) writeDeferredTask(this);
  }

  #append(event: StoredEvent): void {
    this.#batches.at(-1)?.push(event);
    this.fields.nextEventId += 1;
    const name = eventName(event);
    if (isBuffered(name)) this.#late += 1;
    else if (name === "workflowTaskScheduled") this.#late = 0;
  }

  #rememberChildStart(event: StoredEvent): void {
    for (const child of this.state.children.values()) {
      if (child.startedId === BUFFERED_EVENT_ID) applyEvent(this.state, event);
    }
  }
}

function endedActivity({ attributes }: StoredEvent): number | undefined {
  switch (attributes.case) {
    case "activityTaskCompletedEventAttributes":
    case "activityTaskFailedEventAttributes":
    case "activityTaskTimedOutEventAttributes":
    case "activityTaskCanceledEventAttributes":
      return Number(attributes.value?.scheduledEventId ?? 0);
    default:
      return undefined;
  }
}
