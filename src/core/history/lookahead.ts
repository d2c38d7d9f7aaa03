import type { HistoryEvent } from "../../gen/codec/temporal/api/history/v1/message.ts";
import type { HistoryCursor } from "./cursor.ts";
import type { AttributesOf } from "./event-kinds.ts";

type TaskCompleted = AttributesOf<"workflowTaskCompleted">;

function completedTask(event: HistoryEvent): TaskCompleted | undefined {
  const { attributes } = event;
  return attributes.case === "workflowTaskCompletedEventAttributes" ? attributes.value : undefined;
}

/**
 * The completed workflow tasks whose metadata is in force while the current slice is applied: those inside it, and the
 * next one after it, since that one describes the task that is replayed now.
 */
export function tasksInForce(cursor: HistoryCursor, from: number): TaskCompleted[] {
  const { events, to } = cursor;
  const found: TaskCompleted[] = [];
  for (let i = from; i < to; i++) {
    const task = completedTask(events[i]!);
    if (task !== undefined) found.push(task);
  }
  for (let i = to; i < events.length; i++) {
    const task = completedTask(events[i]!);
    if (task !== undefined) {
      found.push(task);
      break;
    }
  }
  return found;
}

/** The events of the next slice: what workflow code is about to ask for, as far as history knows. */
export function upcoming(cursor: HistoryCursor): readonly [from: number, to: number] {
  return [cursor.to, cursor.peekEnd];
}
