import type { LogEntry } from "../scenarios/scenario.ts";
import { allHistories, leave, play } from "./play.ts";
import type { Script, Step } from "./script.ts";
import { serve, settleLost } from "./serve.ts";
import { accept, linesOf, look, StrayedError, settled, type World } from "./world.ts";

/** Where two servers first said different things. */
export interface Difference {
  readonly seed: number;
  /** Number of the step, from 0; that of the last for what all histories tell at the end. */
  readonly at: number;
  readonly step: Step | undefined;
  /** Lines that the real server says and the embedded does not, and the other way round. */
  readonly real: readonly string[];
  readonly embedded: readonly string[];
}

/** How long the real server may take to come to where the embedded one is. */
const PATIENCE_MS = 9_000;
const PAUSES_MS = [20, 40, 80, 150, 300, 500] as const;

/** Plays a script on both servers, step by step. Gives the first difference. */
export async function playBoth(
  script: Script,
  embedded: World,
  real: World,
): Promise<Difference | undefined> {
  try {
    return await steps(script, embedded, real);
  } catch (error) {
    if (!(error instanceof StrayedError)) throw error;
    if (embedded.byLuck || real.byLuck) return undefined;
    const difference = (await alike(embedded, real)) ?? { real: ["strayed"], embedded: ["strayed"] };
    return { seed: script.seed, at: script.steps.length - 1, step: undefined, ...difference };
  } finally {
    await Promise.all([leave(embedded), leave(real)]);
  }
}

async function steps(script: Script, embedded: World, real: World): Promise<Difference | undefined> {
  const { seed } = script;
  const both = [embedded, real];
  let shown = 0;
  const answered = (): Omit<Difference, "seed" | "at" | "step"> | undefined => {
    const [here, there] = both.map(({ stage }) => stage.log.slice(shown).map(lineOfEntry));
    shown = embedded.stage.log.length;
    return compare(here ?? [], there ?? []);
  };
  for (const [at, step] of script.steps.entries()) {
    if (endsQueries(embedded, step)) break;
    embedded.trail.choices.length = 0;
    const before = embedded.stage.log.length;
    const open = embedded.calls.some(({ result }) => !result) || mayForget(embedded, step);
    for (const world of both) await play(world, step, script.steps[at + 1]);
    const failed = embedded.stage.log.slice(before).some(({ error }) => error !== undefined);
    const difference =
      answered() ?? (open && failed ? undefined : await converge(embedded, real)) ?? answered();
    if (embedded.byLuck || real.byLuck) return undefined;
    if (difference) return { seed, at, step, ...difference };
    // A change that fails makes the real server forget who waits for the run: nothing is alike from here on.
    if (open && failed) return undefined;
  }
  await Promise.all(both.map(allHistories));
  const difference = answered();
  return difference && { seed, at: script.steps.length - 1, step: undefined, ...difference };
}

/** Whether a failing reset of a run changes more: it may have updates of the run before it, or have left its worker. */
function mayForget({ reset, sticky, lost }: World, step: Step): boolean {
  return step.kind === "reset" && [reset, sticky, lost].some((workflows) => workflows.has(step.wf));
}

/** Queries that wait while their run is ended from outside wait for ever on the real server; here they are told. */
function endsQueries({ calls }: World, step: Step): boolean {
  const waiting = calls.some(({ label, result }) => !result && label.startsWith("query"));
  return waiting && ENDING.has(step.kind);
}

const ENDING: ReadonlySet<string> = new Set([
  "terminate",
  "reset",
  "delete",
  "start",
  "signal with start",
  "update with start",
]);

function lineOfEntry(entry: LogEntry): string {
  return settled(JSON.stringify(entry));
}

/** Waits until both have come to rest and look alike. */
async function converge(
  embedded: World,
  real: World,
): Promise<Omit<Difference, "seed" | "at" | "step"> | undefined> {
  const both = [embedded, real];
  for (const world of both) await serve(world);
  const restMs = Math.max(embedded.restlessUntilMs, real.restlessUntilMs) - embedded.time.now();
  if (restMs > 0) await embedded.time.pause(restMs + 50);
  await settleLost(embedded);
  const difference = await alike(embedded, real);
  if (difference) return difference;
  const calls = both.map((world) => world.calls.filter(({ result }) => result).length);
  for (const world of both) await serve(world);
  const later = both.map((world) => world.calls.filter(({ result }) => result).length);
  return calls.join() === later.join() ? undefined : await alike(embedded, real);
}

async function alike(
  embedded: World,
  real: World,
): Promise<Omit<Difference, "seed" | "at" | "step"> | undefined> {
  const end = Date.now() + PATIENCE_MS;
  for (let round = 0; ; round += 1) {
    const [here, there] = await Promise.all([look(embedded), look(real)]);
    const difference = compare(
      linesOf(here, embedded.stage.normaliser.fork()),
      linesOf(there, real.stage.normaliser.fork()),
    );
    if (!difference) {
      accept(embedded, here);
      accept(real, there);
      return undefined;
    }
    if (Date.now() > end) return difference;
    await real.time.pause(PAUSES_MS[round] ?? 500);
  }
}

/**
 * When a change of a run fails inside the real server, that forgets who waits for updates of the run, and tells those that were
 * accepted that they were. Nobody who waits knows why; here they wait on. What it forgot of a run that is over it says of no update
 * any more.
 */
function forgotten(real: string | undefined, embedded: string | undefined): boolean {
  if (real === undefined || !/^(?:update|start and update) \d+ /.test(real)) return false;
  if (real.includes('"stage":2,')) return !real.includes("outcome");
  return real === embedded?.replace("workflow update was aborted by closing workflow", COMPLETED);
}

const COMPLETED = "workflow execution already completed";

function compare(
  here: readonly string[],
  there: readonly string[],
): Omit<Difference, "seed" | "at" | "step"> | undefined {
  const embedded: string[] = [];
  const real: string[] = [];
  for (let index = 0; index < Math.max(here.length, there.length); index += 1) {
    if (here[index] === there[index] || forgotten(there[index], here[index])) continue;
    embedded.push(here[index] ?? "nothing");
    real.push(there[index] ?? "nothing");
  }
  return embedded.length === 0 ? undefined : { embedded, real };
}
