/** Patches in all phases, and the internal patch of conditions without time. */
import { settled } from "./wait.mjs";

const phases = ["patchBefore", "patchWith", "patchDeprecated", "patchAfter"];

async function proceed(handle) {
  await settled(handle);
  await handle.signal("proceed");
}

export const patchScenarios = [
  ...phases.map((workflow) => ({
    subject: workflow.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`),
    workflow,
    act: proceed,
  })),
  { subject: "patches-several", workflow: "severalPatches" },
  { subject: "patches-too-long-for-search", workflow: "patchesTooLongForSearch" },
  { subject: "patch-in-loop", workflow: "patchedInLoop" },
  { subject: "condition-without-time", workflow: "conditionWithoutTime" },
].map((scenario) => ({ source: "patches.ts", ...scenario }));
