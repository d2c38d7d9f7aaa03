/** Signals and cancels to other workflows. */

/** The other workflow is started first, and its history is not kept. */
const withOther = (subject, workflow) => ({
  subject,
  workflow,
  source: "external.ts",
  async run({ client, start, startWorker, startOptions, ended, save, workflowId }) {
    await startWorker();
    const other = await client.start("hearsKnocks", {
      ...startOptions,
      args: [],
      workflowId: `${workflowId}-other`,
    });
    const handle = await start();
    await ended(handle);
    await ended(other);
    await save(handle);
    await save(other, `${subject}-other`);
  },
});

export const externalScenarios = [
  withOther("external-signal", "signalsOther"),
  withOther("external-signal-cancelled-too-late", "signalCancelledTooLate"),
  withOther("external-cancel", "cancelsOther"),
  withOther("external-cancel-in-scope", "cancelsOtherInScope"),
  withOther("external-cancel-in-cancelled-scope", "cancelsOtherAndItself"),
  { subject: "external-signal-not-found", workflow: "signalsNobody", source: "external.ts" },
  { subject: "external-signal-not-sent", workflow: "signalsNotSent", source: "external.ts" },
  { subject: "external-cancel-not-found", workflow: "cancelsNobody", source: "external.ts" },
];
