import type { JsonObject, JsonValue } from "../../src/codec-runtime/json.ts";

/** An event of a history in JSON, as anybody may have written it. */
export interface JsonEvent {
  [field: string]: JsonValue | undefined;
}

/** A change that no server makes. `at` is the index of an event; what it gives is replayed. */
export type Mutation = (events: JsonEvent[], at: number) => unknown[];

function attributesOf(event: JsonEvent): [name: string, attributes: JsonEvent] {
  const name = Object.keys(event).find((key) => key.endsWith("EventAttributes")) ?? "";
  return [name, (event[name] ?? {}) as JsonEvent];
}

function changed(events: JsonEvent[], at: number, change: (event: JsonEvent) => void): JsonEvent[] {
  const event = { ...events[at]! };
  change(event);
  return events.with(at, event);
}

function renumbered(events: JsonEvent[]): JsonEvent[] {
  return events.map((event, index) => ({ ...event, eventId: String(index + 1) }));
}

function withFailure(events: JsonEvent[], at: number, failure: JsonValue): JsonEvent[] {
  return changed(events, at, (event) => {
    const [name, attributes] = attributesOf(event);
    event[name] = { ...attributes, failure };
  });
}

function nested(depth: number, innermost: JsonValue, wrap: (inner: JsonValue) => JsonValue): JsonValue {
  let value = innermost;
  for (let level = 0; level < depth; level++) value = wrap(value);
  return value;
}

function foreignMarker(markerName: string, details: JsonValue): JsonEvent {
  return {
    eventTime: "2024-01-01T00:00:00Z",
    eventType: "EVENT_TYPE_MARKER_RECORDED",
    markerRecordedEventAttributes: { markerName, details, workflowTaskCompletedEventId: "4" },
  };
}

function inserted(events: JsonEvent[], at: number, event: JsonEvent): JsonEvent[] {
  return renumbered([...events.slice(0, at), event, ...events.slice(at)]);
}

const payloads = (text: string): JsonValue => ({
  payloads: [{ metadata: { encoding: "anNvbi9wbGFpbg==" }, data: btoa(text) }],
});

/** Another type in the place of each of an event's attributes. */
function retyped(events: JsonEvent[], at: number, value: JsonValue): JsonEvent[] {
  return changed(events, at, (event) => {
    const [name, attributes] = attributesOf(event);
    event[name] = Object.fromEntries(Object.keys(attributes).map((key) => [key, value]));
  });
}

/** All ways in which a history is spoilt. */
export const mutations: { readonly [name: string]: Mutation } = {
  "cut after": (events, at) => events.slice(0, at + 1),
  "cut before": (events, at) => events.slice(at),
  "cut before, ids anew": (events, at) => renumbered(events.slice(at)),
  "without one": (events, at) => events.toSpliced(at, 1),
  "without one, ids anew": (events, at) => renumbered(events.toSpliced(at, 1)),
  "without any WorkflowTaskCompleted": (events) =>
    renumbered(events.filter(({ eventType }) => eventType !== "EVENT_TYPE_WORKFLOW_TASK_COMPLETED")),
  "without any WorkflowTaskStarted": (events) =>
    renumbered(events.filter(({ eventType }) => eventType !== "EVENT_TYPE_WORKFLOW_TASK_STARTED")),
  "one twice": (events, at) => events.toSpliced(at, 0, events[at]!),
  "one twice, ids anew": (events, at) => renumbered(events.toSpliced(at, 0, events[at]!)),
  "all twice": (events) => [...events, ...events],
  "all twice, ids anew": (events) => renumbered([...events, ...events]),
  backwards: (events) => events.toReversed(),
  "backwards, ids anew": (events) => renumbered(events.toReversed()),
  "two in each other's place": (events, at) =>
    at === 0 ? events.slice(1) : events.with(at, events[at - 1]!).with(at - 1, events[at]!),
  "two in each other's place, ids anew": (events, at) =>
    at === 0 ? events.slice(1) : renumbered(events.with(at, events[at - 1]!).with(at - 1, events[at]!)),
  "a marker of the Java SDK": (events, at) =>
    inserted(events, at, foreignMarker("Version", { changeId: payloads('"c"'), version: payloads("1") })),
  "a marker of the Python SDK": (events, at) =>
    inserted(
      events,
      at,
      foreignMarker("core_local_activity", { data: payloads('{"seq":1}'), result: payloads("1") }),
    ),
  "a marker that is broken": (events, at) =>
    inserted(events, at, foreignMarker("core_patch", { "patch-data": payloads("not JSON") })),
  "a marker without details": (events, at) => inserted(events, at, foreignMarker("core_patch", {})),
  "no id": (events, at) => changed(events, at, (event) => delete event["eventId"]),
  "a negative id": (events, at) => changed(events, at, (event) => Object.assign(event, { eventId: "-1" })),
  "a huge id": (events, at) =>
    changed(events, at, (event) => Object.assign(event, { eventId: "9223372036854775807" })),
  "no attributes": (events, at) => changed(events, at, (event) => delete event[attributesOf(event)[0]]),
  "empty attributes": (events, at) =>
    changed(events, at, (event) => Object.assign(event, { [attributesOf(event)[0]]: {} })),
  "attributes of another event": (events, at) =>
    changed(events, at, (event) => {
      const [own] = attributesOf(event);
      const [other, value] = attributesOf(events[(at + 3) % events.length]!);
      delete event[own];
      event[other] = value as JsonObject;
    }),
  "two kinds of attributes": (events, at) =>
    changed(events, at, (event) => {
      const [other, value] = attributesOf(events[(at + 3) % events.length]!);
      event[other] = value as JsonObject;
    }),
  "an unknown type": (events, at) =>
    changed(events, at, (event) => {
      delete event[attributesOf(event)[0]];
      event["eventType"] = 9999;
    }),
  "texts instead of all else": (events, at) => retyped(events, at, "x"),
  "numbers instead of all else": (events, at) => retyped(events, at, -1),
  "nulls instead of all else": (events, at) => retyped(events, at, null),
  "lists instead of all else": (events, at) => retyped(events, at, []),
  "no event at all": (events, at) => events.with(at, null as unknown as JsonEvent),
  "a failure with 99 causes": (events, at) =>
    withFailure(
      events,
      at,
      nested(99, { message: "last" }, (cause) => ({ message: "m", cause })),
    ),
  "a failure with 2,000 causes": (events, at) =>
    withFailure(
      events,
      at,
      nested(2000, { message: "last" }, (cause) => ({ message: "m", cause })),
    ),
  "deep JSON in a field": (events, at) =>
    changed(events, at, (event) =>
      Object.assign(event, { userMetadata: nested(1500, 1, (inner) => ({ summary: inner })) }),
    ),
  "deep JSON in a payload": (events, at) =>
    changed(events, at, (event) => {
      const [name, attributes] = attributesOf(event);
      event[name] = { ...attributes, result: payloads(`${"[".repeat(50_000)}${"]".repeat(50_000)}`) };
    }),
  "times that are none": (events, at) =>
    changed(events, at, (event) => Object.assign(event, { eventTime: "yesterday" })),
  "times out of range": (events, at) =>
    changed(events, at, (event) => Object.assign(event, { eventTime: "9999-12-31T23:59:59.999999999Z" })),
};
