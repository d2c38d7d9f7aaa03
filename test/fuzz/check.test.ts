import { describe, expect, test } from "vitest";
import type { HistoryEvent } from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import type { Compared } from "../replay/compare-answer.ts";
import { type Recorded, type RecordedTask, recorded } from "../replay/recorded.ts";
import { loadWorkflowCode } from "../replay/workflow-code.ts";
import { type CheckOptions, differenceIn, endedBefore } from "./check.ts";

/*
 * An official worker that gets a query together with a task answers it while a local activity of that task runs. A handler that takes
 * its time lets the activity end meanwhile; the histories then have this form, each time, and without the query the form of
 * "local-one", each time (seen with SDK 1.24.0 on server 1.32.0).
 */

const code = await loadWorkflowCode("mod.ts");
const options: CheckOptions = { mixed: false, tellsActivations: true, queried: true };

function eventOf(history: Recorded, name: HistoryEvent["attributes"]["case"]): HistoryEvent {
  const event = history.events.findLast(({ attributes }) => attributes.case === name);
  if (event === undefined) throw new RangeError(`no ${name}`);
  return structuredClone(event);
}

/** The history of a local activity whose marker is in another answer than what follows it; `between` are events behind the marker. */
function partedHistory(between: readonly HistoryEvent[] = []): Recorded {
  const history = recorded("local-one");
  const end = structuredClone(history.events.at(-1)!);
  const scheduled = eventOf(history, "workflowTaskScheduledEventAttributes");
  const started = eventOf(history, "workflowTaskStartedEventAttributes");
  const completed = eventOf(history, "workflowTaskCompletedEventAttributes");
  const before = structuredClone(history.events.slice(0, -1));
  const events = [...before, ...between, scheduled, started, completed, end];
  for (const [index, event] of events.entries()) event.eventId = BigInt(index + 1);
  if (started.attributes.case === "workflowTaskStartedEventAttributes")
    started.attributes.value.scheduledEventId = scheduled.eventId;
  if (completed.attributes.case === "workflowTaskCompletedEventAttributes") {
    completed.attributes.value.scheduledEventId = scheduled.eventId;
    completed.attributes.value.startedEventId = started.eventId;
  }
  if (end.attributes.case === "workflowExecutionCompletedEventAttributes")
    end.attributes.value.workflowTaskCompletedEventId = completed.eventId;
  return { ...history, events };
}

test("a marker may be in another answer than what follows it, when a query came", async () => {
  expect(await differenceIn(code, partedHistory(), options)).toBeUndefined();
});

test("without a query it may not", async () => {
  const found = await differenceIn(code, partedHistory(), { ...options, queried: false });
  expect(found).toMatch(/^task of event 3, run kept: commands/);
});

test("what comes from outside meanwhile lies between the two tasks", async () => {
  const signal = eventOf(recorded("signal-one"), "workflowExecutionSignaledEventAttributes");
  expect(await differenceIn(code, partedHistory([signal]), options)).toBeUndefined();
});

test("it may not when no other task follows", async () => {
  const whole = partedHistory();
  const marker = whole.events.findIndex(
    ({ attributes }) => attributes.case === "markerRecordedEventAttributes",
  );
  const found = await differenceIn(code, { ...whole, events: whole.events.slice(0, marker + 1) }, options);
  expect(found).toMatch(/^task of event 3, run kept: commands/);
});

describe("a local activity that ended before the activation of a task", () => {
  const marker = eventOf(recorded("local-one"), "markerRecordedEventAttributes");
  const end = eventOf(recorded("local-one"), "workflowExecutionCompletedEventAttributes");
  const task = (...commandEvents: HistoryEvent[]): RecordedTask => ({
    scheduledId: 2,
    startedId: 3,
    attempt: 1,
    previousStartedId: 0,
    completed: undefined,
    commandEvents,
  });
  const [local, timer, done] = ["recordMarker", "startTimer", "completeWorkflowExecution"].map((kind) => ({
    kind,
  }));
  const compared = (found: readonly unknown[], of: readonly unknown[]): Compared => ({
    found: { commands: found },
    recorded: { commands: of },
  });

  test("may have its marker before the commands of that activation", () => {
    expect(endedBefore(compared([timer, local, done], [local, timer, done]), task(marker, end, end))).toBe(
      true,
    );
    // What goes on with it comes earlier then.
    expect(endedBefore(compared([done, timer, local], [local, timer, done]), task(marker, end, end))).toBe(
      true,
    );
    // It may end the run, so that nobody hears of its end in ours.
    expect(endedBefore(compared([timer], [local, timer]), task(marker, end))).toBe(true);
  });

  test("changes nothing else", () => {
    expect(endedBefore(compared([timer, local], [local, done]), task(marker, end))).toBe(false);
    // The same beginning: what differs, differs for another reason.
    expect(endedBefore(compared([local, done], [local, timer]), task(marker, end))).toBe(false);
    // No marker first.
    expect(endedBefore(compared([timer, done], [done, timer]), task(end, end))).toBe(false);
    // A failed task has no commands.
    expect(endedBefore({ found: {}, recorded: { commands: [local] } }, task(marker, end))).toBe(false);
  });
});
