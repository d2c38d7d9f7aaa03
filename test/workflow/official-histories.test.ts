import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { tsToMs } from "../../src/common/duration.ts";
import type { Payload } from "../../src/common/payload.ts";
import type { Activation } from "../../src/core/activation.ts";
import type { Completion, WorkflowCommand } from "../../src/core/command.ts";
import { replayHistory } from "../../src/core/replay.ts";
import { historyFromJson } from "../../src/gen/codec/temporal/api/history/v1/message.json.ts";
import type { HistoryEvent } from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import { options } from "../core/player.ts";
import { type Harness, harness, value } from "./vm-harness.ts";

/** Workflow code under this runtime replays what the same code did under the official SDK. */
interface Index {
  readonly histories: { readonly [subject: string]: Recorded };
}
interface Recorded {
  readonly file: string;
  readonly workflowId: string;
  readonly workflowType: string;
  readonly outcome: {
    readonly status: "completed" | "failed" | "canceled" | "continuedAsNew" | "open";
    readonly result?: readonly { readonly value?: unknown }[];
  };
}

const folder = new URL("../histories/", import.meta.url);
const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, folder), "utf8"));
const index = read("index.json") as Index;
const workflows = harness({ workflows: new URL("../conformance/workflows/mod.ts", import.meta.url) });

/** Answers activations with the workflow code itself; keeps all commands. */
function player(
  { entry }: Harness,
  runId: string,
  taskQueue: string,
): {
  complete(activation: Activation): Completion;
  readonly commands: WorkflowCommand[];
} {
  let isOpen = false;
  const commands: WorkflowCommand[] = [];
  return {
    commands,
    complete(activation) {
      const facts = {
        namespace: "default",
        taskQueue,
        workflowFailureErrorTypes: [],
        registeredActivities: ["default"],
        sinks: {},
      };
      if (!isOpen) entry.open(runId, facts, activation);
      isOpen = true;
      entry.activate(runId, activation);
      while (entry.unblockConditions(runId)) {}
      const completion = entry.conclude(runId);
      if (completion.kind === "success") commands.push(...completion.commands);
      return completion;
    },
  };
}

const finalKinds: { readonly [status: string]: string } = {
  completed: "completeWorkflow",
  failed: "failWorkflow",
  canceled: "cancelWorkflow",
  continuedAsNew: "continueAsNew",
};

/** A long text is given by its beginning and its length. */
function isShortened(given: unknown): given is { readonly length: number } {
  return typeof given === "object" && given !== null && "text" in given && "length" in given;
}

/** The activities and timers that history has, by what the workflow decides of them. */
function recorded(events: readonly HistoryEvent[]): object[] {
  return events.flatMap(({ attributes }): object[] => {
    if (attributes.case === "timerStartedEventAttributes") {
      const { timerId, startToFireTimeout } = attributes.value;
      return [{ timerId, ms: tsToMs(startToFireTimeout) }];
    }
    if (attributes.case !== "activityTaskScheduledEventAttributes") return [];
    const { activityId, activityType, taskQueue, input } = attributes.value;
    return [
      { activityId, type: activityType?.name, taskQueue: taskQueue?.name, input: texts(input?.payloads) },
    ];
  });
}

/** The same of the commands. */
function asked(commands: readonly WorkflowCommand[]): object[] {
  return commands.flatMap((command): object[] => {
    if (command.kind === "startTimer") return [{ timerId: `${command.seq}`, ms: command.startToFireMs }];
    if (command.kind !== "scheduleActivity") return [];
    const { activityId, activityType, taskQueue, args } = command;
    return [{ activityId, type: activityType, taskQueue, input: texts(args) }];
  });
}

const decoder = new TextDecoder();

function texts(payloads: readonly Payload[] = []): string[] {
  return payloads.map(
    ({ metadata, data }) => `${decoder.decode(metadata?.["encoding"])} ${decoder.decode(data)}`,
  );
}

function startOf(events: readonly HistoryEvent[]): { taskQueue: string; runId: string } {
  const first = events[0]?.attributes;
  if (first?.case !== "workflowExecutionStartedEventAttributes") throw new Error("no start");
  return { taskQueue: first.value.taskQueue?.name ?? "", runId: first.value.originalExecutionRunId };
}

test.each(Object.keys(index.histories))("%s", async (subject) => {
  const { file, workflowId, outcome } = index.histories[subject]!;
  const { events } = historyFromJson(read(file) as Parameters<typeof historyFromJson>[0]);
  const { taskQueue, runId } = startOf(events);
  const { complete, commands } = player(await workflows, runId, taskQueue);
  const replayed = replayHistory({ events, workflowId, options, complete });
  if (replayed.kind === "failed") throw new Error(`${replayed.reason}: ${replayed.failure.message}`);
  expect(asked(commands)).toEqual(expect.arrayContaining(recorded(events)));
  const final = finalKinds[outcome.status];
  if (final === undefined) return;
  const command = commands.find(({ kind }) => kind === final);
  expect(command?.kind).toBe(final);
  if (command?.kind !== "completeWorkflow") return;
  const [expected] = outcome.result ?? [];
  if (expected === undefined || !("value" in expected) || command.result === undefined) return;
  const result = value(command.result);
  if (isShortened(expected.value)) {
    expect(result).toHaveLength(expected.value.length);
  } else {
    expect(result).toEqual(expected.value);
  }
});

test("there are many histories", () => {
  expect(Object.keys(index.histories).length).toBeGreaterThan(100);
});
