import { WorkflowTaskFailedCause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { eventId } from "../event-id.ts";
import type { AttributesOf } from "../history/event-kinds.ts";
import { defineMachine, type LiveMachine, Machine, type MachineKind, type Scene } from "../machine.ts";
import { fatal, type Problem } from "../problem.ts";
import { randomnessSeed } from "../seed.ts";
import { timestampMs } from "../wire-time.ts";

type State = "created" | "scheduled" | "started" | "completed" | "failed" | "timedOut";
type Input =
  | "workflowTaskScheduled"
  | "workflowTaskStarted"
  | "workflowTaskCompleted"
  | "workflowTaskFailed"
  | "workflowTaskTimedOut";

interface WorkflowTaskData {
  readonly scheduledEventId: number;
  startedEventId: number;
  startedMs: number;
}

/** What a started task says of history; it counts also if the task comes to nothing. */
function noteFacts({ facts }: Scene, event: AttributesOf<"workflowTaskStarted">): void {
  facts.historySizeBytes = eventId(event.historySizeBytes) || 0;
  facts.continueAsNewSuggested = event.suggestContinueAsNew;
  facts.continueAsNewReasons = event.suggestContinueAsNewReasons;
  facts.targetDeploymentVersionChanged = event.targetWorkerDeploymentVersionChanged;
}

/** The task that ends the slice takes effect when it starts; a merged one once it proves completed. */
function start(
  data: WorkflowTaskData,
  scene: Scene,
  event: AttributesOf<"workflowTaskStarted">,
): Problem | undefined {
  noteFacts(scene, event);
  const time = scene.event?.eventTime;
  if (time === undefined) return fatal(`event ${scene.eventId}: WorkflowTaskStarted has no time`);
  data.startedEventId = scene.eventId;
  data.startedMs = timestampMs(time);
  if (scene.eventId >= scene.endStartedId) scene.taskStarted(scene.endStartedId, data.startedMs);
  return undefined;
}

function complete(data: WorkflowTaskData, scene: Scene): undefined {
  scene.taskStarted(data.startedEventId, data.startedMs);
}

function fail(_data: WorkflowTaskData, scene: Scene, event: AttributesOf<"workflowTaskFailed">): undefined {
  if (event.cause !== WorkflowTaskFailedCause.RESET_WORKFLOW) return;
  scene.jobs.push({ kind: "updateRandomSeed", randomnessSeed: randomnessSeed(event.newRunId) });
}

/** One for each workflow task in history. */
export const workflowTask: MachineKind<State, WorkflowTaskData> = defineMachine<
  State,
  Input,
  WorkflowTaskData
>({
  name: "WorkflowTask",
  initial: "created",
  table: {
    created: { workflowTaskScheduled: { to: "scheduled" } },
    scheduled: {
      workflowTaskStarted: { to: "started", run: start },
      workflowTaskTimedOut: { to: "timedOut" },
    },
    started: {
      workflowTaskCompleted: { to: "completed", run: complete },
      workflowTaskFailed: { to: "failed", run: fail },
      workflowTaskTimedOut: { to: "timedOut" },
    },
    completed: {},
    failed: {},
    timedOut: {},
  },
  describe: ({ scheduledEventId }) => `workflow task scheduled by event ${scheduledEventId}`,
});

/** The machine of a workflow task, from the event that schedules it. */
export function openWorkflowTask(scheduledEventId: bigint): LiveMachine {
  return new Machine(workflowTask, {
    scheduledEventId: eventId(scheduledEventId),
    startedEventId: 0,
    startedMs: 0,
  });
}
