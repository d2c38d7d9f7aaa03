import type { StoredEvent } from "../history/event.ts";
import { alreadyClosing, closedUpdate, workflowNotReady } from "../rpc/failures.ts";
import type { Transaction } from "./transaction.ts";

/**
 * The run ends: what no worker has accepted comes to nothing. If another run follows, callers are told to try again, and
 * come to that one. What is accepted ends as failed, which its state tells.
 */
export function endUpdates(tx: Transaction): void {
  const { state, run } = tx;
  if (state.liveUpdates.size === 0 && state.fields.openUpdates === 0) return;
  const error = hasNextRun(tx.batches.at(-1)?.at(-1)) ? alreadyClosing() : closedUpdate();
  for (const { updateId } of [...state.liveUpdates.values()]) {
    state.liveUpdates.delete(updateId);
    run.updates.tell(tx, updateId, { kind: "aborted", error });
  }
  for (const record of state.updates.values()) {
    if (record.outcome === undefined && record.acceptedEventId !== 0) run.updates.tell(tx, record.updateId);
  }
}

/** A task failed because of what its worker answered: the updates that the worker had are not tried again. */
export function abortSentUpdates(tx: Transaction): void {
  const { liveUpdates } = tx.state;
  for (const update of [...liveUpdates.values()]) {
    if (update.sentWith === 0) continue;
    // One that the history tells of stays, for the next task.
    if (update.request === undefined) liveUpdates.set(update.updateId, { ...update, sentWith: 0 });
    else liveUpdates.delete(update.updateId);
    const error = workflowNotReady(
      "Unable to perform workflow execution update due to unexpected workflow task failure.",
    );
    tx.run.updates.tell(tx, update.updateId, { kind: "aborted", error });
  }
}

function hasNextRun(last: StoredEvent | undefined): boolean {
  const value = last?.attributes.value;
  return value !== undefined && "newExecutionRunId" in value && Boolean(value.newExecutionRunId);
}
