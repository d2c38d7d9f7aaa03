import { coreFlags } from "../flags.ts";
import type { AttributesOf } from "../history/event-kinds.ts";
import { defineMachine, type LiveMachine, Machine, type MachineKind, type Scene } from "../machine.ts";
import { patchIdMismatch } from "../nondeterminism.ts";
import type { SetPatchMarker } from "../patch-jobs.ts";
import { changeVersionFields, patchMarkerCommand, readPatchMarker } from "../patch-marker.ts";
import type { Problem } from "../problem.ts";
import { issueUpsert } from "./upsert-search-attributes.ts";

type State = "commandCreated" | "notified" | "recorded";
type Input = "patchMarkerSent" | "markerRecorded";

interface PatchData {
  readonly patchId: string;
  readonly deprecated: boolean;
}

function check(
  { patchId }: PatchData,
  scene: Scene,
  event: AttributesOf<"markerRecorded">,
  machine: LiveMachine,
): Problem | undefined {
  const recorded = readPatchMarker(event)?.id;
  if (recorded === patchId || scene.event === undefined) return undefined;
  return patchIdMismatch(scene.event, machine, { recorded: recorded ?? "", patchId });
}

/** Workflow code learns of markers ahead of the event (`lookahead.ts`): this machine only keeps history in step. */
export const patch: MachineKind<State, PatchData> = defineMachine<State, Input, PatchData>({
  name: "Patch",
  initial: "commandCreated",
  table: {
    commandCreated: { patchMarkerSent: { to: "notified" } },
    notified: { markerRecorded: { to: "recorded", run: check } },
    recorded: {},
  },
  describe: ({ patchId, deprecated }) => `${deprecated ? "deprecatePatch" : "patched"} ('${patchId}')`,
});

/**
 * Marks a patch, once for each id, and makes it searchable. A patch that is met while replaying without being in history
 * has no upsert there either.
 */
export function openPatch({ patchId, deprecated }: SetPatchMarker, scene: Scene): void {
  const { patches, replaying } = scene;
  if (patches.get(patchId) === true) return;
  const inHistory = patches.has(patchId);
  scene.issued.push({
    ack: "patchMarkerSent",
    command: patchMarkerCommand({ id: patchId, deprecated }),
    machine: new Machine(patch, { patchId, deprecated }),
    patchId,
  });
  const flag = coreFlags.upsertSearchAttributeOnPatch;
  if ((inHistory || !replaying) && scene.flags.tryUse(flag, !replaying)) {
    const ids = [patchId];
    for (const [id, created] of patches) if (created) ids.push(id);
    const fields = changeVersionFields(ids);
    if (fields !== undefined) issueUpsert(fields, scene);
  }
  patches.set(patchId, true);
}
