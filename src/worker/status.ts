import type { State } from "./lifecycle.ts";
import type { Poller } from "./pollers/poller.ts";
import type { WorkerRun } from "./worker-run.ts";

/** What a kind of pollers is doing. */
export type PollerState = "POLLING" | "SHUTDOWN" | "FAILED";

/** Numbers about a worker. */
export interface WorkerStatus {
  readonly runState: State;
  readonly workflowPollerState: PollerState;
  readonly activityPollerState: PollerState;
  readonly hasOutstandingWorkflowPoll: boolean;
  readonly hasOutstandingActivityPoll: boolean;
  /** Workflow tasks that threads work on. */
  readonly numInFlightWorkflowActivations: number;
  /** Activities that run, local ones included. */
  readonly numInFlightActivities: number;
  readonly numInFlightNonLocalActivities: number;
  readonly numInFlightLocalActivities: number;
  /** Workflows kept in memory. */
  readonly numCachedWorkflows: number;
  /** Running activities that have sent a heartbeat. */
  readonly numHeartbeatingActivities: number;
}

/** The status of a run. */
export function statusOfRun(run: WorkerRun): WorkerStatus {
  const { workflows, activities, localActivities, workflowPollers, activityPollers } = run.parts;
  const running = activities?.running ?? 0;
  const runningLocally = localActivities?.running ?? 0;
  return {
    runState: run.state,
    workflowPollerState: stateOf(workflowPollers),
    activityPollerState: stateOf(activityPollers),
    hasOutstandingWorkflowPoll: workflowPollers.some((poller) => poller.outstanding > 0),
    hasOutstandingActivityPoll: activityPollers.some((poller) => poller.outstanding > 0),
    numInFlightWorkflowActivations: workflows?.inFlight ?? 0,
    numInFlightActivities: running + runningLocally,
    numInFlightNonLocalActivities: running,
    numInFlightLocalActivities: runningLocally,
    numCachedWorkflows: workflows?.cachedRuns ?? 0,
    numHeartbeatingActivities: activities?.heartbeating ?? 0,
  };
}

function stateOf(pollers: readonly Poller<Uint8Array>[]): PollerState {
  const states = pollers.map((poller) => poller.state);
  if (states.includes("FAILED")) return "FAILED";
  return states.includes("POLLING") ? "POLLING" : "SHUTDOWN";
}
