import { rootScopeOf } from "../../cancellation-scope.ts";
import type { Run } from "../run.ts";

/** Cancellation of the workflow was requested. */
export function cancelWorkflow(run: Run): void {
  run.isCancelled = true;
  rootScopeOf(run).cancel();
}
