import { StartChildWorkflowExecutionFailedCause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { startChildWorkflowCommand } from "../child-commands.ts";
import {
  type ChildNames,
  childCancelled,
  childCancelledBeforeSent,
  childFailed,
  childStartRefused,
  childTerminated,
  childTimedOut,
} from "../child-failures.ts";
import type {
  ChildCancellation,
  ChildResolution,
  ChildStartResolution,
  StartChildWorkflow,
} from "../child-jobs.ts";
import type { UserMetadata } from "../command.ts";
import { coreFlags } from "../flags.ts";
import type { AttributesOf } from "../history/event-kinds.ts";
import { defineMachine, type LiveMachine, Machine, type MachineKind, type Scene } from "../machine.ts";
import { mismatch } from "../nondeterminism.ts";
import { fatal, type Problem } from "../problem.ts";
import { issueChildCancel } from "./cancel-external.ts";

type State =
  | "startCreated"
  | "startRecorded"
  | "started"
  | "detached"
  | "completed"
  | "failed"
  | "timedOut"
  | "terminated"
  | "canceled"
  | "startFailed";

type Input =
  | "startChildWorkflowSent"
  | "cancel"
  | "tryCancel"
  | "abandon"
  | "startChildWorkflowExecutionInitiated"
  | "startChildWorkflowExecutionFailed"
  | "childWorkflowExecutionStarted"
  | "childWorkflowExecutionCompleted"
  | "childWorkflowExecutionFailed"
  | "childWorkflowExecutionCanceled"
  | "childWorkflowExecutionTimedOut"
  | "childWorkflowExecutionTerminated";

interface ChildData extends ChildNames {
  readonly seq: number;
  readonly cancellation: ChildCancellation;
  /** What people read of the child; the request to cancel it says the same. */
  readonly userMetadata: UserMetadata | undefined;
  runId: string;
  initiatedEventId: number;
  startedEventId: number;
}

function resolveStart(data: ChildData, scene: Scene, resolution: ChildStartResolution): undefined {
  scene.jobs.push({ kind: "resolveChildWorkflowStart", seq: data.seq, resolution });
}

function resolve(data: ChildData, scene: Scene, resolution: ChildResolution): undefined {
  scene.jobs.push({ kind: "resolveChildWorkflow", seq: data.seq, resolution });
}

function initiate(
  data: ChildData,
  scene: Scene,
  event: AttributesOf<"startChildWorkflowExecutionInitiated">,
  machine: LiveMachine,
): Problem | undefined {
  data.initiatedEventId = scene.eventId;
  if (scene.event === undefined) return undefined;
  if (!scene.flags.tryUse(coreFlags.idAndTypeDeterminismChecks, scene.sliceIsFinal)) return undefined;
  const of = "child workflow";
  const { workflowId, workflowType } = data;
  if (event.workflowId !== workflowId) {
    const difference = { what: "Child workflow id", of, inEvent: event.workflowId, inCommand: workflowId };
    return mismatch(scene.event, machine, difference);
  }
  const inEvent = event.workflowType?.name ?? "";
  if (inEvent === workflowType) return undefined;
  return mismatch(scene.event, machine, {
    what: "Child workflow type",
    of,
    inEvent,
    inCommand: workflowType,
  });
}

function vanish(data: ChildData, scene: Scene, _given: undefined, machine: LiveMachine): undefined {
  machine.cancelledBeforeSent = true;
  return resolveStart(data, scene, { kind: "cancelled", failure: childCancelledBeforeSent(data) });
}

function start(
  data: ChildData,
  scene: Scene,
  event: AttributesOf<"childWorkflowExecutionStarted">,
): Problem | undefined {
  const runId = event.workflowExecution?.runId ?? "";
  if (runId === "") return fatal(`event ${scene.eventId}: ChildWorkflowExecutionStarted has no run id`);
  data.runId = runId;
  data.startedEventId = scene.eventId;
  return resolveStart(data, scene, { kind: "started", runId });
}

function refuse(
  data: ChildData,
  scene: Scene,
  { cause }: AttributesOf<"startChildWorkflowExecutionFailed">,
): undefined {
  const { workflowId, workflowType } = data;
  return resolveStart(
    data,
    scene,
    cause === StartChildWorkflowExecutionFailedCause.WORKFLOW_ALREADY_EXISTS
      ? { kind: "alreadyStarted", workflowId, workflowType }
      : { kind: "failed", failure: childStartRefused(data, cause) },
  );
}

function askToStop(data: ChildData, scene: Scene): undefined {
  const { namespace, workflowId, runId, userMetadata } = data;
  issueChildCancel(scene, { namespace, workflowId, runId }, userMetadata);
}

function cancelled(data: ChildData, scene: Scene): undefined {
  return resolve(data, scene, { kind: "cancelled", failure: childCancelled(data) });
}

function askAndLeave(data: ChildData, scene: Scene): undefined {
  askToStop(data, scene);
  return cancelled(data, scene);
}

function complete(
  data: ChildData,
  scene: Scene,
  event: AttributesOf<"childWorkflowExecutionCompleted">,
): Problem | undefined {
  const results = event.result?.payloads ?? [];
  if (results.length > 1) {
    return fatal(
      `event ${scene.eventId}: child workflow '${data.workflowId}' has ${results.length} results, expected at most one`,
    );
  }
  return resolve(data, scene, { kind: "completed", result: results[0] });
}

function fail(data: ChildData, scene: Scene, event: AttributesOf<"childWorkflowExecutionFailed">): undefined {
  return resolve(data, scene, { kind: "failed", failure: childFailed(data, event) });
}

function timeOut(
  data: ChildData,
  scene: Scene,
  event: AttributesOf<"childWorkflowExecutionTimedOut">,
): undefined {
  return resolve(data, scene, { kind: "failed", failure: childTimedOut(data, event) });
}

function terminate(data: ChildData, scene: Scene): undefined {
  return resolve(data, scene, { kind: "failed", failure: childTerminated(data) });
}

/**
 * A detached child was cancelled without waiting: the workflow knows it as cancelled and hears nothing more, however it
 * ends, for it may still end in any way.
 */
export const childWorkflow: MachineKind<State, ChildData> = defineMachine<State, Input, ChildData>({
  name: "ChildWorkflow",
  initial: "startCreated",
  table: {
    startCreated: {
      startChildWorkflowSent: { to: "startCreated" },
      startChildWorkflowExecutionInitiated: { to: "startRecorded", run: initiate },
      cancel: { to: "canceled", run: vanish },
      tryCancel: { to: "canceled", run: vanish },
      abandon: { to: "canceled", run: vanish },
    },
    startRecorded: {
      childWorkflowExecutionStarted: { to: "started", run: start },
      startChildWorkflowExecutionFailed: { to: "startFailed", run: refuse },
      cancel: { to: "startRecorded", run: askToStop },
      tryCancel: { to: "detached", run: askAndLeave },
      abandon: { to: "detached", run: cancelled },
    },
    started: {
      childWorkflowExecutionCompleted: { to: "completed", run: complete },
      childWorkflowExecutionFailed: { to: "failed", run: fail },
      childWorkflowExecutionTimedOut: { to: "timedOut", run: timeOut },
      childWorkflowExecutionCanceled: { to: "canceled", run: cancelled },
      childWorkflowExecutionTerminated: { to: "terminated", run: terminate },
      cancel: { to: "started", run: askToStop },
      tryCancel: { to: "detached", run: askAndLeave },
      abandon: { to: "detached", run: cancelled },
    },
    detached: {
      childWorkflowExecutionStarted: { to: "detached" },
      startChildWorkflowExecutionFailed: { to: "startFailed" },
      childWorkflowExecutionCompleted: { to: "completed" },
      childWorkflowExecutionFailed: { to: "failed" },
      childWorkflowExecutionTimedOut: { to: "timedOut" },
      childWorkflowExecutionCanceled: { to: "canceled" },
      childWorkflowExecutionTerminated: { to: "terminated" },
    },
    completed: {},
    failed: {},
    timedOut: {},
    terminated: {},
    canceled: {},
    startFailed: {},
  },
  describe: ({ seq, workflowId, workflowType }) =>
    `startChildWorkflow (seq ${seq}, workflow type '${workflowType}', workflow id '${workflowId}')`,
  cancelInput: ({ cancellation }) => {
    if (cancellation === "ABANDON") return "abandon";
    return cancellation === "TRY_CANCEL" ? "tryCancel" : "cancel";
  },
});

/** A child of workflow code, new. */
export function openChildWorkflow(command: StartChildWorkflow, scene: Scene): LiveMachine {
  const { seq, namespace, workflowId, workflowType, cancellationType, userMetadata } = command;
  const data: ChildData = {
    seq,
    namespace,
    workflowId,
    workflowType,
    cancellation: cancellationType,
    userMetadata,
    runId: "",
    initiatedEventId: 0,
    startedEventId: 0,
  };
  const machine = new Machine(childWorkflow, data, seq);
  scene.issued.push({
    ack: "startChildWorkflowSent",
    command: startChildWorkflowCommand(command, scene.taskQueue),
    machine,
  });
  return machine;
}
