import type { Init } from "../../codec-runtime/init.ts";
import type { Message } from "../../gen/codec/temporal/api/protocol/v1/message.ts";
import { encodeRequest } from "../../gen/codec/temporal/api/update/v1/message.ts";
import type { Run } from "./run.ts";
import type { RunState, WorkflowTask } from "./run-state.ts";
import type { Transaction } from "./transaction.ts";

/** How the bodies of messages about updates are named. */
export const UPDATE_PROTOCOL = "temporal.api.update.v1";

/** A task begins: the updates that go to its worker are with it from now on. */
export function sendUpdates(tx: Transaction, task: WorkflowTask, onlyNew: boolean): void {
  const { liveUpdates } = tx.state;
  if (liveUpdates.size === 0) return;
  for (const update of [...liveUpdates.values()]) {
    if (onlyNew && update.sentWith !== 0) continue;
    liveUpdates.set(update.updateId, { ...update, sentWith: task.stamp });
  }
}

/** The requests that go to the worker with a task that has started, in the order in which they came. */
export function messagesFor(run: Run, task: WorkflowTask): readonly Init<Message>[] {
  const messages: Init<Message>[] = [];
  if (run.state.liveUpdates.size === 0) return messages;
  for (const { updateId, request, sentWith } of run.state.liveUpdates.values()) {
    if (sentWith !== task.stamp || request === undefined) continue;
    messages.push({
      id: requestMessageId(updateId),
      protocolInstanceId: updateId,
      sequencingId: { case: "eventId", value: task.startedId - 1 },
      body: { typeUrl: `type.googleapis.com/${UPDATE_PROTOCOL}.Request`, value: encodeRequest(request) },
    });
  }
  return messages;
}

/** Id of the message that brings an update to a worker. */
export function requestMessageId(updateId: string): string {
  return `${updateId}/request`;
}

/** How many updates a run has had, those that wait included. */
export function countUpdates(state: RunState): number {
  let count = state.updates.size;
  if (state.liveUpdates.size === 0) return count;
  // The history tells of those without a request: they are counted already.
  for (const update of state.liveUpdates.values()) if (update.request !== undefined) count += 1;
  return count;
}
