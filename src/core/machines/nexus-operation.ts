import type { FailureData } from "../activation.ts";
import type { AttributesOf } from "../history/event-kinds.ts";
import { defineMachine, type LiveMachine, Machine, type MachineKind, type Scene } from "../machine.ts";
import { requestCancelNexusOperationCommand, scheduleNexusOperationCommand } from "../nexus-commands.ts";
import { type NexusNames, nexusCancelled, nexusFailure } from "../nexus-failures.ts";
import type {
  NexusCancellation,
  NexusResolution,
  NexusStartResolution,
  ScheduleNexusOperation,
} from "../nexus-jobs.ts";

type State =
  | "scheduleCreated"
  | "scheduled"
  | "started"
  | "scheduledCancelling"
  | "startedCancelling"
  | "detached"
  | "completed"
  | "failed"
  | "canceled"
  | "timedOut"
  | "ended";

type Input =
  | "scheduleNexusOperationSent"
  | "requestCancelNexusOperationSent"
  | "cancel"
  | "abandon"
  | "nexusOperationScheduled"
  | "nexusOperationStarted"
  | "nexusOperationCompleted"
  | "nexusOperationFailed"
  | "nexusOperationCanceled"
  | "nexusOperationTimedOut"
  | "nexusOperationCancelRequested"
  | "nexusOperationCancelRequestCompleted"
  | "nexusOperationCancelRequestFailed";

interface NexusData extends NexusNames {
  readonly seq: number;
  readonly cancellation: NexusCancellation;
  token: string;
  scheduledEventId: number;
  /** Workflow code knows how it ended, or does not want to. */
  told: boolean;
}

/** An event that ends an operation by a failure. */
interface FailedEvent {
  readonly failure?: FailureData | undefined;
}

function resolveStart(data: NexusData, scene: Scene, resolution: NexusStartResolution): undefined {
  if (!data.told) scene.jobs.push({ kind: "resolveNexusOperationStart", seq: data.seq, resolution });
}

function resolve(data: NexusData, scene: Scene, resolution: NexusResolution): undefined {
  if (data.told) return;
  data.told = true;
  scene.jobs.push({ kind: "resolveNexusOperation", seq: data.seq, resolution });
}

function schedule(data: NexusData, scene: Scene): undefined {
  data.scheduledEventId = scene.eventId;
}

function vanish(data: NexusData, scene: Scene, _given: undefined, machine: LiveMachine): undefined {
  machine.cancelledBeforeSent = true;
  const failure = nexusCancelled(data, "Nexus Operation cancelled before scheduled");
  return resolveStart(data, scene, { kind: "failed", failure });
}

function start(data: NexusData, scene: Scene, event: AttributesOf<"nexusOperationStarted">): undefined {
  data.token = event.operationToken;
  return resolveStart(data, scene, { kind: "started", token: event.operationToken });
}

function leave(data: NexusData, scene: Scene): undefined {
  const failure = nexusCancelled(data, "Nexus operation cancelled after starting");
  return resolve(data, scene, { kind: "failed", failure });
}

function askToStop(data: NexusData, scene: Scene, _given: undefined, machine: LiveMachine): undefined {
  const command = requestCancelNexusOperationCommand(data.scheduledEventId);
  scene.issued.push({ ack: "requestCancelNexusOperationSent", command, machine });
  return data.cancellation === "TRY_CANCEL" ? leave(data, scene) : undefined;
}

function complete(data: NexusData, scene: Scene, event: AttributesOf<"nexusOperationCompleted">): undefined {
  return resolve(data, scene, { kind: "completed", result: event.result });
}

/** The handler answered at once: the start and the end are told together. */
function completeAtOnce(
  data: NexusData,
  scene: Scene,
  event: AttributesOf<"nexusOperationCompleted">,
): undefined {
  resolveStart(data, scene, { kind: "startedSync" });
  return complete(data, scene, event);
}

function fail(data: NexusData, scene: Scene, event: FailedEvent): undefined {
  return resolve(data, scene, { kind: "failed", failure: failureOf(data, event) });
}

function failToStart(data: NexusData, scene: Scene, event: FailedEvent): undefined {
  return resolveStart(data, scene, { kind: "failed", failure: failureOf(data, event) });
}

function failureOf(data: NexusData, { failure }: FailedEvent): FailureData {
  const message = "Nexus operation failed but failure field was not populated";
  return failure ?? nexusFailure(data, message, { message });
}

function requestDelivered(data: NexusData, scene: Scene): undefined {
  if (data.cancellation !== "WAIT_CANCELLATION_REQUESTED") return;
  const failure = nexusCancelled(data, "Nexus operation cancellation request completed");
  return resolve(data, scene, { kind: "failed", failure });
}

