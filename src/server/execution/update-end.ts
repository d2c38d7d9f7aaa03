import { workflowNotReady } from "../rpc/failures.ts";
import type { ServiceFailure } from "../rpc/service-failure.ts";
import type { Transaction } from "./transaction.ts";

/**
 * The run ends: who waits for an update is told so. What no worker has accepted came to nothing, what is accepted failed; the
 * closed run's state says both, to those who ask later.
 */
export function endUpdates(tx: Transaction): void {
  const { state, run } = tx;
  if (state.liveUpdates.size === 0 && state.fields.openUpdates === 0) return;
  for (const { updateId } of state.liveUpdates.values()) run.updates.tell(tx, updateId);
  for (const { updateId, outcome } of state.updates.values()) {
    if (outcome === undefined) run.updates.tell(tx, updateId);
  }
}

/** Forgets the updates that no worker has accepted. Those that history tells of stay. Gives the error that who waits for them gets. */
export function abortUnaccepted(tx: Transaction, error: ServiceFailure): ServiceFailure {
  const { liveUpdates } = tx.state;
  for (const { updateId, request } of [...liveUpdates.values()]) {
    if (request === undefined) continue;
    liveUpdates.delete(updateId);
    tx.run.updates.tell(tx, updateId, { kind: "aborted", error });
  }
  return error;
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
