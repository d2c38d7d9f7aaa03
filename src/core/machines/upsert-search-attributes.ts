import type { PayloadMap } from "../../common/payload.ts";
import { upsertSearchAttributesCommand } from "../commands.ts";
import { coreFlags } from "../flags.ts";
import { defineMachine, Machine, type MachineKind, type Scene } from "../machine.ts";
import { CHANGE_VERSION } from "../patch-marker.ts";
import type { UpsertSearchAttributes } from "../upsert-commands.ts";

type State = "created" | "issued" | "done";
type Input = "upsertSearchAttributesSent" | "upsertWorkflowSearchAttributes";

interface UpsertData {
  readonly names: readonly string[];
}

/** Nobody waits for it. What it changed is not compared with history. */
export const upsertSearchAttributes: MachineKind<State, UpsertData> = defineMachine<State, Input, UpsertData>(
  {
    name: "UpsertSearchAttributes",
    initial: "created",
    table: {
      created: { upsertSearchAttributesSent: { to: "issued" } },
      issued: { upsertWorkflowSearchAttributes: { to: "done" } },
      done: {},
    },
    describe: ({ names }) => `upsertSearchAttributes (${names.map((name) => `'${name}'`).join(", ")})`,
  },
);

/** Issues an upsert of core's own, or of workflow code. */
export function issueUpsert(fields: PayloadMap, scene: Scene): void {
  const machine = new Machine(upsertSearchAttributes, { names: Object.keys(fields) });
  const command = upsertSearchAttributesCommand(fields);
  scene.issued.push({ ack: "upsertSearchAttributesSent", command, machine });
}

/**
 * An upsert of workflow code. The attribute that tells the patches is core's: an attempt to set it becomes an empty
 * command, so that what follows keeps its place in history.
 */
export function openUpsert({ fields }: UpsertSearchAttributes, scene: Scene): void {
  scene.searchAttributesChanged(fields);
  const guarded = scene.flags.tryUse(coreFlags.upsertSearchAttributeOnPatch, !scene.replaying);
  issueUpsert(guarded && Object.hasOwn(fields, CHANGE_VERSION) ? {} : fields, scene);
}