function requestFailed(
  data: NexusData,
  scene: Scene,
  event: AttributesOf<"nexusOperationCancelRequestFailed">,
): undefined {
  if (data.cancellation !== "WAIT_CANCELLATION_REQUESTED") return;
  const message = "Nexus operation cancellation request failed";
  const failure = nexusFailure(data, message, event.failure ?? { message });
  return resolve(data, scene, { kind: "failed", failure });
}

/**
 * An operation of a Nexus service. History may tell of a request to cancel it after it ended, so one that was asked to stop
 * never reaches a final state. The workflow is told once how it ended, and whatever comes after that is of no interest to it.
 */
export const nexusOperation: MachineKind<State, NexusData> = defineMachine<State, Input, NexusData>({
  name: "NexusOperation",
  initial: "scheduleCreated",
  table: {
    scheduleCreated: {
      scheduleNexusOperationSent: { to: "scheduleCreated" },
      nexusOperationScheduled: { to: "scheduled", run: schedule },
      cancel: { to: "canceled", run: vanish },
      abandon: { to: "canceled", run: vanish },
    },
    scheduled: {
      nexusOperationStarted: { to: "started", run: start },
      nexusOperationCompleted: { to: "completed", run: completeAtOnce },
      nexusOperationFailed: { to: "failed", run: failToStart },
      nexusOperationCanceled: { to: "canceled", run: failToStart },
      nexusOperationTimedOut: { to: "timedOut", run: failToStart },
      cancel: { to: "scheduledCancelling", run: askToStop },
      abandon: { to: "detached", run: leave },
    },
    started: {
      nexusOperationCompleted: { to: "completed", run: complete },
      nexusOperationFailed: { to: "failed", run: fail },
      nexusOperationCanceled: { to: "canceled", run: fail },
      nexusOperationTimedOut: { to: "timedOut", run: fail },
      cancel: { to: "startedCancelling", run: askToStop },
      abandon: { to: "detached", run: leave },
    },
    scheduledCancelling: {
      requestCancelNexusOperationSent: { to: "scheduledCancelling" },
      nexusOperationCancelRequested: { to: "scheduledCancelling" },
      nexusOperationStarted: { to: "startedCancelling", run: start },
      nexusOperationCompleted: { to: "ended", run: completeAtOnce },
      nexusOperationFailed: { to: "ended", run: failToStart },
      nexusOperationCanceled: { to: "ended", run: failToStart },
      nexusOperationTimedOut: { to: "ended", run: failToStart },
    },
    startedCancelling: {
      requestCancelNexusOperationSent: { to: "startedCancelling" },
      nexusOperationCancelRequested: { to: "startedCancelling" },
      nexusOperationCancelRequestCompleted: { to: "startedCancelling", run: requestDelivered },
      nexusOperationCancelRequestFailed: { to: "startedCancelling", run: requestFailed },
      nexusOperationCompleted: { to: "ended", run: complete },
      nexusOperationFailed: { to: "ended", run: fail },
      nexusOperationCanceled: { to: "ended", run: fail },
      nexusOperationTimedOut: { to: "ended", run: fail },
    },
    detached: {
      nexusOperationStarted: { to: "detached" },
      nexusOperationCompleted: { to: "completed" },
      nexusOperationFailed: { to: "failed" },
      nexusOperationCanceled: { to: "canceled" },
      nexusOperationTimedOut: { to: "timedOut" },
    },
    completed: {},
    failed: {},
    canceled: {},
    timedOut: {},
    ended: {
      nexusOperationCancelRequestCompleted: { to: "ended" },
      nexusOperationCancelRequestFailed: { to: "ended" },
    },
  },
  describe: ({ seq, endpoint, service, operation }) =>
    `scheduleNexusOperation (seq ${seq}, operation '${service}.${operation}', endpoint '${endpoint}')`,
  cancelInput: ({ cancellation }) => (cancellation === "ABANDON" ? "abandon" : "cancel"),
});

/** An operation of workflow code, new. */
export function openNexusOperation(command: ScheduleNexusOperation, scene: Scene): LiveMachine {
  const { seq, endpoint, service, operation, cancellationType: cancellation } = command;
  const data = {
    seq,
    endpoint,
    service,
    operation,
    cancellation,
    token: "",
    scheduledEventId: 0,
    told: false,
  };
  const machine = new Machine(nexusOperation, data, seq);
  scene.issued.push({
    ack: "scheduleNexusOperationSent",
    command: scheduleNexusOperationCommand(command),
    machine,
  });
  return machine;
}
