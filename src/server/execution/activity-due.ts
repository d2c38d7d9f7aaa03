import { addActivity } from "./activities.ts";
import type { Engine } from "./engine.ts";
import type { Transaction } from "./transaction.ts";

/** An activity's back-off has ended or one of its timeouts struck. */
export function activityDue(engine: Engine, tx: Transaction, scheduledId: number): void {
  const activity = tx.state.activities.get(scheduledId);
  if (!activity) return;
  if (activity.backingOff && activity.scheduledMs <= tx.nowMs) {
    tx.state.activities.set(scheduledId, { ...activity, backingOff: false });
    addActivity(engine, tx, scheduledId);
  }
}
