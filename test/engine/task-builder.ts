import type { Init } from "../../src/codec-runtime/init.ts";
import { EventType } from "../../src/gen/codec/temporal/api/enums/v1/event_type.ts";
import type { HistoryEvent } from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import {
  encodeGetWorkflowExecutionHistoryResponse,
  encodePollWorkflowTaskQueueResponse,
  type PollWorkflowTaskQueueResponse,
} from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";

type Event = Init<HistoryEvent>;
type Attributes = NonNullable<Event["attributes"]>;

const START_SECONDS = 1_700_000_000;
const encoder = new TextEncoder();

/** A JSON payload. */
export function json(value: unknown): { metadata: { encoding: Uint8Array }; data: Uint8Array } {
  return {
    metadata: { encoding: encoder.encode("json/plain") },
    data: encoder.encode(JSON.stringify(value)),
  };
}

export function payloads(...values: unknown[]): { payloads: ReturnType<typeof json>[] } {
  return { payloads: values.map(json) };
}

/** Writes a history event by event, as the server would; ids and times follow by themselves. */
export class HistoryBuilder {
  readonly events: Event[] = [];
  readonly runId: string;
  readonly workflowType: string;
  readonly #sent: { count: number; startedId: number } = { count: 0, startedId: 0 };

  constructor(workflowType: string, args: unknown[] = [], runId: string = crypto.randomUUID()) {
    this.runId = runId;
    this.workflowType = workflowType;
    this.add(EventType.WORKFLOW_EXECUTION_STARTED, {
      case: "workflowExecutionStartedEventAttributes",
      value: {
        workflowType: { name: workflowType },
        taskQueue: { name: "orders" },
        input: payloads(...args),
        originalExecutionRunId: runId,
        firstExecutionRunId: runId,
        attempt: 1,
        workflowTaskTimeout: { seconds: 10 },
      },
    });
  }

  get lastId(): number {
    return this.events.length;
  }

  add(eventType: number, attributes: Attributes): number {
    const eventId = this.events.length + 1;
    this.events.push({ eventId, eventType, eventTime: { seconds: START_SECONDS + eventId }, attributes });
    return eventId;
  }

  /** A workflow task that was started and is to be worked on. */
  startTask(): this {
    const scheduledEventId = this.add(EventType.WORKFLOW_TASK_SCHEDULED, {
      case: "workflowTaskScheduledEventAttributes",
      value: { taskQueue: { name: "orders" }, startToCloseTimeout: { seconds: 10 }, attempt: 1 },
    });
    this.add(EventType.WORKFLOW_TASK_STARTED, {
      case: "workflowTaskStartedEventAttributes",
      value: { scheduledEventId },
    });
    return this;
  }

  completeTask(): number {
    return this.add(EventType.WORKFLOW_TASK_COMPLETED, {
      case: "workflowTaskCompletedEventAttributes",
      value: { scheduledEventId: this.lastId - 1, startedEventId: this.lastId },
    });
  }

  startTimer(timerId: string): number {
    return this.add(EventType.TIMER_STARTED, {
      case: "timerStartedEventAttributes",
      value: { timerId, startToFireTimeout: { seconds: 10 } },
    });
  }

  fireTimer(timerId: string, startedEventId: number): this {
    this.add(EventType.TIMER_FIRED, {
      case: "timerFiredEventAttributes",
      value: { timerId, startedEventId },
    });
    return this;
  }

  scheduleActivity(activityId: string, name: string): number {
    return this.add(EventType.ACTIVITY_TASK_SCHEDULED, {
      case: "activityTaskScheduledEventAttributes",
      value: { activityId, activityType: { name }, taskQueue: { name: "orders" } },
    });
  }

  completeActivity(scheduledEventId: number, result: unknown): this {
    const startedEventId = this.add(EventType.ACTIVITY_TASK_STARTED, {
      case: "activityTaskStartedEventAttributes",
      value: { scheduledEventId, attempt: 1 },
    });
    this.add(EventType.ACTIVITY_TASK_COMPLETED, {
      case: "activityTaskCompletedEventAttributes",
      value: { scheduledEventId, startedEventId, result: payloads(result) },
    });
    return this;
  }

  signal(signalName: string, ...args: unknown[]): this {
    this.add(EventType.WORKFLOW_EXECUTION_SIGNALED, {
      case: "workflowExecutionSignaledEventAttributes",
      value: { signalName, input: payloads(...args), identity: "tester" },
    });
    return this;
  }

  /** The task whose start is the last event, with the events that were not in a task before. */
  task(options: Partial<Init<PollWorkflowTaskQueueResponse>> = {}): Uint8Array {
    const events = this.events.slice(this.#sent.count);
    return this.#poll(events, options);
  }

  /** As `task`, but with the whole history, as for a worker that does not have the run. */
  fullTask(options: Partial<Init<PollWorkflowTaskQueueResponse>> = {}): Uint8Array {
    return this.#poll(this.events, options);
  }

  /** A query of the older form on the state so far. */
  query(queryType: string): Uint8Array {
    return encodePollWorkflowTaskQueueResponse({
      taskToken: encoder.encode("query-token"),
      workflowExecution: { workflowId: `wf-${this.runId}`, runId: this.runId },
      workflowType: { name: this.workflowType },
      workflowExecutionTaskQueue: { name: "orders" },
      previousStartedEventId: this.#sent.startedId,
      history: {},
      query: { queryType },
    });
  }

  page(from: number, to: number, nextPageToken = ""): Uint8Array {
    return encodeGetWorkflowExecutionHistoryResponse({
      history: { events: this.events.slice(from, to) },
      nextPageToken: encoder.encode(nextPageToken),
    });
  }

  #poll(events: readonly Event[], options: Partial<Init<PollWorkflowTaskQueueResponse>>): Uint8Array {
    const startedEventId = this.lastId;
    const bytes = encodePollWorkflowTaskQueueResponse({
      taskToken: encoder.encode(`token-${startedEventId}`),
      workflowExecution: { workflowId: `wf-${this.runId}`, runId: this.runId },
      workflowType: { name: this.workflowType },
      workflowExecutionTaskQueue: { name: "orders" },
      previousStartedEventId: this.#sent.startedId,
      startedEventId,
      attempt: 1,
      history: { events },
      ...options,
    });
    this.#sent.count = this.events.length;
    this.#sent.startedId = startedEventId;
    return bytes;
  }
}
