import type { Init } from "../../src/codec-runtime/init.ts";
import type { HistoryEvent } from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import type { Message } from "../../src/gen/codec/temporal/api/protocol/v1/message.ts";
import {
  decodeAcceptance,
  decodeRejection,
  decodeResponse,
  encodeRequest,
} from "../../src/gen/codec/temporal/api/update/v1/message.ts";
import type { RecordedTask } from "./recorded.ts";

/*
 * The protocol messages of a recorded task, told from the events that were written for them: a history does not hold them.
 */

const PACKAGE = "type.googleapis.com/temporal.api.update.v1.";

/** The requests that came with a task, save those that history itself admits. */
export function messagesOfTask(events: readonly HistoryEvent[], task: RecordedTask): Init<Message>[] {
  const admitted = new Set<string | undefined>();
  for (const { eventId, attributes } of events) {
    if (attributes.case !== "workflowExecutionUpdateAdmittedEventAttributes") continue;
    if (eventId < task.startedId) admitted.add(attributes.value.request?.meta?.updateId);
  }
  return task.commandEvents.flatMap(({ attributes }): Init<Message>[] => {
    if (attributes.case !== "workflowExecutionUpdateAcceptedEventAttributes") return [];
    const { value } = attributes;
    if (admitted.has(value.protocolInstanceId)) return [];
    return [
      {
        id: value.acceptedRequestMessageId,
        protocolInstanceId: value.protocolInstanceId,
        sequencingId: { case: "eventId", value: value.acceptedRequestSequencingEventId },
        body: { typeUrl: `${PACKAGE}Request`, value: encodeRequest(value.acceptedRequest ?? {}) },
      },
    ];
  });
}

/** What an answer says about updates, but for rejections: these leave nothing in history to compare with. */
export function saidOfUpdates(messages: readonly Message[]): object[] {
  return messages.flatMap(({ id, protocolInstanceId, body }): object[] => {
    const bytes = body?.value ?? new Uint8Array(0);
    switch (body?.typeUrl) {
      case `${PACKAGE}Acceptance`: {
        const { acceptedRequestMessageId, acceptedRequestSequencingEventId, acceptedRequest } =
          decodeAcceptance(bytes);
        const request = {
          messageId: acceptedRequestMessageId,
          sequencingId: acceptedRequestSequencingEventId,
          acceptedRequest,
        };
        return [{ id, protocolInstanceId, accepted: request }];
      }
      case `${PACKAGE}Response`: {
        const { meta, outcome } = decodeResponse(bytes);
        return [{ id, completed: { meta, outcome: withoutStack(outcome) } }];
      }
      case `${PACKAGE}Rejection`:
        decodeRejection(bytes);
        return [];
      default:
        throw new Error(`no message is expected of type ${body?.typeUrl}`);
    }
  });
}

/** The same, from the events that were written for it. */
export function writtenOfUpdates(
  events: readonly HistoryEvent[],
  history: readonly HistoryEvent[],
): object[] {
  return events.flatMap(({ attributes }): object[] => {
    switch (attributes.case) {
      case "workflowExecutionUpdateAcceptedEventAttributes": {
        const {
          acceptedRequestMessageId,
          acceptedRequestSequencingEventId,
          acceptedRequest,
          protocolInstanceId,
        } = attributes.value;
        const request = {
          messageId: acceptedRequestMessageId,
          sequencingId: acceptedRequestSequencingEventId,
          // The server does not write a request twice.
          acceptedRequest: acceptedRequest ?? admittedRequest(history, protocolInstanceId),
        };
        return [{ id: `${acceptedRequestMessageId}/accept`, protocolInstanceId, accepted: request }];
      }
      case "workflowExecutionUpdateCompletedEventAttributes": {
        const { meta, outcome } = attributes.value;
        return [
          { id: `${meta?.updateId}/request/complete`, completed: { meta, outcome: withoutStack(outcome) } },
        ];
      }
      default:
        return [];
    }
  });
}

function admittedRequest(history: readonly HistoryEvent[], updateId: string): object | undefined {
  for (const { attributes } of history) {
    if (attributes.case !== "workflowExecutionUpdateAdmittedEventAttributes") continue;
    if (attributes.value.request?.meta?.updateId === updateId) return attributes.value.request;
  }
  return undefined;
}

/** Stacks are compared where workflows fail. */
function withoutStack(outcome: ReturnType<typeof decodeResponse>["outcome"]): object | undefined {
  if (outcome?.value.case !== "failure") return outcome;
  const { stackTrace: _, ...failure } = outcome.value.value;
  return { value: { case: "failure", value: failure } };
}
