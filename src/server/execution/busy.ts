import { WorkflowExecutionStatus as Status } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { Run } from "./run.ts";

/**
 * The work that a run has under way and that time must not skip over: `"firm"` is a task, or an answer of another run; else an
 * activity that runs or waits for a worker.
 */
export function busy(run: Run): "firm" | "activity" | undefined {
  const { fields, activities, children, externals } = run.state;
  if (fields.status !== Status.RUNNING) return undefined;
  if (fields.task !== undefined || externals.size > 0) return "firm";
  for (const child of children.values()) if (child.startedId === 0) return "firm";
  for (const activity of activities.values()) if (!activity.backingOff) return "activity";
  return undefined;
}
