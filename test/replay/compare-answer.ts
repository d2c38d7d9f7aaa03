import type { Init } from "../../src/codec-runtime/init.ts";
import { timestampMs } from "../../src/core/wire-time.ts";
import type { WorkflowTaskCompletedMetadata } from "../../src/gen/codec/temporal/api/sdk/v1/task_complete_metadata.ts";
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

/** What is compared of an answer: what was found, and what the recording has in its place. */
export interface Compared {
  readonly found: object;
  readonly recorded: object;
}

/**
 * The answer to a task beside that of the worker of the recording: commands, messages, flags, SDK name, and the time and place of
 * the activations that it came out of. Without activations nobody knew when local activities were called, nor when they ended.
 */
export function compareAnswer(delivered: Delivered, history: Recorded, task: RecordedTask): Compared {
  const { answer, activated } = delivered;
  if (answer.kind !== "completed") return { found: answer, recorded: { kind: "completed" } };
  const { commands, sdkMetadata, messages } = answer.request;
  const form = (command: RecordedCommand): unknown => {
    const timed = activated.length > 0 ? command : withoutLocalTime(command);
    return legible(listsMaps.has(history.workflowType) ? withResultAsValue(timed) : timed);
  };
  const live = activated.filter(({ activation }) => !activation.isReplaying);
  const started = history.events.find(({ eventId }) => eventId === BigInt(task.startedId));
  const startedMs = timestampMs(started!.eventTime!);
  // Local activities move the clock within a task, never back.
  const timeOf = (found: number): number => (hasLocals(history) ? Math.max(found, startedMs) : startedMs);
  const flags = activated.map(({ activation }) => activation.isReplaying);
  return {
    found: {
      commands: commands.map((command) => form(commandAsRecorded(command, history.started))),
      messages: saidOfUpdates(messages).map(legible),
      sdkMetadata: sorted(sdkMetadata),
      places: live.map(({ activation }) => [activation.historyLength, activation.timestampMs]),
      flags,
    },
    recorded: {
      commands: task.commandEvents.map((event) => form(commandOfEvent(event))),
      messages: writtenOfUpdates(task.commandEvents, history.events).map(legible),
      sdkMetadata: sorted(task.completed?.sdkMetadata),
      places: live.map(({ activation }) => [task.startedId, timeOf(activation.timestampMs)]),
      // Once live, always live.
      flags: flags.toSorted((a, b) => Number(b) - Number(a)),
    },
  };
}

/** Flags are listed in any order. */
function sorted(
  metadata: WorkflowTaskCompletedMetadata | undefined,
): Init<WorkflowTaskCompletedMetadata> | undefined {
  const inOrder = (flags: readonly number[]): number[] => flags.toSorted((a, b) => a - b);
  return (
    metadata && {
      ...metadata,
      coreUsedFlags: inOrder(metadata.coreUsedFlags),
      langUsedFlags: inOrder(metadata.langUsedFlags),
    }
  );
}
