/** Values that follow asynchronous calls, and triggers. */
import { quiet, settled, until } from "./wait.mjs";

export const asyncLocalScenarios = [
  {
    subject: "async-local-storage",
    workflow: "asyncLocals",
    async run({ start, startWorker, ended, save }) {
      // Without a cache every task replays what was before it.
      await startWorker({ maxCachedWorkflows: 0 });
      const handle = await start();
      await settled(handle);
      await handle.executeUpdate("tell", { args: ["eve"], updateId: "tell" });
      // Both branches are done with their activities.
      await until(async () => {
        const { events } = await handle.fetchHistory();
        return events.filter(({ markerRecordedEventAttributes: marker }) => marker).length === 2;
      });
      await quiet(handle);
      await handle.signal("poke", "cid");
      await ended(handle);
      await save(handle);
    },
  },
  {
    subject: "triggers",
    workflow: "triggers",
    async act(handle) {
      await settled(handle);
      await handle.signal("poke", "cid");
    },
  },
].map((scenario) => ({ source: "async-locals.ts", ...scenario }));
