// Invariants
// T1. Every lock that a sleep takes away is put back once: when it has slept, or when its caller leaves. Until then it counts as
//     there for those who take others away: nobody's calls are out of balance because somebody else sleeps.
import type { Init } from "../../codec-runtime/init.ts";
import type { Duration } from "../../gen/codec/google/protobuf/duration.ts";
import type { TestServiceHandlers } from "../../gen/codec/temporal/api/testservice/v1/service.handlers.ts";
import { timestamp } from "../history/event.ts";
import type { TimeKeeper } from "../time/time-keeper.ts";
import { durationMs, MAX_DURATION_MS, timestampMs } from "../wire-time.ts";
import type { HandlersOf } from "./call.ts";
import { failedPrecondition, invalidArgument } from "./failures.ts";

const UNBALANCED = "Unbalanced lock and unlock calls: time skipping is not locked";

/** The calls of the official SDKs' time-skipping test environments. */
export function testServiceRpcs(keeper: TimeKeeper): HandlersOf<TestServiceHandlers> {
  let lent = 0;
  const lend = (change: number): void => {
    lent += change;
    keeper.addLocks(-change);
  };
  return {
    lockTimeSkipping: () => {
      keeper.addLocks(1);
      return {};
    },
    unlockTimeSkipping: () => {
      if (keeper.locks + lent < 1) throw failedPrecondition(UNBALANCED);
      keeper.addLocks(-1);
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
      // Work counts as locks do: an activity that sleeps takes its own away.
      if (keeper.locks + lent + keeper.holds < 1) throw failedPrecondition(UNBALANCED);
      const slept = sleep(keeper, keeper.now() + ms, signal, () => lend(-1));
      lend(1);
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
