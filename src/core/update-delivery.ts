import type { HistoryEvent } from "../gen/codec/temporal/api/history/v1/message.ts";
import { eventId } from "./event-id.ts";
import { upcoming } from "./history/lookahead.ts";
import { openUpdate } from "./machines/update.ts";
import type { Problem } from "./problem.ts";
import type { Run } from "./run-state.ts";
import { acceptedMessage, admittedMessage, type UpdateRequestMessage } from "./update-messages.ts";

/*
 * How updates reach workflow code.
 *
 * U1. Live, by messages of the open task: each is delivered before the first event that its sequencing event precedes.
 * U2. In a replay there are no messages: what is about to be accepted in the next slice was delivered in this one.
 * U3. An admitted request counts for the slice that has its event, together with the slice after it.
 */

/** Delivers the messages that belong before the event with this id. */
export function deliverBefore(run: Run, nextEventId: number): void {
  const { inbox } = run;
  if (inbox.length === 0) return;
  const due = (message: UpdateRequestMessage): boolean => message.sequencingEventId < nextEventId;
  if (!inbox.some(due)) return;
  run.inbox = inbox.filter((message) => !due(message));
  for (const message of inbox) if (due(message)) openUpdate(message, run);
}

/** History holds the request itself: it was admitted before any worker saw it. */
export function takeAdmitted(run: Run, event: HistoryEvent): Problem | undefined {
  if (event.attributes.case !== "workflowExecutionUpdateAdmittedEventAttributes") return undefined;
  const message = admittedMessage(run.eventId, event.attributes.value);
  if ("message" in message) return message;
  if (run.replaying) run.admitted.set(message.protocolInstanceId, message);
  else run.inbox = [...run.inbox, message];
  return undefined;
}

/** Delivers the updates that history accepts in the next slice. */
export function deliverReplayed(run: Run): Problem | undefined {
  const { admitted, cursor } = run;
  const [from, to] = upcoming(cursor);
  for (let i = from; i < to; i++) {
    const event = cursor.events[i]!;
    if (event.attributes.case !== "workflowExecutionUpdateAcceptedEventAttributes") continue;
    const { value } = event.attributes;
    const message = admitted.get(value.protocolInstanceId) ?? acceptedMessage(eventId(event.eventId), value);
    if ("message" in message) return message;
    admitted.delete(value.protocolInstanceId);
    openUpdate(message, run);
  }
  if (admitted.size > 0) admitted.clear();
  return undefined;
}
