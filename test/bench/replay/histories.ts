/** Synthetic histories, as full of detail as those of a server. */
import type { Init } from "../../../src/codec-runtime/init.ts";
import { EventType } from "../../../src/gen/codec/temporal/api/enums/v1/event_type.ts";
import type { HistoryEvent } from "../../../src/gen/codec/temporal/api/history/v1/message.ts";

type Attributes = NonNullable<Init<HistoryEvent>["attributes"]>;

const utf8 = new TextEncoder();
const json = { encoding: utf8.encode("json/plain") };
const taskQueue = { name: "bench", kind: 1 };
const identity = "4711@worker-7d9f8c6b5-x2x7k";
const requestId = "5f0c2a6e-4b1d-4e1a-9a55-0123456789ab";
const START_MS = 1_700_000_000_000;

function payloads(...values: readonly unknown[]): {
  payloads: { metadata: typeof json; data: Uint8Array }[];
} {
  return { payloads: values.map((value) => ({ metadata: json, data: utf8.encode(JSON.stringify(value)) })) };
}

/** Writes a history event by event. */
class Builder {
  readonly events: Init<HistoryEvent>[] = [];
  #taskCompletedId = 0;

  constructor(type: string, ...args: readonly unknown[]) {
    this.add(EventType.WORKFLOW_EXECUTION_STARTED, {
      case: "workflowExecutionStartedEventAttributes",
      value: {
        workflowType: { name: type },
        taskQueue,
        input: payloads(...args),
        workflowTaskTimeout: { seconds: 10n },
        originalExecutionRunId: requestId,
        firstExecutionRunId: requestId,
        identity,
        attempt: 1,
        workflowId: `bench-${type}`,
      },
    });
  }

  add(eventType: number, attributes: Attributes): number {
    const eventId = this.events.length + 1;
    const ms = START_MS + eventId;
    const eventTime = { seconds: BigInt(Math.floor(ms / 1000)), nanos: (ms % 1000) * 1_000_000 };
    this.events.push({ eventId, eventTime, eventType, taskId: BigInt(1_048_576 + eventId), attributes });
    return eventId;
  }

