import type { Activation } from "../../src/core/activation.ts";
import type { Completion } from "../../src/core/command.ts";
import type { Effect } from "../../src/core/effect.ts";
import { localCancellation } from "../../src/core/failures.ts";
import type { Input } from "../../src/core/input.ts";
import type { LocalActivityResult, ScheduleLocalActivity } from "../../src/core/local-activity-jobs.ts";
import {
  isLocalActivityMarker,
  type LocalActivityMarker,
  readLocalActivityMarker,
} from "../../src/core/local-activity-marker.ts";
import type { HistoryEvent } from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import { type Recorded, workflowTasks } from "./recorded.ts";

/** The end that a marker tells; undefined for other events. */
export function localMarkerOf({ attributes }: HistoryEvent): LocalActivityMarker | undefined {
  if (attributes.case !== "markerRecordedEventAttributes") return undefined;
  return isLocalActivityMarker(attributes.value) ? readLocalActivityMarker(attributes.value) : undefined;
}

/** Whether any local activity ended in a history. */
export function hasLocals({ events }: Recorded): boolean {
  return events.some((event) => localMarkerOf(event) !== undefined);
}

type LocalWork = Omit<Extract<Effect, { kind: "localActivities" }>, "kind">;

/** Plays the worker that runs local activities: each ends in the task, and in the way, that history says. */
export class RecordedLocals {
  /** By the start event of the task that recorded them. */
  readonly #markers = new Map<number, LocalActivityMarker[]>();
  /** What of these Perdure told together with the task, by the start event of the task. */
  readonly #early = new Map<number, readonly LocalActivityMarker[]>();
  readonly #together: boolean;
  readonly #executing = new Map<number, ScheduleLocalActivity>();
  readonly #startedMs = new Map<number, number>();
  readonly #stopped = new Set<number>();

  /** With `together`, those that are told together in a replay are also told together here. */
  constructor({ events }: Recorded, together: boolean) {
    this.#together = together;
    for (const { startedId, commandEvents } of workflowTasks(events)) {
      const ends = commandEvents.findIndex((event) => localMarkerOf(event)?.apart !== false);
      const early = commandEvents
        .slice(0, ends < 0 ? undefined : ends)
        .flatMap((event) => localMarkerOf(event) ?? []);
      this.#early.set(startedId, together ? early : []);
      this.#markers.set(
        startedId,
        commandEvents.flatMap((event, index) => {
          const marker = localMarkerOf(event);
          if (marker === undefined) return [];
          const before = commandEvents[index - 1];
          const apart = marker.apart || before === undefined || localMarkerOf(before) === undefined;
          return [{ ...marker, apart }];
        }),
      );
    }
  }

  /** Workflow code asked for activities: their time counts from here. */
  note({ timestampMs }: Activation, completion: Completion): void {
    if (completion.kind !== "success") return;
    for (const command of completion.commands) {
      if (command.kind === "scheduleLocalActivity") this.#startedMs.set(command.seq, timestampMs);
    }
  }

  take({ schedule, cancel, cancelAll }: LocalWork): void {
    if (cancelAll) this.#executing.clear();
    for (const command of schedule) this.#executing.set(command.seq, command);
    for (const seq of cancel) {
      if (this.#executing.get(seq)?.cancellationType === "TRY_CANCEL") this.#stopped.add(seq);
    }
  }

  /**
   * What ended before a task that a worker gets who ran it: its first activation tells of it, or its marker would stand apart. Nothing
   * where the history is not Perdure's, and for a worker that takes the run over.
   */
  before(startedId: number): Input | undefined {
    const early = this.#early.get(startedId) ?? [];
    const known = early.findIndex(({ seq }) => !this.#executing.has(seq));
    const ended = known < 0 ? early : early.slice(0, known);
    if (ended.length === 0) return undefined;
    return { kind: "localResults", results: ended.map((marker) => this.#resultOf(marker)) };
  }

  /** What happens next in a task that waits for local activities. */
  next(startedId: number): Input {
    for (const seq of this.#stopped) {
      this.#stopped.delete(seq);
      if (!this.#executing.delete(seq)) continue;
      const end = { kind: "cancelled", failure: localCancellation() } as const;
      return { kind: "localResults", results: [{ seq, end, attempt: 1, runtimeMs: 0 }] };
    }
    const open = this.#markers.get(startedId)?.filter(({ seq }) => this.#executing.has(seq)) ?? [];
    const [first, ...others] = open;
    if (first === undefined) return { kind: "heartbeat" };
    const end = others.findIndex(({ apart }) => apart || !this.#together);
    const ended = end < 0 ? open : open.slice(0, end + 1);
    return { kind: "localResults", results: ended.map((marker) => this.#resultOf(marker)) };
  }

  #resultOf({ seq, end, attempt, backoff, completeTime }: LocalActivityMarker): LocalActivityResult {
    this.#executing.delete(seq);
    const startedMs = this.#startedMs.get(seq);
    const isTimed = completeTime !== undefined && startedMs !== undefined;
    const runtimeMs = isTimed ? inMs(completeTime) - startedMs : 0;
    const backoffMs = backoff === undefined ? undefined : inMs(backoff);
    return { seq, end, attempt, runtimeMs, backoffMs };
  }
}

function inMs({ seconds, nanos }: { readonly seconds: number; readonly nanos: number }): number {
  return seconds * 1000 + nanos / 1_000_000;
}
