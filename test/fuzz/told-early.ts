import { type Recorded, workflowTasks } from "../replay/recorded.ts";
import { localMarkerOf } from "../replay/recorded-locals.ts";
import { OFFICIAL_IDENTITY } from "./official-peer.ts";

/** How the official core names the event at which a replay left the history. */
const LEFT_AT = /\[TMPRL1100\].* machine does not handle this event: HistoryEvent\(id: (\d+),/;

/**
 * Whether the official SDK fails to replay what it did itself. Live, it tells the end of a local activity in an activation of its
 * own. When it replays, it tells it together with what ends at once, as the cancellation of an activity does: should that
 * take more microtasks to go on than the local activity, commands change places. It is so each time: a scope is cancelled that an
 * activity with `TRY_CANCEL` runs in, while a local activity runs, and the code behind the first awaits some promises more.
 */
export function isToldEarly(history: Recorded, message: string): boolean {
  const left = LEFT_AT.exec(message)?.[1];
  if (left === undefined) return false;
  return workflowTasks(history.events).some(
    ({ completed, commandEvents }) =>
      completed?.identity === OFFICIAL_IDENTITY &&
      commandEvents.some(({ eventId }) => eventId === BigInt(left)) &&
      commandEvents.some((event) => localMarkerOf(event) !== undefined),
  );
}
