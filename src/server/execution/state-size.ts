import { bufferBytes } from "../history/buffer.ts";
import { payloadsBytes } from "../rpc/payload-bytes.ts";
import type { RunFields, RunState } from "./run-state.ts";
import type { Transaction } from "./transaction.ts";

/** Whether what a run has to keep besides its history is more than `limits.stateBytes` now. Free where nothing large came. */
export function stateTooLarge(tx: Transaction, before: RunFields): boolean {
  return hasGrown(tx, before) && heldBytes(tx.state) > tx.limits.stateBytes;
}

function hasGrown({ state, fields }: Transaction, before: RunFields): boolean {
  if (fields.memo !== before.memo || fields.buffer.length > before.buffer.length) return true;
  for (const scheduledId of state.activities.changedKeys()) {
    if (state.activities.get(scheduledId)?.heartbeatDetails !== undefined) return true;
  }
  return false;
}

/** What of a run's state can be large: the rest is a few hundred bytes for each thing under way, of which there are limits. */
export function heldBytes({ fields, activities }: Pick<RunState, "fields" | "activities">): number {
  let bytes = bufferBytes(fields.buffer) + payloadsBytes({ payloads: Object.values(fields.memo) });
  for (const { heartbeatDetails } of activities.values()) bytes += payloadsBytes(heartbeatDetails);
  return bytes;
}
