import type { HistoryEvent } from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import { type Recorded, type RecordedTask, workflowTasks } from "../replay/recorded.ts";
import { localMarkerOf } from "../replay/recorded-locals.ts";
import { OFFICIAL_IDENTITY } from "./official-peer.ts";

/*
 * What the official SDK (1.24.0) cannot replay of what it did itself, or what a worker of Perdure did likewise. Found by this fuzzer,
 * and proven by programs made for it that fail each time.
 */

/** Whether the official SDK failed for one of these reasons. */
export function isOfficials(history: Recorded, message: string): boolean {
  return isToldEarly(history, message) || isToldTwice(history, message);
}

/** How the official core names the event at which a replay left the history: by its id, or by the activity it schedules. */
const LEFT_AT =
  /\[TMPRL1100\].* (?:machine does not handle this event: HistoryEvent\(id: (\d+),|Activity id of scheduled event '([^']+)' does not match)/;

/**
 * Whether the official SDK left a history at a task in which a local activity ended. Live, it tells the end in an activation of its
 * own. When it replays, it tells it together with all else of the task, as the end or the cancellation of an activity: should that
 * take more microtasks to go on than the local activity, commands change places.
 */
function isToldEarly(history: Recorded, message: string): boolean {
  const [, eventId, activityId] = LEFT_AT.exec(message) ?? [];
  const isLeft = (event: HistoryEvent): boolean =>
    eventId === undefined
      ? activityId !== undefined && scheduledActivity(event) === activityId
      : event.eventId === BigInt(eventId);
  return workflowTasks(history.events).some(
    (task) => task.commandEvents.some(isLeft) && task.commandEvents.some((event) => endsApart(task, event)),
  );
}

function scheduledActivity({ attributes }: HistoryEvent): string | undefined {
  return attributes.case === "activityTaskScheduledEventAttributes" ? attributes.value.activityId : undefined;
}

/** Whether it is the end of a local activity that was, or may have been, told in an activation of its own. */
function endsApart({ completed }: RecordedTask, event: HistoryEvent): boolean {
  const marker = localMarkerOf(event);
  if (marker === undefined) return false;
  return marker.apart || completed?.identity === OFFICIAL_IDENTITY;
}

/**
 * Whether the official SDK stumbled over a Nexus operation that was cancelled with `TRY_CANCEL` before it started, and then started
 * or ended: its core tells the workflow of the cancellation, and of that as well, of which the workflow does not know what to make.
 */
function isToldTwice({ events }: Recorded, message: string): boolean {
  if (!/No completion for taskSeq \d+/.test(message)) return false;
  const cancelled = new Set<bigint>();
  const started = new Set<bigint>();
  for (const { attributes } of events) {
    switch (attributes.case) {
      case "nexusOperationCancelRequestedEventAttributes":
        cancelled.add(attributes.value.scheduledEventId);
        break;
      case "nexusOperationStartedEventAttributes":
        if (cancelled.has(attributes.value.scheduledEventId)) return true;
        started.add(attributes.value.scheduledEventId);
        break;
      case "nexusOperationCompletedEventAttributes":
      case "nexusOperationFailedEventAttributes":
      case "nexusOperationCanceledEventAttributes":
      case "nexusOperationTimedOutEventAttributes": {
        const { scheduledEventId } = attributes.value;
        if (cancelled.has(scheduledEventId) && !started.has(scheduledEventId)) return true;
        break;
      }
      default:
    }
  }
  return false;
}
