import type { HistoryEvent } from "../../gen/codec/temporal/api/history/v1/message.ts";
import { eventId } from "../event-id.ts";
import { type EventKind, eventKind } from "./event-kinds.ts";

/** What `findSliceEnd` gives when more events are needed to tell. */
export const INCOMPLETE = -1;

/** Which SDK answered workflow tasks, as history says it: only where the name is another than before. */
export interface Answerers {
  /** How this SDK calls itself. */
  readonly ownSdkName: string;
  /** The open task's answer will say so too. */
  readonly namesItself: boolean;
  /** The last name before `namedFrom`, or at a completed task after it. */
  readonly lastSdkName: string;
}

/** Where to look for a slice, in a list that is sorted by id. */
export interface SliceSearch {
  readonly events: readonly HistoryEvent[];
  /** Index of the first event after the start of the last workflow task that workflow code saw. */
  readonly from: number;
  /** True when no event will follow the list. */
  readonly haveLast: boolean;
  readonly answerers: Answerers;
  /** Index from which `answerers` does not know names yet. */
  readonly namedFrom: number;
}

/** How one scan stands. Small and short-lived: one per slice. */
interface Scan {
  sawCommand: boolean;
  sawCommandOrStart: boolean;
  /** Indexes of the started workflow tasks that may end the slice. */
  readonly open: number[];
  /** The SDK that answered the last completed task before index `namedTo`. */
  sdkName: string;
  namedTo: number;
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
 * Whether the task after the one that was completed at this index was answered by this SDK, or will be. Undefined: history goes on
 * beyond the list, and the list does not tell.
 */
function nextIsOwn(search: SliceSearch, completed: number, scan: Scan): boolean | undefined {
  const { events, haveLast, answerers } = search;
  for (let i = scan.namedTo; i < events.length; i++) {
    const { attributes } = events[i]!;
    if (attributes.case !== "workflowTaskCompletedEventAttributes") continue;
    scan.namedTo = i + 1;
    scan.sdkName = attributes.value.sdkMetadata?.sdkName || scan.sdkName;
    if (i > completed) return scan.sdkName === answerers.ownSdkName;
  }
  return haveLast ? answerers.namesItself : undefined;
}

/**
 * Decides on a started workflow task: the index where the slice ends, or `INCOMPLETE` to go on. What the two events
 * after it are decides, so that a page that ends here decides nothing.
 */
function endAtStarted(search: SliceSearch, index: number, scan: Scan): number {
  const { events, haveLast } = search;
  const next = events[index + 1];
  const nextKind = next === undefined ? undefined : eventKind(next);
  if (leadsNowhere(nextKind)) return INCOMPLETE;
  scan.open.push(index);
  const second = nextKind?.name === "workflowTaskCompleted" ? events[index + 2] : undefined;
  if (second !== undefined) {
    const { attributes } = second;
    if (attributes.case === "workflowTaskScheduledEventAttributes" && !scan.sawCommand) {
      // Other SDKs, when they replay, give workflow code what came of this task and of the next one at once. Here it had its turn.
      return nextIsOwn(search, index + 1, scan) ? index : INCOMPLETE;
    }
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
 * task. Tasks that failed or timed out are merged into the one that follows; so are those that did nothing, where another SDK
 * answered the one that follows, since that is how the others replay.
 */
export function findSliceEnd(search: SliceSearch): number {
  const { events, from, namedFrom, answerers } = search;
  const { lastSdkName: sdkName } = answerers;
  const scan: Scan = { sawCommand: false, sawCommandOrStart: false, open: [], sdkName, namedTo: namedFrom };
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
