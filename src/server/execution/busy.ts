import { WorkflowExecutionStatus as Status } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { Run } from "./run.ts";

/** Whether a run has work under way that time must not skip over: a task, an activity that runs or waits for a worker, an answer of another run. */
export function busy(run: Run): boolean {
  const { fields, activities, children, externals } = run.state;
  if (fields.status !== Status.RUNNING) return false;
  if (fields.task !== undefined || externals.size > 0) return true;
  for (const activity of activities.values()) if (!activity.backingOff) return true;
  for (const child of children.values()) if (child.startedId === 0) return true;
  return false;
}
