import { EventType } from "../../src/gen/codec/temporal/api/enums/v1/event_type.ts";
import type { HistoryEvent } from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import { asRecorded, type Recorded } from "./recorded.ts";

/*
 * Histories changed by hand: what replay finds when the code is not the code that made the history. Ids are given anew, and
 * with them the ids by which events name each other, so that nothing but the commands is wrong.
 */

const REFERENCES = ["scheduledEventId", "startedEventId", "workflowTaskCompletedEventId"] as const;

/** The fields by which an event names others. */
type References = { -readonly [Name in (typeof REFERENCES)[number]]?: bigint };

function referencesOf({ attributes }: HistoryEvent): References {
  // Any attributes: those without such fields are left as they are.
  return (attributes.value ?? {}) as References;
}

function renumbered(events: readonly HistoryEvent[], history: Recorded): Recorded {
  const ids = new Map<bigint, bigint>();
  events.forEach(({ eventId }, index) => {
    ids.set(eventId, BigInt(index + 1));
  });
  const copies = events.map((event, index) => {
    const copy = structuredClone(event);
    copy.eventId = BigInt(index + 1);
    const references = referencesOf(copy);
    for (const name of REFERENCES) {
      const id = references[name];
      if (id !== undefined) references[name] = ids.get(id) ?? id;
    }
    for (const { variant } of copy.eventGroupMarkers) {
      if (variant.case !== "inboundEvent") continue;
      variant.value.inboundEventId = ids.get(variant.value.inboundEventId) ?? variant.value.inboundEventId;
    }
    return copy;
  });
  return asRecorded(copies, history);
}

/** The history with one event changed. */
export function changed(history: Recorded, id: number, change: (event: HistoryEvent) => void): Recorded {
  const events = history.events.map((event) =>
    event.eventId === BigInt(id) ? structuredClone(event) : event,
  );
  change(events[id - 1]!);
  return asRecorded(events, history);
}

/** The history with two events in each other's place. */
export function swapped(history: Recorded, first: number, second: number): Recorded {
  const events = [...history.events];
  [events[first - 1], events[second - 1]] = [events[second - 1]!, events[first - 1]!];
  return renumbered(events, history);
}

/** The history with an event at another place. */
export function moved(history: Recorded, from: number, to: number): Recorded {
  const events = [...history.events];
  events.splice(to - 1, 0, ...events.splice(from - 1, 1));
  return renumbered(events, history);
}

/** The history without an event and all that came of it. */
export function without(history: Recorded, id: number): Recorded {
  const dropped = BigInt(id);
  const events = history.events.filter((event) => {
    const { scheduledEventId, startedEventId } = referencesOf(event);
    return event.eventId !== dropped && scheduledEventId !== dropped && startedEventId !== dropped;
  });
  return renumbered(events, history);
}

/** The history with the start of a timer, which the code does not make, before the given event. */
export function withTimerBefore(history: Recorded, id: number): Recorded {
  const at = history.events[id - 1]!;
  const timer: HistoryEvent = structuredClone({
    ...at,
    eventId: -1n,
    eventType: EventType.TIMER_STARTED,
    userMetadata: undefined,
    attributes: {
      case: "timerStartedEventAttributes",
      value: {
        timerId: "77",
        startToFireTimeout: { seconds: 1n, nanos: 0 },
        workflowTaskCompletedEventId: referencesOf(at).workflowTaskCompletedEventId ?? 0n,
      },
    },
  });
  return renumbered([...history.events.slice(0, id - 1), timer, ...history.events.slice(id - 1)], history);
}

/** Like the history of another workflow type. */
export function ofType(history: Recorded, workflowType: string): Recorded {
  return changed(history, 1, ({ attributes }) => {
    if (attributes.case === "workflowExecutionStartedEventAttributes") {
      attributes.value.workflowType = { name: workflowType };
    }
  });
}

/** The history as it would be with another task queue. Payloads stay as they are. */
export function onTaskQueue(history: Recorded, taskQueue: string): Recorded {
  const old = history.started.taskQueue?.name ?? "";
  const events = structuredClone(history.events);
  for (const event of events) renameQueue(event.attributes.value, old, taskQueue);
  return asRecorded(events, history);
}

function renameQueue(attributes: object | undefined, from: string, to: string): void {
  if (attributes === undefined || !("taskQueue" in attributes)) return;
  // A field of this name is a TaskQueue in all kinds of events.
  const queue = attributes.taskQueue as { name: string } | undefined;
  if (queue?.name === from) queue.name = to;
}
