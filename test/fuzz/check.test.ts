import { expect, test } from "vitest";
import type { HistoryEvent } from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import { type Recorded, recorded } from "../replay/recorded.ts";
import { loadWorkflowCode } from "../replay/workflow-code.ts";
import { type CheckOptions, differenceIn } from "./check.ts";

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

test("it may not when the next task has another reason", async () => {
  const signal = eventOf(recorded("signal-one"), "workflowExecutionSignaledEventAttributes");
  const found = await differenceIn(code, partedHistory([signal]), options);
  expect(found).toMatch(/^task of event 3, run kept: commands/);
});
