import { describe, expect, test } from "vitest";
import type { EventName } from "../../src/core/history/event-kinds.ts";
import { HistoryBuilder } from "../core/history-builder.ts";
import type { Recorded } from "../replay/recorded.ts";
import { recorded } from "../replay/recorded.ts";
import { isOfficials } from "./officials.ts";

const base = recorded("local-one");
const TOLD_TWICE = "No completion for taskSeq 1";
const SCHEDULED = 5;

/** A history with these events of the Nexus operation that event 5 schedules. */
function operation(...names: EventName[]): Recorded {
  const h = new HistoryBuilder();
  h.started();
  h.fullTask();
  h.add("nexusOperationScheduled", { operation: "echo" });
  for (const name of names) h.add(name, { scheduledEventId: SCHEDULED });
  return { ...base, events: h.build() };
}

describe("a Nexus operation that was cancelled before it started", () => {
  const ends = [
    "nexusOperationCompleted",
    "nexusOperationFailed",
    "nexusOperationCanceled",
    "nexusOperationTimedOut",
  ] as const;

  test("is told of twice by the official SDK when it starts or ends all the same", () => {
    const started = operation("nexusOperationCancelRequested", "nexusOperationStarted");
    expect(isOfficials(started, TOLD_TWICE)).toBe(true);
    for (const end of ends) {
      expect(isOfficials(operation("nexusOperationCancelRequested", end), TOLD_TWICE), end).toBe(true);
    }
  });

  test("is the only reason for that message that is known", () => {
    expect(isOfficials(operation("nexusOperationCancelRequested"), TOLD_TWICE)).toBe(false);
    for (const end of ends) {
      // Cancelled after its start, or not at all.
      const late = operation("nexusOperationStarted", "nexusOperationCancelRequested", end);
      expect(isOfficials(late, TOLD_TWICE), end).toBe(false);
      expect(isOfficials(operation(end), TOLD_TWICE), end).toBe(false);
    }
    const other = operation("nexusOperationCancelRequested", "nexusOperationStarted");
    expect(isOfficials(other, "[TMPRL1100] Nondeterminism error: No command scheduled")).toBe(false);
  });
});

describe("a local activity that the official SDK tells early when it replays", () => {
  const left = (event: number): string =>
    `[TMPRL1100] Nondeterminism error: Timer machine does not handle this event: HistoryEvent(id: ${event}, ActivityTaskScheduled)`;

  /** Two local activities end in a task, the second apart; a timer follows. */
  function task(apart: boolean): Recorded {
    const h = new HistoryBuilder();
    h.started();
    const workflowTaskCompletedEventId = h.fullTask();
    for (const seq of [1, 2]) {
      const data = {
        seq,
        attempt: 1,
        activity_id: `${seq}`,
        activity_type: "work",
        ...(apart && seq === 2 ? { apart } : {}),
      };
      const payload = { data: new TextEncoder().encode(JSON.stringify(data)) };
      h.add("markerRecorded", {
        markerName: "core_local_activity",
        details: { data: { payloads: [payload] } },
        workflowTaskCompletedEventId,
      });
    }
    h.add("timerStarted", { timerId: "1", workflowTaskCompletedEventId });
    return { ...base, events: h.build() };
  }

  test("may have been left at a command of that task, and at no other", () => {
    expect(isOfficials(task(true), left(7))).toBe(true);
    expect(isOfficials(task(false), left(7))).toBe(false);
    expect(isOfficials(task(true), left(3))).toBe(false);
  });
});
