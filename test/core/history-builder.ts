import type { Init } from "../../src/codec-runtime/init.ts";
import type { AttributesOf, EventName } from "../../src/core/history/event-kinds.ts";
import type { QueryRequest, WorkflowTask } from "../../src/core/task.ts";
import { EventType } from "../../src/gen/codec/temporal/api/enums/v1/event_type.ts";
import {
  decodeHistoryEvent,
  encodeHistoryEvent,
  type HistoryEvent,
} from "../../src/gen/codec/temporal/api/history/v1/message.ts";

/** Time of event 0, in seconds; each event is one second after the one before it. */
export const START_SECONDS = 1_700_000_000;

/** Milliseconds since the epoch of the event with this id. */
export function timeOf(eventId: number): number {
  return (START_SECONDS + eventId) * 1000;
}

interface Extra {
  readonly workerMayIgnore?: boolean;
  readonly eventTime?: Init<HistoryEvent>["eventTime"];
}

const typeNumbers: { readonly [name: string]: number } = EventType;

function eventTypeOf(name: string): number {
  return typeNumbers[name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()] ?? 0;
}

/** One event, whole: what a decoder would give for it. */
export function makeEvent(init: Init<HistoryEvent>): HistoryEvent {
  return decodeHistoryEvent(encodeHistoryEvent(init));
}

/**
 * Writes histories as a server would. Methods that add one event give its id; `build` gives the events so far.
 */
export class HistoryBuilder {
  readonly #events: HistoryEvent[] = [];
  #scheduledId = 0;
  #startedId = 0;
  readonly runId: string;

  constructor(runId = "019e93d9-da0e-70d6-9f43-888c2c8d3988") {
    this.runId = runId;
  }

  get lastId(): number {
    return this.#events.length;
  }

  /** Adds any event; its attributes in the short form that encoders take. */
  add<Name extends EventName>(name: Name, value: Init<AttributesOf<Name>>, extra: Extra = {}): number {
    const eventId = this.lastId + 1;
    const attributes = {
      case: `${name}EventAttributes`,
      value,
    } as unknown as Init<HistoryEvent>["attributes"];
    this.#events.push(
      makeEvent({
        eventId,
        eventType: eventTypeOf(name),
        eventTime: extra.eventTime ?? { seconds: START_SECONDS + eventId },
        workerMayIgnore: extra.workerMayIgnore,
        attributes,
      }),
    );
    return eventId;
  }

  started(more: Init<AttributesOf<"workflowExecutionStarted">> = {}): number {
    return this.add("workflowExecutionStarted", {
      workflowType: { name: "order" },
      originalExecutionRunId: this.runId,
      workflowTaskTimeout: { seconds: 10 },
      ...more,
    });
  }

  taskScheduled(): number {
    this.#scheduledId = this.add("workflowTaskScheduled", { attempt: 1 });
    return this.#scheduledId;
  }

  taskStarted(more: Init<AttributesOf<"workflowTaskStarted">> = {}): number {
    this.#startedId = this.add("workflowTaskStarted", { scheduledEventId: this.#scheduledId, ...more });
    return this.#startedId;
  }

  taskCompleted(more: Init<AttributesOf<"workflowTaskCompleted">> = {}): number {
    return this.add("workflowTaskCompleted", {
      scheduledEventId: this.#scheduledId,
      startedEventId: this.#startedId,
      ...more,
    });
  }

  taskFailed(more: Init<AttributesOf<"workflowTaskFailed">> = {}): number {
    return this.add("workflowTaskFailed", {
      scheduledEventId: this.#scheduledId,
      startedEventId: this.#startedId,
      cause: 14,
      ...more,
    });
  }

  taskTimedOut(): number {
    return this.add("workflowTaskTimedOut", {
      scheduledEventId: this.#scheduledId,
      startedEventId: this.#startedId,
    });
  }

  /** Scheduled and started: a task that is open. Gives the id of the start. */
  openTask(): number {
    this.taskScheduled();
    return this.taskStarted();
  }

  /** Scheduled, started and completed. Gives the id of the completion. */
  fullTask(more: Init<AttributesOf<"workflowTaskCompleted">> = {}): number {
    this.openTask();
    return this.taskCompleted(more);
  }

  timerStarted(seq: number): number {
    return this.add("timerStarted", { timerId: String(seq), startToFireTimeout: { seconds: 1 } });
  }

  timerFired(startedEventId: number, seq: number): number {
    return this.add("timerFired", { timerId: String(seq), startedEventId });
  }

  timerCanceled(startedEventId: number, seq: number): number {
    return this.add("timerCanceled", { timerId: String(seq), startedEventId });
  }

  activityScheduled(activityId: string, type = "greet"): number {
    return this.add("activityTaskScheduled", { activityId, activityType: { name: type } });
  }

  activityStarted(scheduledEventId: number): number {
    return this.add("activityTaskStarted", { scheduledEventId, attempt: 1 });
  }

  /** Started and completed; the result is a payload of this one byte. */
  activityCompleted(scheduledEventId: number, result = 7): number {
    const startedEventId = this.activityStarted(scheduledEventId);
    return this.add("activityTaskCompleted", {
      scheduledEventId,
      startedEventId,
      result: { payloads: [{ data: Uint8Array.of(result) }] },
    });
  }

  signal(name: string): number {
    return this.add("workflowExecutionSignaled", { signalName: name, identity: "tester" });
  }

  completed(): number {
    return this.add("workflowExecutionCompleted", {});
  }

  build(): HistoryEvent[] {
    return [...this.#events];
  }
}

interface TaskOptions {
  /** Id of the first event; the rest is known to the run. Default 1. */
  readonly from?: number;
  /** Id of the last event. Default: the last one there is. */
  readonly to?: number;
  readonly previousStarted?: number;
  /** Default: the id of the last event. */
  readonly started?: number;
  readonly attempt?: number;
  readonly queries?: readonly QueryRequest[];
  readonly legacyQuery?: QueryRequest;
  readonly nextPageToken?: Uint8Array;
  readonly events?: readonly HistoryEvent[];
}

/** A workflow task over a part of a history. */
export function taskOf(builder: HistoryBuilder, options: TaskOptions = {}): WorkflowTask {
  const all = builder.build();
  const events = options.events ?? all.slice((options.from ?? 1) - 1, options.to ?? all.length);
  return {
    taskToken: Uint8Array.of(1, 2, 3),
    workflowId: "order-1",
    runId: builder.runId,
    workflowType: "order",
    attempt: options.attempt ?? 1,
    previousStartedEventId: options.previousStarted ?? 0,
    startedEventId: options.started ?? options.to ?? builder.lastId,
    events,
    nextPageToken: options.nextPageToken ?? new Uint8Array(0),
    queries: options.queries ?? [],
    legacyQuery: options.legacyQuery,
    messages: [],
  };
}
