import { WorkflowTaskFailedCause as Cause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import type { EventExtras, EventValue } from "../history/event.ts";
import type { Transaction } from "./transaction.ts";
import { failTask } from "./workflow-task.ts";

/** Ends a task that a worker has, because the run ends under it. */
export function forceCloseTask(tx: Transaction): void {
  if (tx.fields.task === undefined || tx.fields.task.startedId === 0) return;
  failTask(tx, { cause: Cause.FORCE_CLOSE_COMMAND, identity: "history-service" });
  // What waited for the task to end is told before the end of the run.
  tx.flush();
}

/** Ends the run by force. */
export function terminate(
  tx: Transaction,
  value: EventValue<"workflowExecutionTerminated">,
  extras?: EventExtras,
): void {
  forceCloseTask(tx);
  tx.add("workflowExecutionTerminated", value, extras);
}
