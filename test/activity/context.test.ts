import { describe, expect, test } from "vitest";
import * as activity from "../../src/activity/mod.ts";
import type { Client } from "../../src/client/client.ts";
import { noopMetricMeter } from "../../src/common/meter.ts";
import { RecordedLog } from "../worker/recorded-log.ts";

function context(change: Partial<activity.ContextInit> = {}) {
  const abort = new AbortController();
  const log = new RecordedLog();
  let cancel: (error: Error) => void = () => {};
  const cancelled = new Promise<never>((_, reject) => {
    cancel = (error) => {
      abort.abort(error);
      reject(error);
    };
  });
  cancelled.catch(() => {});
  const beats: unknown[] = [];
  const made = new activity.Context({
    info: { activityType: "mail", attempt: 2 } as activity.Info,
    cancellation: { promise: cancelled, signal: abort.signal },
    heartbeat: (details) => beats.push(details),
    cancellationDetails: () => undefined,
    log,
    metricMeter: () => noopMetricMeter,
    ...change,
  });
  return { made, cancel, log, beats };
}

describe("activity context", () => {
  test("is there inside an activity and what it calls, and nowhere else", async () => {
    const { made } = context();
    await activity.asyncLocalStorage.run(made, async () => {
      await Promise.resolve();
      expect(activity.Context.current()).toBe(made);
      expect(activity.activityInfo().activityType).toBe("mail");
    });
    expect(() => activity.activityInfo()).toThrow(/Activity context not initialized/);
  });

  test("the functions of the module act on the current activity", () => {
    const { made, log, beats } = context();
    activity.asyncLocalStorage.run(made, () => {
      activity.log.info("hello", { a: 1 });
      activity.heartbeat(5);
      expect(activity.cancellationSignal().aborted).toBe(false);
      expect(activity.cancellationDetails()).toBeUndefined();
      activity.metricMeter.createCounter("c").add(1);
    });
    expect(log.lines).toMatchObject([{ level: "INFO", message: "hello", meta: { a: 1 } }]);
    expect(beats).toEqual([5]);
  });

  test("each of two concurrent activities sees its own context", async () => {
    const one = context({ info: { activityType: "one" } as activity.Info });
    const two = context({ info: { activityType: "two" } as activity.Info });
    const look = async (): Promise<string> => {
      await new Promise((resolve) => setImmediate(resolve));
      return activity.activityInfo().activityType;
    };
    const types = await Promise.all([
      activity.asyncLocalStorage.run(one.made, look),
      activity.asyncLocalStorage.run(two.made, look),
    ]);
    expect(types).toEqual(["one", "two"]);
  });

  test("sleep ends in time, or with the cancellation", async () => {
    const { made, cancel } = context();
    await made.sleep(1);
    const sleeping = made.sleep("1 hour");
    const reason = new activity.CancelledFailure("CANCELLED");
    cancel(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(made.sleep(1)).rejects.toBe(reason);
  });

  test("a client is there only when one was given", () => {
    expect(() => context().made.client).toThrow(/No Client available/);
    const client = {} as Client;
    const { made } = context({ client });
    activity.asyncLocalStorage.run(made, () => expect(activity.getClient()).toBe(client));
  });

  test("the meter is made once, when it is first used", () => {
    let made = 0;
    const metricMeter = () => {
      made += 1;
      return noopMetricMeter;
    };
    const fixture = context({ metricMeter });
    expect(made).toBe(0);
    expect(fixture.made.metricMeter).toBe(fixture.made.metricMeter);
    expect(made).toBe(1);
  });
});
