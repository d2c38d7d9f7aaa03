/** Compares a history with the recorded one: same commands in the same order with the same content, same other events. */

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What differs from run to run and says nothing about the SDK. */
const VOLATILE: ReadonlySet<string> = new Set([
  "eventTime",
  "eventId",
  "inboundEventId",
  "taskId",
  "version",
  "identity",
  "requestId",
  "workflowId",
  "runId",
  "workflowExecution",
  "firstExecutionRunId",
  "originalExecutionRunId",
  "newExecutionRunId",
  "continuedExecutionRunId",
  "baseRunId",
  "newRunId",
  "namespaceId",
  "parentWorkflowNamespaceId",
  "parentInitiatedEventId",
  "prevAutoResetPoints",
  "taskQueue",
  "sdkMetadata",
  "workerVersion",
  "workerDeploymentName",
  "deployment",
  "deploymentVersion",
  "workerDeploymentVersion",
  "binaryChecksum",
  "historySizeBytes",
  "stackTrace",
  "meteringMetadata",
  "workflowTaskCompletedEventId",
  "scheduledEventId",
  "startedEventId",
  "initiatedEventId",
  "externalInitiatedEventId",
  "workflowExecutionExpirationTime",
  "firstWorkflowTaskBackoff",
  "suggestContinueAsNewReasons",
  "useWorkflowBuildId",
  "forkEventVersion",
  "attempt",
  "inheritBuildId",
  "workerControlTaskQueue",
  "timeSkippingConfig",
  "links",
  "eagerExecutionAccepted",
  "acceptedEventId",
  "endpointId",
  "operationId",
  "operationToken",
  "requestedEventId",
  "acceptedRequestSequencingEventId",
]);

/** A request to cancel another workflow tells who asks. */
const ASKING_RUN = /run id [\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/;

/** Workflow tasks come and go with timing; all else is compared. */
const WORKFLOW_TASK = /^EVENT_TYPE_WORKFLOW_TASK_/;

/** Events that are written 1:1 for a command, in the order of the commands. */
const COMMAND = new Set(
  [
    "ACTIVITY_TASK_SCHEDULED",
    "ACTIVITY_TASK_CANCEL_REQUESTED",
    "TIMER_STARTED",
    "TIMER_CANCELED",
    "MARKER_RECORDED",
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES",
    "WORKFLOW_PROPERTIES_MODIFIED",
    "START_CHILD_WORKFLOW_EXECUTION_INITIATED",
    "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED",
    "REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED",
    "WORKFLOW_EXECUTION_UPDATE_ACCEPTED",
    "WORKFLOW_EXECUTION_UPDATE_COMPLETED",
    "NEXUS_OPERATION_SCHEDULED",
    "NEXUS_OPERATION_CANCEL_REQUESTED",
    "WORKFLOW_EXECUTION_COMPLETED",
    "WORKFLOW_EXECUTION_FAILED",
    "WORKFLOW_EXECUTION_CANCELED",
    "WORKFLOW_EXECUTION_CONTINUED_AS_NEW",
  ].map((name) => `EVENT_TYPE_${name}`),
);

/** A history as JSON (proto3 form). */
export interface HistoryJson {
  readonly events: readonly { readonly [key: string]: Json }[];
}

/**
 * Differences between an expected and an actual history, as lines for people; empty when there are none.
 *
 * @param sameValues false for workflows whose values depend on the run's own seed or times: payloads are then left out.
 */
export function historyDifferences(
  expected: HistoryJson,
  actual: HistoryJson,
  sameValues: boolean,
): string[] {
  const wanted = normalized(expected, sameValues);
  const found = normalized(actual, sameValues);
  return [
    ...sequenceDifferences(wanted.filter(isCommand), found.filter(isCommand)),
    ...bagDifferences(
      wanted.filter((event) => !isCommand(event)),
      found.filter((event) => !isCommand(event)),
    ),
  ];
}

function isCommand(event: string): boolean {
  return COMMAND.has(event.slice(0, event.indexOf(" ")));
}

function normalized(history: HistoryJson, sameValues: boolean): string[] {
  return history.events
    .filter(({ eventType }) => !WORKFLOW_TASK.test(String(eventType)))
    .map(withoutLocalTimes)
    .map(({ eventType, ...rest }) => `${eventType} ${JSON.stringify(clean(rest, sameValues) ?? {})}`);
}

type EventJson = HistoryJson["events"][number];

/**
 * The marker of a local activity tells when it was scheduled and when it ended: both differ from run to run; and only Perdure's
 * tells that it stands apart.
 */
function withoutLocalTimes(event: EventJson): EventJson {
  const marker = event["markerRecordedEventAttributes"] as
    | { readonly details?: { readonly data?: { readonly payloads: readonly { readonly data: string }[] } } }
    | undefined;
  const data = marker?.details?.data?.payloads[0]?.data;
  if (data === undefined) return event;
  const {
    complete_time,
    original_schedule_time: _,
    apart: __,
    ...told
  } = JSON.parse(atob(data)) as {
    readonly [key: string]: Json;
  };
  const known: Json = { ...told, timed: complete_time !== null };
  return {
    ...event,
    markerRecordedEventAttributes: {
      ...marker,
      details: { ...marker?.details, data: known },
    } as unknown as Json,
  };
}

/** Without volatile keys, defaults and empty parts, keys in order. */
function clean(value: Json | undefined, sameValues: boolean): Json | undefined {
  if (
    value === undefined ||
    value === null ||
    value === false ||
    value === "" ||
    value === 0 ||
    value === "0"
  )
    return undefined;
  if (typeof value === "string") return value.replace(ASKING_RUN, "run id …");
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => clean(item, sameValues) ?? null);
    return items.length > 0 ? items : undefined;
  }
  const entries = Object.entries(value)
    .filter(([key]) => !VOLATILE.has(key) && (sameValues || key !== "payloads"))
    .map(([key, item]) => [key, clean(item, sameValues)] as const)
    .filter((entry): entry is readonly [string, Json] => entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function sequenceDifferences(expected: readonly string[], actual: readonly string[]): string[] {
  const length = Math.max(expected.length, actual.length);
  for (let index = 0; index < length; index++) {
    if (expected[index] !== actual[index]) {
      return [
        `command ${index + 1} expected: ${expected[index] ?? "(none)"}`,
        `command ${index + 1} found:    ${actual[index] ?? "(none)"}`,
      ];
    }
  }
  return [];
}

function bagDifferences(expected: readonly string[], actual: readonly string[]): string[] {
  const left = [...expected];
  const extra: string[] = [];
  for (const event of actual) {
    const at = left.indexOf(event);
    if (at >= 0) left.splice(at, 1);
    else extra.push(event);
  }
  return [...left.map((event) => `missing: ${event}`), ...extra.map((event) => `too much: ${event}`)];
}
