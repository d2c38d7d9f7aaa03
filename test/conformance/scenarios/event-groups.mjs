/** Groups of events that workflow code makes. */
import { saveChain } from "./runs.mjs";
import { settled } from "./wait.mjs";

const source = "event-groups.ts";

export const eventGroupScenarios = [
  { subject: "event-groups-explicit", workflow: "explicitEventGroups", source },
  {
    subject: "event-groups-in-handlers",
    workflow: "eventGroupsInHandlers",
    source,
    async act(handle) {
      await settled(handle);
      await handle.signal("go");
    },
  },
  {
    subject: "event-groups-explicit-continue-as-new",
    workflow: "eventGroupOfContinueAsNew",
    source,
    args: [0],
    async run(context) {
      await context.startWorker();
      const handle = await context.start();
      await context.ended(handle);
      await saveChain(context, handle, "event-groups-explicit-continue-as-new");
    },
  },
];
