/** Summaries, details and priorities; activities that come with the answer of a workflow task. */
import { settled } from "./wait.mjs";

const priority = { priorityKey: 2, fairnessKey: "tenant", fairnessWeight: 3 };

export const metadataScenarios = [
  {
    subject: "metadata-everywhere",
    workflow: "allMetadata",
    options: { priority, staticSummary: "all of it", staticDetails: "a line\nand another" },
  },
  {
    subject: "priority-inherited",
    workflow: "inheritedPriorities",
    options: { priority },
    async act(handle) {
      await settled(handle);
      await handle.signal("goOn");
    },
  },
  { subject: "eager-activities", workflow: "eagerBatch", args: [3, true] },
  { subject: "eager-activities-not-allowed", workflow: "eagerBatch", args: [3, false] },
  {
    subject: "eager-activities-few-slots",
    note: "the worker runs two activities at a time",
    workflow: "eagerBatch",
    args: [7, true],
    async run({ start, startWorker, ended, save }) {
      await startWorker({ maxConcurrentActivityTaskExecutions: 2 });
      const handle = await start();
      await ended(handle);
      await save(handle);
    },
  },
  {
    subject: "eager-activities-of-another-worker",
    note: "the worker of the workflow has no activities",
    workflow: "eagerBatch",
    args: [3, true],
    async run({ start, startWorker, ended, save }) {
      await startWorker({ only: "workflows" });
      await startWorker({ only: "activities" });
      const handle = await start();
      await ended(handle);
      await save(handle);
    },
  },
].map((scenario) => ({ source: "metadata.ts", ...scenario }));
