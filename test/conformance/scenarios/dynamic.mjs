/** Workflows and activities of any name, handlers for any name, and the order in which what waited for them comes. */
import { settled, until } from "./wait.mjs";

/** A worker that takes activities of any name. */
export const dynamicWorker = {
  activities: { default: async (...args) => ["default activity", ...args] },
};

export const dynamicScenarios = [
  {
    subject: "dynamic-workflow-and-activity",
    workflow: "noWorkflowOfThisName",
    args: ["x", { y: 1 }],
    async run({ start, startWorker, ended, save }) {
      await startWorker(dynamicWorker);
      const handle = await start();
      await ended(handle);
      await save(handle);
    },
  },
  {
    subject: "dynamic-handlers-buffered",
    note: "signals come before the workflow runs, and before it has handlers for them",
    workflow: "bufferedInOrder",
    async run({ start, startWorker, ended, save }) {
      const handle = await start();
      await handle.signal("known", "1");
      await handle.signal("other", 1);
      await handle.signal("close");
      await handle.signal("another", 2, "more");
      await handle.signal("known", "2");
      await startWorker();
      await ended(handle);
      await save(handle);
    },
  },
  {
    subject: "dynamic-handlers",
    workflow: "defaultHandlers",
    async act(handle) {
      await settled(handle);
      await handle.signal("anything", 1, { two: 2 });
      await handle.executeUpdate("anyUpdate", { args: ["a", 1], updateId: "update-1" });
      await handle.executeUpdate("knownUpdate", { args: ["b"], updateId: "update-2" });
      await handle.query("anyQuery", "q");
      await handle.signal("replace");
      await handle.signal("afterwards");
      await until(async () => (await handle.query("count"))[2] >= 4);
      await handle.executeUpdate("lastUpdate", { args: [], updateId: "update-3" });
      await handle.signal("close");
    },
  },
].map((scenario) => ({ source: "dynamic.ts", ...scenario }));
