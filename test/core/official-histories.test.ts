import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Activation, Job } from "../../src/core/activation.ts";
import type { WorkflowCommand } from "../../src/core/command.ts";
import { eventKind } from "../../src/core/history/event-kinds.ts";
import { replayHistory } from "../../src/core/replay.ts";
import { historyFromJson } from "../../src/gen/codec/temporal/api/history/v1/message.json.ts";
import type { HistoryEvent } from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import {
  cancelActivity,
  cancelTimer,
  commandOfEnd,
  ok,
  options,
  scheduleActivity,
  startTimer,
} from "./player.ts";

const folder = new URL("../histories/", import.meta.url);

/** Plays workflow code by reading ahead: after each start of a task it asks for what history has next. */
class Oracle {
  readonly activations: Activation[] = [];
  readonly #commandsAt = new Map<number, WorkflowCommand[]>();
  readonly #activitySeqs = new Map<bigint, number>();
  #activities = 0;

  constructor(events: readonly HistoryEvent[]) {
    let commands: WorkflowCommand[] = [];
    for (const event of events) {
      if (event.attributes.case === "workflowTaskCompletedEventAttributes") {
        commands = [];
        this.#commandsAt.set(Number(event.attributes.value.startedEventId), commands);
      }
      const command = this.#commandOf(event);
      if (command !== undefined) commands.push(command);
    }
  }

  answer(activation: Activation): WorkflowCommand[] {
    this.activations.push(activation);
    const commands = this.#commandsAt.get(activation.historyLength) ?? [];
    this.#commandsAt.delete(activation.historyLength);
    return commands;
  }

  #commandOf(event: HistoryEvent): WorkflowCommand | undefined {
    const { attributes } = event;
    switch (attributes.case) {
      case "timerStartedEventAttributes":
        return startTimer(Number(attributes.value.timerId));
      case "timerCanceledEventAttributes":
        return cancelTimer(Number(attributes.value.timerId));
      case "activityTaskScheduledEventAttributes": {
        const { activityId, activityType } = attributes.value;
        this.#activities += 1;
        this.#activitySeqs.set(event.eventId, this.#activities);
        // One that waits is told of every end, so that it is woken wherever the real one was.
        const cancellationType = "WAIT_CANCELLATION_COMPLETED";
        const names = { activityId, activityType: activityType?.name ?? "" };
        return scheduleActivity(this.#activities, { ...names, cancellationType });
      }
      case "activityTaskCancelRequestedEventAttributes":
        return cancelActivity(this.#activitySeqs.get(attributes.value.scheduledEventId) ?? 0);
      default:
        return commandOfEnd(attributes);
    }
  }
}

const handled = new Set([
  "timerStarted",
  "timerCanceled",
  "activityTaskScheduled",
  "activityTaskCancelRequested",
  "workflowExecutionCompleted",
  "workflowExecutionFailed",
  "workflowExecutionCanceled",
  "workflowExecutionContinuedAsNew",
]);

function load(file: string): HistoryEvent[] {
  return historyFromJson(JSON.parse(readFileSync(new URL(file, folder), "utf8"))).events;
}

const all = readdirSync(folder).filter((file) => file.startsWith("official-"));
/** Histories of machines that come later hold other commands: they are played with the workflow code itself. */
const playable = all.filter((file) =>
  load(file).every((event) => {
    const kind = eventKind(event);
    return kind === undefined || !kind.command || handled.has(kind.name);
  }),
);

function count(events: readonly HistoryEvent[], name: string): number {
  return events.filter((event) => eventKind(event)?.name === name).length;
}

describe("histories of the official SDK", () => {
  test("there are many to play", () => {
    expect(playable.length).toBeGreaterThan(80);
  });

  test.each(playable)("%s goes through to its end", (file) => {
    const events = load(file);
    const oracle = new Oracle(events);
    const outcome = replayHistory({
      events,
      workflowId: "w",
      options,
      complete: (activation) => ok(...oracle.answer(activation)),
    });
    expect(outcome).toMatchObject({ kind: "replayed" });
    if (outcome.kind !== "replayed") return;
    const left = events.slice(outcome.lastEventId).map((event) => eventKind(event)?.name);
    expect([[], ["workflowTaskCompleted"]]).toContainEqual(left);
    const jobs: Job[] = oracle.activations.flatMap((activation) => activation.jobs);
    expect(jobs.filter((job) => job.kind === "fireTimer")).toHaveLength(count(events, "timerFired"));
    expect(jobs.filter((job) => job.kind === "signalWorkflow")).toHaveLength(
      count(events, "workflowExecutionSignaled"),
    );
    expect(jobs.filter((job) => job.kind === "updateRandomSeed").length).toBeLessThan(2);
    const times = oracle.activations.map((activation) => activation.timestampMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});
