import type { Init } from "../../codec-runtime/init.ts";
import type { Timestamp } from "../../gen/codec/google/protobuf/timestamp.ts";
import type { Link } from "../../gen/codec/temporal/api/common/v1/message.ts";
import type { HistoryEvent } from "../../gen/codec/temporal/api/history/v1/message.ts";
import type { EventGroupMarker } from "../../gen/codec/temporal/api/sdk/v1/event_group_marker.ts";
import type { UserMetadata } from "../../gen/codec/temporal/api/sdk/v1/user_metadata.ts";
import { EVENT_KINDS } from "./event-kinds.ts";

type Attributes = Extract<NonNullable<Init<HistoryEvent>["attributes"]>, { readonly case: string }>;

/** What each event says, by its name without suffix: `activityTaskScheduled`. */
export type EventValues = {
  readonly [A in Attributes as A["case"] extends `${infer Name}EventAttributes` ? Name : never]: NonNullable<
    A["value"]
  >;
};

/** Name of an event. */
export type EventName = keyof EventValues;

/** What an event of this name says. */
export type EventValue<Name extends EventName> = EventValues[Name];

/** What may accompany an event of any kind. */
export interface EventExtras {
  readonly userMetadata?: Init<UserMetadata> | undefined;
  readonly links?: readonly Init<Link>[] | undefined;
  /** A worker that does not know the event may pass over it. */
  readonly workerMayIgnore?: boolean | undefined;
  readonly eventGroupMarkers?: readonly Init<EventGroupMarker>[] | undefined;
}

/** One event of a history. Not changed once it is in the history; while buffered it is replaced, never changed. */
export interface StoredEvent extends EventExtras {
  readonly eventId: number;
  readonly eventTime: Init<Timestamp>;
  readonly eventType: number;
  readonly taskId: number;
  readonly attributes: Attributes;
}

/** Id of an event that waits in the buffer. */
export const BUFFERED_EVENT_ID = -123;

/** The attributes of an event, if it is of this name. */
export function eventValue<Name extends EventName>(
  event: StoredEvent,
  name: Name,
): EventValue<Name> | undefined {
  // A case and its value belong together: the union says so.
  return event.attributes.case === `${name}EventAttributes`
    ? (event.attributes.value as unknown as EventValue<Name>)
    : undefined;
}

/** Name of an event. */
export function eventName(event: StoredEvent): EventName {
  return event.attributes.case.slice(0, -"EventAttributes".length) as EventName;
}

/** Makes an event. */
export function makeEvent<Name extends EventName>(
  name: Name,
  value: EventValue<Name>,
  head: {
    readonly eventId: number;
    readonly taskId: number;
    readonly timeMs: number;
    readonly extras?: EventExtras;
  },
): StoredEvent {
  return {
    ...head.extras,
    eventId: head.eventId,
    taskId: head.taskId,
    eventTime: timestamp(head.timeMs),
    eventType: EVENT_KINDS[name].type,
    // The case is built from the name that the value was checked against.
    attributes: { case: `${name}EventAttributes`, value } as unknown as StoredEvent["attributes"],
  };
}

/** A time on the wire. */
export function timestamp(ms: number): Init<Timestamp> {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) };
}
