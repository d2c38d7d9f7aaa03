/** Cancellation of the whole workflow. */
import { settled } from "./wait.mjs";

async function cancelSoon(handle) {
  await settled(handle);
  await handle.cancel();
}

const workflows = {
  "cancel-in-timer": "cancelledInTimer",
  "cancel-in-activity": "cancelledInActivity",
  "cancel-in-condition": "cancelledInCondition",
  "cancel-in-condition-with-timeout": "cancelledInConditionWithTimeout",
  "cancel-with-cleanup": "cleanupWhenCancelled",
  "cancel-and-complete": "completesWhenCancelled",
  "cancel-and-fail": "failsWhenCancelled",
  "cancel-shielded": "shieldedFromCancellation",
  "cancel-requested-promise": "watchesCancelRequested",
  "cancel-everything-open": "cancelsEverythingOpen",
};

export const cancellationScenarios = [
  ...Object.entries(workflows).map(([subject, workflow]) => ({
    subject,
    workflow,
    source: "cancellation.ts",
    act: cancelSoon,
  })),
  {
    subject: "cancel-before-first-task",
    workflow: "cancelledInTimer",
    source: "cancellation.ts",
    async run({ start, startWorker, ended, save }) {
      const handle = await start();
      await handle.cancel();
      await startWorker();
      await ended(handle);
      await save(handle);
    },
  },
];
