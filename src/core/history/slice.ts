import type { HistoryEvent } from "../../gen/codec/temporal/api/history/v1/message.ts";
import { eventId } from "../event-id.ts";
import { type EventKind, eventKind } from "./event-kinds.ts";

/** What `findSliceEnd` gives when more events are needed to tell. */
export const INCOMPLETE = -1;

/** Where to look for a slice, in a list that is sorted by id. */
export interface SliceSearch {
  readonly events: readonly HistoryEvent[];
  /** Index of the first event after the start of the last workflow task that workflow code saw. */
  readonly from: number;
  /** True when no event will follow the list. */
  readonly haveLast: boolean;
}

/** How one scan stands. Small and short-lived: one per slice. */
interface Scan {
  sawCommand: boolean;
  sawCommandOrStart: boolean;
  /** Indexes of the started workflow tasks that may end the slice. */
  readonly open: number[];
}

function leadsNowhere(after: EventKind | undefined): boolean {
  switch (after?.name) {
    case "workflowTaskFailed":
    case "workflowTaskTimedOut":
    case "workflowExecutionTimedOut":
    case "workflowExecutionTerminated":
    case "workflowExecutionCanceled":
      return true;
    default:
      return false;
  }
}

/** An update ran in the first task started after the event that ordered it: the slice ends there. */
function endBeforeUpdate(events: readonly HistoryEvent[], scan: Scan, sequencingId: bigint): number {
  for (let i = scan.open.length - 1; i >= 0; i--) {
    const index = scan.open[i]!;
    if (events[index]!.eventId < sequencingId) return index;
  }
  return INCOMPLETE;
}

/**
 * Decides on a started workflow task: the index where the slice ends, or `INCOMPLETE` to go on. What the two events
 * after it are decides, so that a page that ends here decides nothing.
 */
function endAtStarted({ events, haveLast }: SliceSearch, index: number, scan: Scan): number {
  const next = events[index + 1];
  const nextKind = next === undefined ? undefined : eventKind(next);
  if (leadsNowhere(nextKind)) return INCOMPLETE;
  scan.open.push(index);
  const second = nextKind?.name === "workflowTaskCompleted" ? events[index + 2] : undefined;
  if (second !== undefined) {
    const { attributes } = second;
    if (attributes.case === "workflowTaskScheduledEventAttributes" && !scan.sawCommand) return INCOMPLETE;
    if (attributes.case === "workflowExecutionUpdateAcceptedEventAttributes") {
      const end = endBeforeUpdate(events, scan, attributes.value.acceptedRequestSequencingEventId);
      return end === INCOMPLETE ? index : end;
    }
    return index;
  }
  const atEdge = next === undefined || nextKind?.name === "workflowTaskCompleted";
  if (atEdge && !haveLast) return INCOMPLETE;
  return scan.sawCommandOrStart ? index : INCOMPLETE;
}

/**
 * Finds where the next slice of history ends: the last event (inclusive) of what workflow code is to see as one workflow
 * task. Tasks that failed, timed out or did nothing are merged into the one that follows.
 */
export function findSliceEnd(search: SliceSearch): number {
  const { events, from } = search;
  const scan: Scan = { sawCommand: false, sawCommandOrStart: false, open: [] };
  for (let index = from; index < events.length; index++) {
    const kind = eventKind(events[index]!);
    if (kind === undefined) continue;
    if (kind.command) {
      scan.sawCommand = true;
      scan.sawCommandOrStart = true;
    }
    if (kind.terminal) return index;
    if (kind.name === "workflowExecutionStarted") scan.sawCommandOrStart = true;
    else if (kind.name === "workflowTaskStarted") {
      const end = endAtStarted(search, index, scan);
      if (end !== INCOMPLETE) return end;
    }
  }
  return INCOMPLETE;
}

/** Index of the first event at or after `from` whose id is greater than `id`. */
export function indexAfter(events: readonly HistoryEvent[], from: number, id: number): number {
  let index = from;
  while (index < events.length && eventId(events[index]!.eventId) <= id) index++;
  return index;
}
