import { workflowResult as clientResult, type WorkflowResultOptions } from "../client/workflow-result.ts";
import { decodeBase64 } from "../codec-runtime/base64.ts";
import type { JsonObject } from "../codec-runtime/json.ts";
import { JsonReader } from "../codec-runtime/json-reader.ts";
import { scanFields } from "../codec-runtime/wire-scan.ts";
import type { Workflow, WorkflowResultType } from "../common/workflow-type.ts";
import { defaultFailureConverter } from "../converter/sync/failure-converter.ts";
import * as json from "../gen/codec/temporal/api/history/v1/message.json.ts";
import * as binary from "../gen/codec/temporal/api/history/v1/message.ts";
import type { CallOptions } from "../transport/unary-call.ts";
import type { EdgeConnection } from "./edge-connection.ts";
import { type EdgeRpc, get } from "./edge-rpc.ts";
import { edgeScope } from "./edge-scope.ts";
import { checkedExecution, type WorkflowTarget } from "./target.ts";

type Attributes = binary.HistoryEvent["attributes"];
type CloseCase = Extract<Attributes["case"], `workflowExecution${string}`>;

/** What is read of an answer: the event that ended the run, of which there are six kinds. */
interface CloseEventAnswer {
  readonly history: {
    readonly events: readonly { readonly eventId: bigint; readonly attributes: Attributes }[];
  };
  readonly nextPageToken: Uint8Array;
}

/** Field of the event, and how its attributes are read; the codec of all events would be the largest part of a bundle. */
interface CloseKind {
  readonly field: number;
  readonly case: CloseCase;
  readonly fromJson: (json: JsonObject, reader: JsonReader) => object;
  readonly fromBinary: (bytes: Uint8Array) => object;
}

const KINDS: readonly CloseKind[] = [
  {
    field: 7,
    case: "workflowExecutionCompletedEventAttributes",
    fromJson: json.readWorkflowExecutionCompletedEventAttributesJson,
    fromBinary: binary.decodeWorkflowExecutionCompletedEventAttributes,
  },
  {
    field: 8,
    case: "workflowExecutionFailedEventAttributes",
    fromJson: json.readWorkflowExecutionFailedEventAttributesJson,
    fromBinary: binary.decodeWorkflowExecutionFailedEventAttributes,
  },
  {
    field: 9,
    case: "workflowExecutionTimedOutEventAttributes",
    fromJson: json.readWorkflowExecutionTimedOutEventAttributesJson,
    fromBinary: binary.decodeWorkflowExecutionTimedOutEventAttributes,
  },
  {
    field: 27,
    case: "workflowExecutionTerminatedEventAttributes",
    fromJson: json.readWorkflowExecutionTerminatedEventAttributesJson,
    fromBinary: binary.decodeWorkflowExecutionTerminatedEventAttributes,
  },
  {
    field: 29,
    case: "workflowExecutionCanceledEventAttributes",
    fromJson: json.readWorkflowExecutionCanceledEventAttributesJson,
    fromBinary: binary.decodeWorkflowExecutionCanceledEventAttributes,
  },
  {
    field: 33,
    case: "workflowExecutionContinuedAsNewEventAttributes",
    fromJson: json.readWorkflowExecutionContinuedAsNewEventAttributesJson,
    fromBinary: binary.decodeWorkflowExecutionContinuedAsNewEventAttributes,
  },
];

export const closeEventRpc: EdgeRpc<CloseEventAnswer> = {
  name: "GetWorkflowExecutionHistory",
  http: get("workflows/{execution.workflow_id}/history"),
  fromJson,
  fromBinary,
};

function fromJson(answer: JsonObject): CloseEventAnswer {
  const reader = new JsonReader({ ignoreUnknown: true });
  const events = ((answer["history"] as JsonObject | undefined)?.["events"] ?? []) as JsonObject[];
  return {
    history: {
      events: events.map((event) => {
        const kind = KINDS.find((each) => event[each.case] !== undefined);
        const value = kind?.fromJson(event[kind.case] as JsonObject, reader);
        return { eventId: BigInt(String(event["eventId"] ?? 0)), attributes: attributes(kind, value) };
      }),
    },
    nextPageToken: decodeBase64(String(answer["nextPageToken"] ?? "")),
  };
}

function fromBinary(bytes: Uint8Array): CloseEventAnswer {
  const events: { eventId: bigint; attributes: Attributes }[] = [];
  let nextPageToken: Uint8Array = new Uint8Array(0);
  scanFields(bytes, (field, value) => {
    if (typeof value === "number") return;
    if (field === 3) nextPageToken = value;
    if (field !== 1) return;
    scanFields(value, (inner, event) => {
      if (inner === 1 && typeof event !== "number") events.push(eventFromBinary(event));
    });
  });
  return { history: { events }, nextPageToken };
}

function eventFromBinary(bytes: Uint8Array): { eventId: bigint; attributes: Attributes } {
  let eventId = 0n;
  let found: Attributes = attributes(undefined, undefined);
  scanFields(bytes, (field, value) => {
    if (field === 1) eventId = BigInt(Number(value));
    const kind = KINDS.find((each) => each.field === field);
    if (kind !== undefined && typeof value !== "number") found = attributes(kind, kind.fromBinary(value));
  });
  return { eventId, attributes: found };
}

/** `KINDS` has seen to it that value and case belong together. */
function attributes(kind: CloseKind | undefined, value: object | undefined): Attributes {
  return { case: kind?.case, value } as Attributes;
}

/**
 * Waits until a workflow ends, and gives its result. Waits of more than the server's long poll (20 s and more) are made of several calls.
 *
 * @throws {WorkflowFailedError} when it did not complete; `cause` says why
 * @throws {WorkflowContinuedAsNewError} when it continued as new and `followRuns` is false
 * @throws {WorkflowNotFoundError} when there is no such workflow
 *
 * @example
 * ```ts
 * const receipt = await workflowResult<typeof order>(temporal, { workflowId: "order-1" });
 * ```
 */
export async function workflowResult<T extends Workflow = Workflow>(
  temporal: EdgeConnection,
  target: WorkflowTarget,
  options: WorkflowResultOptions & CallOptions = {},
): Promise<WorkflowResultType<T>> {
  const scope = edgeScope(temporal, { getWorkflowExecutionHistory: closeEventRpc }, defaultFailureConverter);
  return (await clientResult(scope, checkedExecution(target), options)) as WorkflowResultType<T>;
}
