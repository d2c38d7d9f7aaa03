import { cancelWorkflowCommand } from "../commands.ts";
import { defineMachine, type LiveMachine, Machine, type MachineKind, type Scene } from "../machine.ts";

type State = "created" | "recorded";
type Input = "cancelWorkflowSent" | "workflowExecutionCanceled";

/** The command that ends the workflow as cancelled. Nothing follows its event. */
export const cancelWorkflow: MachineKind<State, undefined> = defineMachine<State, Input, undefined>({
  name: "CancelWorkflow",
  initial: "created",
  table: {
    created: { cancelWorkflowSent: { to: "created" }, workflowExecutionCanceled: { to: "recorded" } },
    recorded: {},
  },
  describe: () => "cancelWorkflow",
});

/** The end of the workflow, as workflow code asks for it. */
export function openCancelWorkflow(scene: Scene): LiveMachine {
  const machine = new Machine(cancelWorkflow, undefined);
  scene.issued.push({ ack: "cancelWorkflowSent", command: cancelWorkflowCommand(), machine });
  scene.runEnds();
  return machine;
}
