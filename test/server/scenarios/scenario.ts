// How to use: `defineScenario("name", async (stage) => { … })` in a file beside this one; list them in one array per subject and
// hand it to `compareScenarios("subject", scenarios)` (./compare.ts) in a *.test.ts file. Each runs on the embedded server and is
// compared with the recorded log of the real one in ../recorded/<subject>.json. With TEMPORAL_CLI or TEMPORAL_ADDRESS set it runs
// on the real one too; RECORD_SCENARIOS=1 besides writes what that one said: `RECORD_SCENARIOS=1 TEMPORAL_CLI=… npx vitest run
// test/server/activities` (RECORD_ONLY="^by id|name" renews just those that match). Inside: `stage.start()`, `stage.pollTask()`, `stage.complete(task, [commands])`,
// `stage.pollActivity()` do things; `stage.step("label", () => stage.service.xyz({…}))` does a thing and logs answer or error;
// `stage.history()` logs the history. Ids, times and tokens are made comparable by ./normalise.ts: take them from `stage.id("x")`.
import type { Stage } from "./stage.ts";

/** A script of raw calls that any server can be put through. */
export interface Scenario {
  readonly name: string;
  readonly run: (stage: Stage) => Promise<void>;
}

/** Makes a scenario. */
export function defineScenario(name: string, run: (stage: Stage) => Promise<void>): Scenario {
  return { name, run };
}

/** One line of a scenario's log. */
export interface LogEntry {
  readonly step: string;
  readonly answer?: unknown;
  readonly error?: string;
  readonly details?: readonly unknown[];
}
