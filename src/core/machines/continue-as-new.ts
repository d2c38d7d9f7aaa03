import type { ContinueAsNewCommand } from "../command.ts";
import { continueAsNewCommand } from "../commands.ts";
import { defineMachine, type LiveMachine, Machine, type MachineKind, type Scene } from "../machine.ts";

type State = "created" | "recorded";
type Input = "continueAsNewSent" | "workflowExecutionContinuedAsNew";

/** The command that starts the workflow anew in another run. Nothing follows its event. */
export const continueAsNew: MachineKind<State, undefined> = defineMachine<State, Input, undefined>({
  name: "ContinueAsNew",
  initial: "created",
  table: {
    created: { continueAsNewSent: { to: "created" }, workflowExecutionContinuedAsNew: { to: "recorded" } },
    recorded: {},
  },
  describe: () => "continueAsNew",
});

/** The end of the workflow, as workflow code asks for it. */
export function openContinueAsNew(command: ContinueAsNewCommand, scene: Scene): LiveMachine {
  const machine = new Machine(continueAsNew, undefined);
  scene.issued.push({
    ack: "continueAsNewSent",
    command: continueAsNewCommand(command, scene.inherited, scene.taskQueue),
    machine,
  });
  scene.runEnds();
  return machine;
}
