/**
 * Measures how many microtasks pass until each API call settles. `../../histories/ticks/README.md` tells how it is driven.
 *
 * 1. The ruler is a chain of bare microtasks. It starts in the handler of the first signal of an activation, before any
 *    other job is handled: a reaction that runs while it stands at `n` is `n` microtasks deep. 0 is the handling itself.
 * 2. A probe begins something, and notes its label when that settles. It settles by a job (see `tick-probes.ts`) or, for
 *    those whose name begins with `call`, by itself, once its label is poked.
 * 3. With marks on, the ruler starts a timer of `10000 + n` ms at each step: the place of another command among these
 *    timers tells at which step it was issued.
 */
import {
  ApplicationFailure,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
  sleep,
} from "perdure/workflow";
import { type Bench, type Noted, probes } from "./tick-probes.ts";

/** The ruler's length: a label noted here settled only after all microtasks of the round had run. */
export const rulerLength = 64;
const marksLength = 40;

export const startRuler: ReturnType<typeof defineSignal<[boolean]>> = defineSignal<[boolean]>("startRuler");
export const poke: ReturnType<typeof defineSignal<[string]>> = defineSignal<[string]>("poke");
export const change: ReturnType<typeof defineUpdate<string, [string]>> = defineUpdate<string, [string]>(
  "change",
);
export const changeLater: ReturnType<typeof defineUpdate<string, [string]>> = defineUpdate<string, [string]>(
  "changeLater",
);
export const readLog: ReturnType<typeof defineQuery<Noted[]>> = defineQuery<Noted[]>("readLog");

/** Begins the named probes in order; labels of probes begun twice end in `#2`, `#3`, … */
export async function ticks(...labels: string[]): Promise<string> {
  const log: Noted[] = [];
  const poked = new Map<string, () => void>();
  let step = 0;

  const runRuler = (marks: boolean): void => {
    const next = (): void => {
      step++;
      if (marks && step <= marksLength) void sleep(10_000 + step).catch(() => undefined);
      if (step < rulerLength) void Promise.resolve().then(next);
    };
    void Promise.resolve().then(next);
  };
  const bench: Bench = {
    note: (label) => log.push([label, step]),
    whenPoked: (label, act) => {
      poked.set(label, act);
    },
  };
  setHandler(startRuler, runRuler);
  setHandler(poke, (label) => poked.get(label)?.());
  setHandler(change, (label) => {
    poked.get(label)?.();
    return label;
  });
  setHandler(changeLater, async (label) => {
    await new Promise<void>((resolve) => poked.set(label, resolve));
    bench.note(label);
    return label;
  });
  setHandler(readLog, () => log);

  for (const label of labels) {
    const name = label.replace(/#\d+$/, "");
    const probe = probes[name];
    if (!probe) throw new TypeError(`no probe is named ${name}`);
    probe(label, bench);
  }
  const end = await new Promise<string>((resolve) => {
    for (const how of ["return", "fail", "continueAsNew"]) bench.whenPoked(how, () => resolve(how));
  });
  if (end === "fail") throw ApplicationFailure.nonRetryable("failed as told");
  if (end === "continueAsNew") await continueAsNew<typeof ticks>();
  return end;
}
