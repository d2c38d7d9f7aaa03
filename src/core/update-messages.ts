import type { Init } from "../codec-runtime/init.ts";
import type { Message } from "../gen/codec/temporal/api/protocol/v1/message.ts";
import {
  type Acceptance,
  decodeRequest,
  encodeAcceptance,
  encodeRejection,
  encodeResponse,
  type Rejection,
  type Request,
  type Response,
} from "../gen/codec/temporal/api/update/v1/message.ts";
import { eventId } from "./event-id.ts";
import type { AttributesOf } from "./history/event-kinds.ts";
import { fatal, type Problem } from "./problem.ts";

const TYPES = "type.googleapis.com/temporal.api.update.v1.";

/** A request to update the workflow, as a message of the server brings it or as history tells of it. */
export interface UpdateRequestMessage {
  readonly messageId: string;
  readonly protocolInstanceId: string;
  /** The update comes after this event and before the next. */
  readonly sequencingEventId: number;
  /** Whole, with fields that this SDK does not know: the acceptance gives it back. */
  readonly request: Request;
}

/** The messages of a workflow task; a problem if there is one that core cannot deal with. */
export function readMessages(messages: readonly Message[]): UpdateRequestMessage[] | Problem {
  const read: UpdateRequestMessage[] = [];
  for (const message of messages) {
    const update = readMessage(message);
    if ("message" in update) return update;
    read.push(update);
  }
  return read;
}

function readMessage({
  id,
  protocolInstanceId,
  sequencingId,
  body,
}: Message): UpdateRequestMessage | Problem {
  const typeUrl = body?.typeUrl ?? "";
  if (body === undefined || !typeUrl.endsWith("/temporal.api.update.v1.Request")) {
    return fatal(`protocol message '${id}' has a body of type '${typeUrl}'; expected an update request`);
  }
  if (sequencingId.case !== "eventId") {
    return fatal(
      `protocol message '${id}' is not sequenced by an event id but by ${sequencingId.case ?? "nothing"}`,
    );
  }
  let request: Request;
  try {
    request = decodeRequest(body.value, { unknownFields: true });
  } catch (error) {
    return fatal(`protocol message '${id}' cannot be read: ${String(error)}`);
  }
  if (request.meta === undefined || request.input === undefined) return incomplete(`message '${id}'`);
  return { messageId: id, protocolInstanceId, sequencingEventId: eventId(sequencingId.value), request };
}

function incomplete(where: string): Problem {
  return fatal(`the update request of ${where} must have the fields meta and input`);
}

/** What history says of a request that was admitted before a worker saw it (after a reset, for one). */
export function admittedMessage(
  admittedEventId: number,
  { request }: AttributesOf<"workflowExecutionUpdateAdmitted">,
): UpdateRequestMessage | Problem {
  if (request?.meta === undefined || request.input === undefined) {
    return incomplete(`event ${admittedEventId}, WorkflowExecutionUpdateAdmitted,`);
  }
  const { updateId } = request.meta;
  return {
    messageId: `${updateId}/request`,
    protocolInstanceId: updateId,
    sequencingEventId: admittedEventId,
    request,
  };
}

/** The message that once led to this event. */
export function acceptedMessage(
  acceptedEventId: number,
  accepted: AttributesOf<"workflowExecutionUpdateAccepted">,
): UpdateRequestMessage | Problem {
  const { acceptedRequest: request } = accepted;
  if (request?.meta === undefined || request.input === undefined) {
    return incomplete(`event ${acceptedEventId}, WorkflowExecutionUpdateAccepted,`);
  }
  return {
    messageId: accepted.acceptedRequestMessageId,
    protocolInstanceId: accepted.protocolInstanceId,
    sequencingEventId: eventId(accepted.acceptedRequestSequencingEventId),
    request,
  };
}

type Answer = Init<Message>;

export function acceptance(id: string, protocolInstanceId: string, body: Init<Acceptance>): Answer {
  return { id, protocolInstanceId, body: { typeUrl: `${TYPES}Acceptance`, value: encodeAcceptance(body) } };
}

export function rejection(id: string, protocolInstanceId: string, body: Init<Rejection>): Answer {
  return { id, protocolInstanceId, body: { typeUrl: `${TYPES}Rejection`, value: encodeRejection(body) } };
}

export function response(id: string, protocolInstanceId: string, body: Init<Response>): Answer {
  return { id, protocolInstanceId, body: { typeUrl: `${TYPES}Response`, value: encodeResponse(body) } };
}
