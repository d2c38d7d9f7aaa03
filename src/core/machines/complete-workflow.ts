import type { WorkflowCommand } from "../command.ts";
import { completeWorkflowCommand } from "../commands.ts";
import { defineMachine, type LiveMachine, Machine, type MachineKind, type Scene } from "../machine.ts";

type State = "created" | "recorded";
type Input = "completeWorkflowSent" | "workflowExecutionCompleted";

/** The command that ends the workflow with a result. Nothing follows its event. */
export const completeWorkflow: MachineKind<State, undefined> = defineMachine<State, Input, undefined>({
  name: "CompleteWorkflow",
  initial: "created",
  table: {
    created: { completeWorkflowSent: { to: "created" }, workflowExecutionCompleted: { to: "recorded" } },
    recorded: {},
  },
  describe: () => "completeWorkflow",
});

/** The end of the workflow, as workflow code asks for it. */
export function openCompleteWorkflow(
  command: Extract<WorkflowCommand, { kind: "completeWorkflow" }>,
  scene: Scene,
): LiveMachine {
  const machine = new Machine(completeWorkflow, undefined);
  scene.issued.push({
    ack: "completeWorkflowSent",
    command: completeWorkflowCommand(command.result),
    machine,
  });
  scene.runEnds();
  return machine;
}
