/** Local activities beside other work. */

/** Commands wait for local activities until the task has to be renewed: soon, in these. */
const options = { workflowTaskTimeout: "1 second" };

export const localRaceScenarios = [
  { subject: "local-first-of-three", workflow: "localRacesChildAndTimer", args: [20, 5_000, 5_000] },
  { subject: "local-beaten-by-child", workflow: "localRacesChildAndTimer", args: [6_000, 0, 9_000], options },
  {
    subject: "local-beaten-by-timer",
    workflow: "localRacesChildAndTimer",
    args: [6_000, 9_000, 300],
    options,
  },
  { subject: "local-then-others", workflow: "localThenOthers" },
].map((scenario) => ({ source: "local-races.ts", ...scenario }));
