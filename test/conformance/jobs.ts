/** All that runs on the columns of the table: scenarios, whose histories are compared, and cases. */
import { cases } from "./cases/all.ts";
import { clientCases } from "./cases/client.ts";
import type { HostedJob } from "./hosted/job.ts";
import { hasNexusHandlers } from "./nexus-handlers.ts";
import type { Scenario } from "./scenario.ts";
import { runScenario } from "./scenario-course.ts";
import { scenarios } from "./scenarios/all.mjs";
import type { World } from "./world.ts";

export interface Job {
  readonly name: string;
  /** What a client that lives elsewhere can drive: scenarios, and the cases of the client. */
  readonly hosted: HostedJob["kind"] | undefined;
  /** Why it cannot be run here; absent when it can. */
  readonly missing?: string | undefined;
  /** Needs the worker that answers Nexus operations. */
  readonly needsHandlers?: boolean;
  run(world: World): Promise<void>;
}

const NO_HANDLERS =
  "the official SDK, which answers Nexus operations, is not installed: npm ci --prefix test/interop";

export const jobs: readonly Job[] = [
  ...(scenarios as readonly Scenario[]).map((scenario) => ({
    name: scenario.subject,
    hosted: "scenario" as const,
    needsHandlers: scenario.needs !== undefined,
    missing: scenario.needs === undefined || hasNexusHandlers() ? undefined : NO_HANDLERS,
    run: async (world: World) => {
      if (scenario.needs !== undefined) await world.nexusHandlers.start();
      await runScenario(world, scenario);
    },
  })),
  ...cases.map((one) => ({
    name: one.name,
    hosted: clientCases.includes(one) ? ("case" as const) : undefined,
    run: (world: World) => one.run(world.caseWorld(one.name)),
  })),
];
