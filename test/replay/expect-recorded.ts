import { expect } from "vitest";
import { timestampMs } from "../../src/core/wire-time.ts";
import type { Recorded, RecordedTask } from "./recorded.ts";
import { commandAsRecorded, commandOfEvent } from "./recorded-commands.ts";
import type { Delivered } from "./replay-history.ts";

/** Expects the answer to a task that the worker of the recording gave: commands, flags and what else history keeps. */
export function expectRecordedAnswer(delivered: Delivered, history: Recorded, task: RecordedTask): void {
  const { answer, activated } = delivered;
  if (answer.kind !== "completed") throw new Error(`the task was answered by ${JSON.stringify(answer)}`);
  const { commands, sdkMetadata, messages } = answer.request;
  expect(commands.map((command) => commandAsRecorded(command, history.started))).toEqual(
    task.commandEvents.map(commandOfEvent),
  );
  expect(messages).toEqual([]);
  const recorded = task.completed?.sdkMetadata;
  expect({ ...sdkMetadata, coreUsedFlags: sdkMetadata?.coreUsedFlags.toSorted() }).toEqual({
    ...recorded,
    coreUsedFlags: recorded?.coreUsedFlags.toSorted(),
  });
  const live = activated.filter(({ activation }) => !activation.isReplaying);
  const started = history.events.find(({ eventId }) => eventId === BigInt(task.startedId));
  expect(live.map(({ activation }) => [activation.historyLength, activation.timestampMs])).toEqual(
    live.map(() => [task.startedId, timestampMs(started!.eventTime!)]),
  );
}
