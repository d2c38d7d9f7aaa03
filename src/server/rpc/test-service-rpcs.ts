import type { Init } from "../../codec-runtime/init.ts";
import type { Duration } from "../../gen/codec/google/protobuf/duration.ts";
import type { TestServiceHandlers } from "../../gen/codec/temporal/api/testservice/v1/service.handlers.ts";
import { timestamp } from "../history/event.ts";
import type { TimeKeeper } from "../time/time-keeper.ts";
import { durationMs, timestampMs } from "../wire-time.ts";
import type { HandlersOf } from "./call.ts";
import { failedPrecondition, invalidArgument } from "./failures.ts";

/** The calls of the official SDKs' time-skipping test environments. */
export function testServiceRpcs(keeper: TimeKeeper): HandlersOf<TestServiceHandlers> {
  // The environment's own clock: it has no work, so that it is never left behind.
  const clock = keeper.timeline();
  const reach = (atMs: number): Promise<void> =>
    new Promise((resolve) => {
      clock.at(atMs, resolve);
    });
  const unlock = (): void => {
    if (keeper.locks < 1)
      throw failedPrecondition("Unbalanced lock and unlock calls: time skipping is not locked");
    keeper.addLocks(-1);
  };
  return {
    lockTimeSkipping: () => {
      keeper.addLocks(1);
      return {};
    },
    unlockTimeSkipping: () => {
      unlock();
      return {};
    },
    sleep: async ({ duration }) => {
      await reach(clock.now() + positiveMs(duration));
      return {};
    },
    sleepUntil: async ({ timestamp: until }) => {
      if (until === undefined) throw invalidArgument("Timestamp is not set on request.");
      await reach(timestampMs(until));
      return {};
    },
    unlockTimeSkippingWithSleep: async ({ duration }) => {
      const ms = positiveMs(duration);
      unlock();
      await new Promise<void>((resolve) => {
        clock.at(clock.now() + ms, () => {
          keeper.addLocks(1);
          resolve();
        });
      });
      return {};
    },
    getCurrentTime: () => ({ time: timestamp(keeper.now()) }),
  };
}

function positiveMs(duration: Init<Duration> | undefined): number {
  const ms = durationMs(duration) ?? 0;
  if (ms < 0) throw invalidArgument(`Duration is ${ms} ms; it must not be negative.`);
  return ms;
}
