import type { WorkflowCommand } from "../../src/core/command.ts";
import type { RespondToUpdate } from "../../src/core/update-jobs.ts";
import {
  decodeMessage,
  encodeMessage,
  type Message,
} from "../../src/gen/codec/temporal/api/protocol/v1/message.ts";
import { encodeRequest } from "../../src/gen/codec/temporal/api/update/v1/message.ts";

/** The request of an update with this id. */
export const request = (id: string) =>
  ({
    meta: { updateId: id, identity: "me" },
    input: { name: "set", args: { payloads: [{ data: Uint8Array.of(1) }] } },
  }) as const;

/** The message that brings it, with the id of the event before the task that it comes with. */
export function message(id: string, sequencing: number, more: Partial<Message> = {}): Message {
  return {
    ...decodeMessage(
      encodeMessage({
        id: `${id}/request`,
        protocolInstanceId: id,
        sequencingId: { case: "eventId", value: sequencing },
        body: {
          typeUrl: "type.googleapis.com/temporal.api.update.v1.Request",
          value: encodeRequest(request(id)),
        },
      }),
    ),
    ...more,
  };
}

/** What workflow code answers to an update. */
export const say = (protocolInstanceId: string, response: RespondToUpdate["response"]): WorkflowCommand => ({
  kind: "respondToUpdate",
  protocolInstanceId,
  response,
});
