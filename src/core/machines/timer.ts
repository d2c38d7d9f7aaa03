import type { WorkflowCommand } from "../command.ts";
import { cancelTimerCommand, startTimerCommand } from "../commands.ts";
import { defineMachine, type LiveMachine, Machine, type MachineKind, type Scene } from "../machine.ts";
import { timerIdMismatch } from "../nondeterminism.ts";
import type { Problem } from "../problem.ts";

type State = "startCreated" | "startRecorded" | "fired" | "cancelCreated" | "cancelSent" | "canceled";
type Input =
  | "startTimerSent"
  | "cancelTimerSent"
  | "cancel"
  | "timerStarted"
  | "timerFired"
  | "timerCanceled";

interface TimerData {
  readonly seq: number;
}

function vanish(_data: TimerData, _scene: Scene, _given: undefined, machine: LiveMachine): undefined {
  machine.cancelledBeforeSent = true;
}

function issueCancel(data: TimerData, scene: Scene, _given: undefined, machine: LiveMachine): undefined {
  scene.issued.push({ ack: "cancelTimerSent", command: cancelTimerCommand(String(data.seq)), machine });
}

function fire(
  data: TimerData,
  scene: Scene,
  event: { readonly timerId: string },
  machine: LiveMachine,
): Problem | undefined {
  if (event.timerId !== String(data.seq) && scene.event !== undefined)
    return timerIdMismatch(scene.event, machine);
  scene.jobs.push({ kind: "fireTimer", seq: data.seq });
  return undefined;
}

/** Workflow code settles its own cancelled timers: no job says so. */
export const timer: MachineKind<State, TimerData> = defineMachine<State, Input, TimerData>({
  name: "Timer",
  initial: "startCreated",
  table: {
    startCreated: {
      startTimerSent: { to: "startCreated" },
      timerStarted: { to: "startRecorded" },
      cancel: { to: "canceled", run: vanish },
    },
    startRecorded: {
      timerFired: { to: "fired", run: fire },
      cancel: { to: "cancelCreated", run: issueCancel },
    },
    cancelCreated: {
      cancelTimerSent: { to: "cancelSent" },
      cancel: { to: "cancelCreated" },
    },
    cancelSent: { timerCanceled: { to: "canceled" } },
    fired: {},
    canceled: {},
  },
  describe: ({ seq }) => `startTimer (seq ${seq}, timer id '${seq}')`,
});

/** A timer of workflow code, new. */
export function openTimer(
  command: Extract<WorkflowCommand, { kind: "startTimer" }>,
  scene: Scene,
): LiveMachine {
  const { seq, startToFireMs, userMetadata } = command;
  const machine = new Machine(timer, { seq }, seq);
  scene.issued.push({
    ack: "startTimerSent",
    command: startTimerCommand(String(seq), startToFireMs, userMetadata),
    machine,
  });
  return machine;
}
