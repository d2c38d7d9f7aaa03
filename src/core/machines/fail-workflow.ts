import type { WorkflowCommand } from "../command.ts";
import { failWorkflowCommand } from "../commands.ts";
import { defineMachine, type LiveMachine, Machine, type MachineKind, type Scene } from "../machine.ts";

type State = "created" | "recorded";
type Input = "failWorkflowSent" | "workflowExecutionFailed";

/** The command that ends the workflow with a failure. Nothing follows its event. */
export const failWorkflow: MachineKind<State, undefined> = defineMachine<State, Input, undefined>({
  name: "FailWorkflow",
  initial: "created",
  table: {
    created: { failWorkflowSent: { to: "created" }, workflowExecutionFailed: { to: "recorded" } },
    recorded: {},
  },
  describe: () => "failWorkflow",
});

/** The end of the workflow, as workflow code asks for it. */
export function openFailWorkflow(
  command: Extract<WorkflowCommand, { kind: "failWorkflow" }>,
  scene: Scene,
): LiveMachine {
  const machine = new Machine(failWorkflow, undefined);
  scene.issued.push({ ack: "failWorkflowSent", command: failWorkflowCommand(command.failure), machine });
  scene.runEnds();
  return machine;
}
