import { expect } from "vitest";
import { timestampMs } from "../../src/core/wire-time.ts";
import { legible } from "./legible.ts";
import type { Recorded, RecordedTask } from "./recorded.ts";
import {
  commandAsRecorded,
  commandOfEvent,
  type RecordedCommand,
  withoutLocalTime,
  withResultAsValue,
} from "./recorded-commands.ts";
import { hasLocals } from "./recorded-locals.ts";
import { saidOfUpdates, writtenOfUpdates } from "./recorded-messages.ts";
import type { Delivered } from "./replay-history.ts";

/** These return memo and search attributes, in the order in which the official core happened to list them. */
const listsMaps: ReadonlySet<string> = new Set([
  "memoAndSearchAttributes",
  "continueUntil",
  "upsertMemoAndTell",
]);

/**
 * Expects the answer to a task that the worker of the recording gave (commands, flags, SDK name), out of activations at the
 * recorded time and place. Without activations nobody knew when local activities were called, nor when they ended.
 */
export function expectRecordedAnswer(delivered: Delivered, history: Recorded, task: RecordedTask): void {
  const { answer, activated } = delivered;
  expect(answer).toMatchObject({ kind: "completed" });
  if (answer.kind !== "completed") return;
  const { commands, sdkMetadata, messages } = answer.request;
  const form = (command: RecordedCommand): unknown => {
    const timed = activated.length > 0 ? command : withoutLocalTime(command);
    return legible(listsMaps.has(history.workflowType) ? withResultAsValue(timed) : timed);
  };
  expect(commands.map((command) => form(commandAsRecorded(command, history.started)))).toEqual(
    task.commandEvents.map((event) => form(commandOfEvent(event))),
  );
  expect(saidOfUpdates(messages).map(legible)).toEqual(
    writtenOfUpdates(task.commandEvents, history.events).map(legible),
  );
  expect(sorted(sdkMetadata)).toEqual(sorted(task.completed?.sdkMetadata));
  const live = activated.filter(({ activation }) => !activation.isReplaying);
  const started = history.events.find(({ eventId }) => eventId === BigInt(task.startedId));
  expect(live.map(({ activation }) => activation.historyLength)).toEqual(live.map(() => task.startedId));
  const startedMs = timestampMs(started!.eventTime!);
  const times = live.map(({ activation }) => activation.timestampMs);
  // Local activities move the clock within a task.
  if (hasLocals(history)) expect(times).toEqual(times.map((time) => Math.max(time, startedMs)));
  else expect(times).toEqual(live.map(() => startedMs));
  // Once live, always live.
  const flags = activated.map(({ activation }) => activation.isReplaying);
  expect(flags).toEqual(flags.toSorted((a, b) => Number(b) - Number(a)));
}

/** Core lists its flags in any order. */
function sorted(
  metadata: { readonly coreUsedFlags: readonly number[] } | undefined,
): { readonly coreUsedFlags: readonly number[] } | undefined {
  return metadata && { ...metadata, coreUsedFlags: metadata.coreUsedFlags.toSorted((a, b) => a - b) };
}
