import { defineScenario, type LogEntry, type Scenario } from "../scenarios/scenario.ts";
import type { Stage } from "../scenarios/stage.ts";
import { allHistories, leave, play } from "./play.ts";
import { SHORT_MS, type Step } from "./script.ts";
import { serve } from "./serve.ts";
import { WALL } from "./servers.ts";
import { accept, linesOf, look, newWorld, settled, type World } from "./world.ts";

/** How late the real server's timers may be. */
const LATE_MS = 1_200;
const REST_MS = 150;

/** A script as a scenario: what was found by chance stays found. */
export function script(name: string, steps: readonly Step[]): Scenario {
  return defineScenario(name, async (stage: Stage) => {
    const world = newWorld(stage, WALL);
    try {
      for (const [at, step] of steps.entries()) {
        await play(world, step, steps[at + 1]);
        await serve(world);
        await rest(world);
      }
      const lines = accept(world, await look(world));
      stage.log.push({ step: "at the end", answer: [...lines] });
      await allHistories(world);
    } finally {
      await leave(world);
    }
    // As the fuzzer compares it.
    const entries = stage.log.map((entry) => JSON.parse(settled(JSON.stringify(entry))) as LogEntry);
    stage.log.splice(0, entries.length, ...entries);
  });
}

/** Waits until nothing happens by itself any more. */
async function rest(world: World): Promise<void> {
  const restMs = world.restlessUntilMs - world.time.now();
  if (restMs > 0) await world.time.pause(restMs + LATE_MS);
  if (world.lost.size > 0) await world.time.pause(SHORT_MS + LATE_MS);
  const seen = async (): Promise<string> =>
    linesOf(await look(world), world.stage.normaliser.fork()).join("\n");
  for (let before = await seen(), left = 40; left > 0; left -= 1) {
    await world.time.pause(REST_MS);
    const now = await seen();
    if (now === before) return;
    before = now;
  }
  throw new Error("it does not come to rest");
}
