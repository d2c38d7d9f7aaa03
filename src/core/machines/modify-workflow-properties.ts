import { modifyWorkflowPropertiesCommand } from "../commands.ts";
import { defineMachine, Machine, type MachineKind, type Scene } from "../machine.ts";
import type { ModifyWorkflowProperties } from "../upsert-commands.ts";

type State = "created" | "issued" | "done";
type Input = "modifyWorkflowPropertiesSent" | "workflowPropertiesModified";

interface ModifyData {
  readonly names: readonly string[];
}

/** Nobody waits for it. What it changed is not compared with history. */
export const modifyWorkflowProperties: MachineKind<State, ModifyData> = defineMachine<
  State,
  Input,
  ModifyData
>({
  name: "ModifyWorkflowProperties",
  initial: "created",
  table: {
    created: { modifyWorkflowPropertiesSent: { to: "issued" } },
    issued: { workflowPropertiesModified: { to: "done" } },
    done: {},
  },
  describe: ({ names }) => `upsertMemo (${names.map((name) => `'${name}'`).join(", ")})`,
});

/** A change of the memo by workflow code. */
export function openModifyProperties({ memo }: ModifyWorkflowProperties, scene: Scene): void {
  const machine = new Machine(modifyWorkflowProperties, { names: Object.keys(memo) });
  const command = modifyWorkflowPropertiesCommand(memo);
  scene.issued.push({ ack: "modifyWorkflowPropertiesSent", command, machine });
}