  task(): void {
    const scheduledEventId = this.add(EventType.WORKFLOW_TASK_SCHEDULED, {
      case: "workflowTaskScheduledEventAttributes",
      value: { taskQueue, startToCloseTimeout: { seconds: 10n }, attempt: 1 },
    });
    const startedEventId = this.add(EventType.WORKFLOW_TASK_STARTED, {
      case: "workflowTaskStartedEventAttributes",
      value: { scheduledEventId, identity, requestId, historySizeBytes: BigInt(this.events.length * 150) },
    });
    this.#taskCompletedId = this.add(EventType.WORKFLOW_TASK_COMPLETED, {
      case: "workflowTaskCompletedEventAttributes",
      value: {
        scheduledEventId,
        startedEventId,
        identity,
        workerVersion: { buildId: "1.0" },
        sdkMetadata: { coreUsedFlags: scheduledEventId === 2 ? [1, 2, 3] : [] },
        meteringMetadata: {},
      },
    });
  }

  scheduleActivity(id: number, input: unknown): number {
    return this.add(EventType.ACTIVITY_TASK_SCHEDULED, {
      case: "activityTaskScheduledEventAttributes",
      value: {
        activityId: String(id),
        activityType: { name: "charge" },
        taskQueue,
        input: payloads(input),
        scheduleToCloseTimeout: { seconds: 0n },
        scheduleToStartTimeout: { seconds: 0n },
        startToCloseTimeout: { seconds: 60n },
        heartbeatTimeout: { seconds: 0n },
        workflowTaskCompletedEventId: this.#taskCompletedId,
        retryPolicy: {
          initialInterval: { seconds: 1n },
          backoffCoefficient: 2,
          maximumInterval: { seconds: 100n },
        },
        useWorkflowBuildId: true,
      },
    });
  }

  completeActivity(scheduledEventId: number, result: unknown): void {
    const startedEventId = this.add(EventType.ACTIVITY_TASK_STARTED, {
      case: "activityTaskStartedEventAttributes",
      value: { scheduledEventId, identity, requestId, attempt: 1 },
    });
    this.add(EventType.ACTIVITY_TASK_COMPLETED, {
      case: "activityTaskCompletedEventAttributes",
      value: { scheduledEventId, startedEventId, identity, result: payloads(result) },
    });
  }

  startTimer(id: number): number {
    return this.add(EventType.TIMER_STARTED, {
      case: "timerStartedEventAttributes",
      value: {
        timerId: String(id),
        startToFireTimeout: { seconds: 60n },
        workflowTaskCompletedEventId: this.#taskCompletedId,
      },
    });
  }

  fireTimer(id: number, startedEventId: number): void {
    this.add(EventType.TIMER_FIRED, {
      case: "timerFiredEventAttributes",
      value: { timerId: String(id), startedEventId },
    });
  }

  signal(value: unknown): void {
    this.add(EventType.WORKFLOW_EXECUTION_SIGNALED, {
      case: "workflowExecutionSignaledEventAttributes",
      value: { signalName: "add", input: payloads(value), identity },
    });
  }

  startChild(id: number): number {
    return this.add(EventType.START_CHILD_WORKFLOW_EXECUTION_INITIATED, {
      case: "startChildWorkflowExecutionInitiatedEventAttributes",
      value: {
        namespace: "default",
        workflowId: `child-${id}`,
        workflowType: { name: "child" },
        taskQueue,
        input: payloads(id),
        workflowTaskTimeout: { seconds: 10n },
        parentClosePolicy: 1,
        workflowIdReusePolicy: 1,
        workflowTaskCompletedEventId: this.#taskCompletedId,
      },
    });
  }

  endChild(id: number, initiatedEventId: number): void {
    const of = {
      namespace: "default",
      initiatedEventId,
      workflowExecution: { workflowId: `child-${id}`, runId: requestId },
      workflowType: { name: "child" },
    };
    const startedEventId = this.add(EventType.CHILD_WORKFLOW_EXECUTION_STARTED, {
      case: "childWorkflowExecutionStartedEventAttributes",
      value: of,
    });
    this.add(EventType.CHILD_WORKFLOW_EXECUTION_COMPLETED, {
      case: "childWorkflowExecutionCompletedEventAttributes",
      value: { ...of, startedEventId, result: payloads(id) },
    });
  }

  end(result: unknown): Init<HistoryEvent>[] {
    this.task();
    this.add(EventType.WORKFLOW_EXECUTION_COMPLETED, {
      case: "workflowExecutionCompletedEventAttributes",
      value: { result: payloads(result), workflowTaskCompletedEventId: this.#taskCompletedId },
    });
    return this.events;
  }
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function activities(count: number, result: unknown): Init<HistoryEvent>[] {
  const history = new Builder("activities", count);
  for (const id of numbers(count)) {
    history.task();
    history.completeActivity(history.scheduleActivity(id, { amount: id, currency: "EUR" }), result);
  }
  return history.end(count);
}

function signals(count: number): Init<HistoryEvent>[] {
  const history = new Builder("signals", count);
  history.task();
  for (const id of numbers(count - 1)) {
    history.signal({ amount: id });
    history.task();
  }
  history.signal({ amount: count });
  return history.end(count);
}

function timers(count: number): Init<HistoryEvent>[] {
  const history = new Builder("timers", count);
  history.task();
  const started = numbers(count).map((id) => history.startTimer(id));
  for (const id of numbers(count)) history.fireTimer(id, started[id - 1]!);
  return history.end(count);
}

function children(count: number): Init<HistoryEvent>[] {
  const history = new Builder("children", count);
  history.task();
  const initiated = numbers(count).map((id) => history.startChild(id));
  for (const id of numbers(count)) history.endChild(id, initiated[id - 1]!);
  return history.end(count);
}

/** All histories of the bench, by name. */
export const histories: { readonly [name: string]: () => Init<HistoryEvent>[] } = {
  "activities, 65 events": () => activities(10, { ok: true, id: "ch_1J2k3L4m5N6o" }),
  "activities, 6,005 events": () => activities(1000, { ok: true, id: "ch_1J2k3L4m5N6o" }),
  "activities, 48,005 events": () => activities(8000, { ok: true, id: "ch_1J2k3L4m5N6o" }),
  "2,000 signals": () => signals(2000),
  "1,000 timers in parallel": () => timers(1000),
  "500 children": () => children(500),
  "100 payloads of 100 KB": () => activities(100, "x".repeat(100 * 1024)),
};
