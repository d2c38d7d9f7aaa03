import { expect, test } from "vitest";
import type { HistoryEvent } from "../../../src/gen/codec/temporal/api/history/v1/message.ts";
import { playAlone } from "./alone.ts";
import { generate } from "./generate.ts";
import { historyFaults } from "./history-faults.ts";
import { replayed } from "./replayed.ts";

const SCRIPTS = 250;
const STEPS = 40;

const SCHEDULE_TO_START = 2;

function isStickyTimeout(attributes: HistoryEvent["attributes"]): boolean {
  const { case: name, value } = attributes;
  return name === "workflowTaskTimedOutEventAttributes" && value.timeoutType === SCHEDULE_TO_START;
}

test("whatever clients and workers do, histories are as they have to be, and Perdure's core replays them", {
  timeout: 120_000,
}, async () => {
  let events = 0;
  let replays = 0;
  let sticky = 0;
  const kinds = new Set<string>();
  for (let seed = 1; seed <= SCRIPTS; seed += 1) {
    const lived = await playAlone(generate(seed, STEPS));
    expect(lived.faults, `seed ${seed}`).toEqual([]);
    events += lived.events;
    for (const history of lived.histories.values()) {
      const outcome = replayed(history);
      if (outcome.kind === "failed") expect.fail(`seed ${seed}, replayed: ${outcome.why}`);
      if (outcome.kind === "replayed") replays += 1;
      sticky += history.filter(({ attributes }) => isStickyTimeout(attributes)).length;
    }
    for (const line of lived.world.stage.log) {
      for (const [, kind] of JSON.stringify(line).matchAll(/\d+ (\w+) \{/g)) if (kind) kinds.add(kind);
    }
  }
  expect(events).toBeGreaterThan(SCRIPTS * 10);
  // The others have commands that no SDK makes.
  expect(replays).toBeGreaterThan(SCRIPTS);
  expect(sticky).toBeGreaterThan(0);
  // The scripts come to everything that they are there for.
  const expected = [
    "ActivityTaskCompleted",
    "ActivityTaskFailed",
    "ActivityTaskTimedOut",
    "ActivityTaskCanceled",
    "TimerFired",
    "TimerCanceled",
    "ChildWorkflowExecutionStarted",
    "StartChildWorkflowExecutionFailed",
    "ExternalWorkflowExecutionSignaled",
    "SignalExternalWorkflowExecutionFailed",
    "WorkflowTaskFailed",
    "WorkflowTaskTimedOut",
    "WorkflowExecutionUpdateCompleted",
    "WorkflowExecutionContinuedAsNew",
    "WorkflowExecutionTimedOut",
    "WorkflowExecutionCanceled",
  ];
  expect(expected.filter((kind) => !kinds.has(kind))).toEqual([]);
});

test("the same seed makes the same history", async () => {
  const [one, other] = await Promise.all([7, 7].map((seed) => playAlone(generate(seed, STEPS))));
  expect(one?.world.stage.log.length).toBeGreaterThan(10);
  expect(other?.world.stage.log).toEqual(one?.world.stage.log);
});

function event(eventId: number, name: string, value: object = {}): HistoryEvent {
  // Only what is looked at is here.
  return { eventId: BigInt(eventId), attributes: { case: `${name}EventAttributes`, value } } as HistoryEvent;
}

test("a history that is not as it has to be is found out", () => {
  const began = event(1, "workflowExecutionStarted");
  const scheduled = event(2, "workflowTaskScheduled");
  expect(historyFaults([began, scheduled])).toEqual([]);
  expect(historyFaults([began, event(3, "workflowTaskScheduled")])[0]).toContain("stands at place 2");
  expect(historyFaults([began, scheduled, event(3, "workflowTaskScheduled")])[0]).toContain("is pending");
  expect(historyFaults([began, event(2, "timerFired", { startedEventId: 1n })])[0]).toContain("belongs to 1");
  const ended = event(2, "workflowExecutionTerminated");
  expect(historyFaults([began, ended, event(3, "workflowExecutionSignaled")])[0]).toContain("after the end");
  expect(historyFaults([scheduled])).toContain("does not begin with WorkflowExecutionStarted");
});
