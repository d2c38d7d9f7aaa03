import { WorkflowExecutionStatus as Status } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import { applyParentClosePolicies, tellParent } from "./children.ts";
import type { Engine } from "./engine.ts";
import type { Run } from "./run.ts";

/** What the end of a run means for others: its parent, its children, and who waits for its updates and queries. */
export function onRunClosed(engine: Engine, run: Run): void {
  // A run that was reset goes on in the new one: its parent hears of the end of that, and its children go over to it.
  if (run.fields.resetRunId !== "") return;
  if (!continues(run)) tellParent(engine, run);
  applyParentClosePolicies(engine, run);
}

function continues(run: Run): boolean {
  if (run.fields.status === Status.CONTINUED_AS_NEW) return true;
  const value = run.history.last?.attributes.value;
  return value !== undefined && "newExecutionRunId" in value && Boolean(value.newExecutionRunId);
}
