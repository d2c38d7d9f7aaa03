// Invariants
// T1. Every lock that a sleep takes away is put back once: when it has slept, or when its caller leaves.
// T2. Calls are not refused for taking away more locks than there are: test environments that wait for several results at a time
//     take one away for each, and put all back. Time skips until the last of them is back.
import type { Init } from "../../codec-runtime/init.ts";
import type { Duration } from "../../gen/codec/google/protobuf/duration.ts";
import type { TestServiceHandlers } from "../../gen/codec/temporal/api/testservice/v1/service.handlers.ts";
import { timestamp } from "../history/event.ts";
import type { TimeKeeper } from "../time/time-keeper.ts";
import { durationMs, MAX_DURATION_MS, timestampMs } from "../wire-time.ts";
import type { HandlersOf } from "./call.ts";
import { invalidArgument } from "./failures.ts";

/** The calls of the official SDKs' time-skipping test environments. */
export function testServiceRpcs(keeper: TimeKeeper): HandlersOf<TestServiceHandlers> {
  /** Below 0 while more was taken away than there was. */
  let count = keeper.locks;
  const add = (change: number): void => {
    const before = Math.max(0, count);
    count += change;
    keeper.addLocks(Math.max(0, count) - before);
  };
  return {
    lockTimeSkipping: () => {
      add(1);
      return {};
    },
    unlockTimeSkipping: () => {
      add(-1);
      return {};
    },
    sleep: async ({ duration }, { signal }) => {
      await sleep(keeper, keeper.now() + positiveMs(duration), signal);
      return {};
    },
    sleepUntil: async ({ timestamp: until }, { signal }) => {
      if (until === undefined) throw invalidArgument("Timestamp is not set on request.");
      const untilMs = timestampMs(until);
      if (untilMs > keeper.now()) await sleep(keeper, untilMs, signal);
      return {};
    },
    unlockTimeSkippingWithSleep: async ({ duration }, { signal }) => {
      const ms = positiveMs(duration);
      const slept = sleep(keeper, keeper.now() + ms, signal, () => keeper.addLocks(1));
      // Work counts as locks do: an activity that sleeps takes its own away.
      keeper.addLocks(-1);
      await slept;
      return {};
    },
    getCurrentTime: () => ({ time: timestamp(keeper.now()) }),
  };
}

/** Until the environment's clock has come to a moment, or the caller left. `ended` is called at once with that. */
function sleep(
  keeper: TimeKeeper,
  untilMs: number,
  signal: AbortSignal,
  ended: () => void = () => {},
): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      signal.removeEventListener("abort", leave);
      ended();
      resolve();
    };
    const alarm = keeper.sleepUntil(untilMs, end);
    const leave = (): void => {
      alarm.cancel();
      end();
    };
    signal.addEventListener("abort", leave);
    // A caller that has already left does not say so again.
    if (signal.aborted) leave();
  });
}

function positiveMs(duration: Init<Duration> | undefined): number {
  const ms = durationMs(duration) ?? 0;
  if (ms < 0) throw invalidArgument(`Duration is ${ms} ms; it must not be negative.`);
  return Math.min(ms, MAX_DURATION_MS);
}
