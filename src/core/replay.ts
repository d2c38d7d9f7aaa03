import type { HistoryEvent } from "../gen/codec/temporal/api/history/v1/message.ts";
import type { Activation, FailureData } from "./activation.ts";
import type { Completion } from "./command.ts";
import type { Effect } from "./effect.ts";
import { eventId } from "./event-id.ts";
import { eventKind } from "./history/event-kinds.ts";
import type { EvictReason } from "./input.ts";
import { createRun, type RunOptions, step } from "./run.ts";
import type { WorkflowTask } from "./task.ts";

const NO_BYTES = new Uint8Array(0);

/** Start event of the last workflow task that came to something; 0 when there is none. */
export function lastStartedId(events: readonly HistoryEvent[]): number {
  for (let i = events.length - 1; i >= 0; i--) {
    if (eventKind(events[i]!)?.name !== "workflowTaskStarted") continue;
    const next = events[i + 1];
    switch (next === undefined ? undefined : eventKind(next)?.name) {
      case "workflowTaskFailed":
      case "workflowTaskTimedOut":
      case "workflowExecutionTerminated":
      case "workflowExecutionTimedOut":
        continue;
      default:
        return eventId(events[i]!.eventId);
    }
  }
  return 0;
}

/**
 * A workflow task that makes a run replay a whole history, and nothing more.
 *
 * @throws {RangeError} when the history does not begin with the event that starts a workflow.
 * @example
 * step(run, { kind: "task", task: replayTask(history.events, "order-1") });
 */
export function replayTask(events: readonly HistoryEvent[], workflowId: string): WorkflowTask {
  const first = events[0]?.attributes;
  if (first?.case !== "workflowExecutionStartedEventAttributes") {
    throw new RangeError(
      `history does not begin with WorkflowExecutionStarted but with ${first?.case ?? "nothing"}`,
    );
  }
  const startedEventId = lastStartedId(events);
  return {
    taskToken: NO_BYTES,
    workflowId,
    runId: first.value.originalExecutionRunId,
    workflowType: first.value.workflowType?.name ?? "",
    attempt: 1,
    previousStartedEventId: startedEventId,
    startedEventId,
    events,
    nextPageToken: NO_BYTES,
    queries: [],
    messages: [],
  };
}

/** How a replay ended. */
export type ReplayOutcome =
  | { readonly kind: "replayed"; readonly lastEventId: number; readonly effects: readonly Effect[] }
  | {
      readonly kind: "failed";
      readonly reason: EvictReason;
      readonly failure: FailureData;
      readonly effects: readonly Effect[];
    };

/** What to replay, and who plays the workflow code. */
export interface Replay {
  readonly events: readonly HistoryEvent[];
  readonly workflowId: string;
  readonly options: Omit<RunOptions, "runId">;
  complete(activation: Activation): Completion;
}

/**
 * Replays a whole history against `complete`. Nothing is sent anywhere.
 *
 * @throws {RangeError} when the history does not begin with the event that starts a workflow.
 * @example
 * const outcome = replayHistory({ events, workflowId: "order-1", options, complete: (activation) => answers.shift()! });
 */
export function replayHistory({ events, workflowId, options, complete }: Replay): ReplayOutcome {
  const task = replayTask(events, workflowId);
  const run = createRun({ ...options, nondeterminismFailsWorkflow: false, runId: task.runId });
  let effects = step(run, { kind: "task", task });
  for (;;) {
    const first = effects[0];
    if (first?.kind === "activate") {
      effects = step(run, { kind: "completion", completion: complete(first.activation) });
      continue;
    }
    if (first?.kind === "respondFailed") {
      const eviction = effects.find((effect) => effect.kind === "evict");
      return { kind: "failed", reason: eviction?.reason ?? "fatal", failure: first.failure, effects };
    }
    return { kind: "replayed", lastEventId: run.lastEventId, effects };
  }
}
