import {
  ApplicationFailure,
  CancellationScope,
  condition,
  defineSignal,
  proxyActivities,
  setHandler,
  sleep,
} from "perdure/workflow";
import type { hostileActivities } from "../case-activities.ts";
import { finish } from "./plain.ts";

const acts = proxyActivities<typeof hostileActivities>({
  startToCloseTimeout: "10 seconds",
  retry: { maximumAttempts: 1 },
});

export const count = defineSignal("count");

/** Counts signals until there is one, so that more of them race with the completion. */
export async function countsSignals(enough: number): Promise<number> {
  let seen = 0;
  setHandler(count, () => {
    seen++;
  });
  await condition(() => seen >= enough);
  return seen;
}

/** Tries to change what all runs share; gives the errors' names. */
export async function vandal(): Promise<string[]> {
  const shared = [
    [Object.prototype, "extra"],
    [Map.prototype, "get"],
    [Date, "now"],
    [Math, "random"],
    [ApplicationFailure.prototype, "extra"],
    [CancellationScope, "current"],
  ] as const;
  return shared.map(([target, key]) => {
    try {
      Object.assign(target, { [key]: () => "changed" });
      return "changed";
    } catch (error) {
      return (error as Error).name;
    }
  });
}

/** What a run sees of the world. */
export async function clocks(): Promise<Record<string, unknown>> {
  const before = Date.now();
  const format = new Intl.DateTimeFormat("en", { timeZone: "UTC", dateStyle: "short", timeStyle: "medium" });
  const [now, given] = [format.format(), format.format(before)];
  await sleep(20);
  return {
    isSame: now === given && before === Date.parse(new Date(before).toISOString()),
    hasMoved: Date.now() > before,
    random: Math.random(),
  };
}

/** Forgets a rejection when it is told to. */
export async function mayForget(forgets: boolean): Promise<string> {
  let told = false;
  setHandler(finish, () => {
    told = true;
  });
  await condition(() => told);
  if (forgets) void Promise.reject(new Error("forgotten"));
  await sleep(10);
  return "kept";
}

/** Never comes to rest, without blocking in one place. */
export async function spins(): Promise<void> {
  for (;;) await null;
}

/** Types and messages of what activities fail with. */
export async function activityFailures(): Promise<string[]> {
  const calls = [
    acts.throwsText,
    acts.throwsNothing,
    acts.throwsRange,
    acts.returnsBigInt,
    acts.returnsItself,
  ];
  const seen: string[] = [];
  for (const call of calls) {
    try {
      await call();
      seen.push("no failure");
    } catch (error) {
      const { type, message } = (error as Error).cause as ApplicationFailure;
      seen.push(`${type}: ${message}`);
    }
  }
  return seen;
}
