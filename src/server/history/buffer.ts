import { encodeHistoryEvent } from "../../gen/codec/temporal/api/history/v1/message.ts";
import { BUFFERED_EVENT_ID, type EventName, eventName, type StoredEvent } from "./event.ts";
import { EVENT_KINDS } from "./event-kinds.ts";

/**
 * Takes events out of the buffer as they go into the history: ends of activities, children and Nexus operations behind all
 * others, each group in its order; ids given from `nextEventId`; and `startedEventId` of an end told where its start, which
 * waited in the same buffer, came to stand.
 */
export function flushBuffer(buffer: readonly StoredEvent[], nextEventId: number): StoredEvent[] {
  const place = (event: StoredEvent): string => EVENT_KINDS[eventName(event)].place;
  const ordered = [
    ...buffer.filter((event) => place(event) !== "end"),
    ...buffer.filter((event) => place(event) === "end"),
  ];
  const startedIds = new Map<string, number>();
  return ordered.map((event, index) => {
    const numbered = { ...event, eventId: nextEventId + index };
    const started = startKey(numbered);
    if (started !== undefined) startedIds.set(started, numbered.eventId);
    return rewired(numbered, startedIds);
  });
}

/** Encoded sizes of buffered events, which are looked at again with each that joins them. */
const sizes = new WeakMap<StoredEvent, number>();

/** Encoded size of the events in a buffer. */
export function bufferBytes(buffer: readonly StoredEvent[]): number {
  let bytes = 0;
  for (const event of buffer) {
    const size = sizes.get(event) ?? encodeHistoryEvent(event).length;
    sizes.set(event, size);
    bytes += size;
  }
  return bytes;
}

/** Whether events of this name wait in the buffer while a workflow task is under way. */
export function isBuffered(name: EventName): boolean {
  const { place } = EVENT_KINDS[name];
  return place === "outside" || place === "end";
}

interface Links {
  readonly scheduledEventId?: bigint | number | undefined;
  readonly initiatedEventId?: bigint | number | undefined;
  readonly startedEventId?: bigint | number | undefined;
}

function startKey(event: StoredEvent): string | undefined {
  const name = eventName(event);
  const links = event.attributes.value as Links;
  if (name === "activityTaskStarted") return `a${links.scheduledEventId}`;
  if (name === "childWorkflowExecutionStarted") return `c${links.initiatedEventId}`;
  if (name === "nexusOperationStarted") return `n${links.scheduledEventId}`;
  return undefined;
}

function rewired(event: StoredEvent, startedIds: ReadonlyMap<string, number>): StoredEvent {
  const links = event.attributes.value as Links;
  if (Number(links.startedEventId ?? 0) !== BUFFERED_EVENT_ID) return event;
  const name = eventName(event);
  const startedEventId = startedIds.get(
    name.startsWith("activity") ? `a${links.scheduledEventId}` : `c${links.initiatedEventId}`,
  );
  return {
    ...event,
    // Only the one number changes: the attributes stay those of the same event.
    attributes: {
      case: event.attributes.case,
      value: { ...event.attributes.value, startedEventId },
    } as unknown as StoredEvent["attributes"],
  };
}
