import { describe, expect, test } from "vitest";
import { GrpcStatus } from "../../../src/platform/rpc-port.ts";
import type { ServerCall } from "../../../src/server/rpc/call.ts";
import { testServiceRpcs } from "../../../src/server/rpc/test-service-rpcs.ts";
import { ManualWall } from "../../../src/server/time/manual-wall.ts";
import { TimeKeeper } from "../../../src/server/time/time-keeper.ts";

const START_MS = 1_700_000_000_000;
const DAY_MS = 86_400_000;
const DAY = { seconds: 86_400n, nanos: 0 };

/** The test service as a client finds it on a server that was started with time skipping locked. */
class Client {
  readonly wall: ManualWall = new ManualWall(START_MS);
  readonly keeper: TimeKeeper = new TimeKeeper(this.wall, 1);
  readonly #rpcs: ReturnType<typeof testServiceRpcs> = testServiceRpcs(this.keeper);
  readonly leaving: AbortController = new AbortController();
  /** What has been answered. */
  readonly answered: string[] = [];

  call(name: keyof ReturnType<typeof testServiceRpcs>, request: object = {}): Promise<void> {
    const call: ServerCall = {
      method: name,
      timeoutMs: undefined,
      signal: this.leaving.signal,
      metadata: {},
    };
    const handler = this.#rpcs[name] as ((request: object, call: ServerCall) => unknown) | undefined;
    if (handler === undefined) throw new Error(`${name} is not served`);
    return Promise.resolve()
      .then(() => handler(request, call))
      .then(() => void this.answered.push(name));
  }

  /** Lets everything happen that happens without real time passing. */
  async settle(): Promise<void> {
    for (let round = 0; round < 20; round += 1) {
      for (let job = 0; job < 10; job += 1) await Promise.resolve();
      this.wall.turn();
    }
  }

  get ranMs(): number {
    return this.keeper.now() - START_MS;
  }
}

describe("the lock counter", () => {
  test("locks add up, and time skips when all are gone", async () => {
    const client = new Client();
    let fired = false;
    client.keeper.timeline().at(START_MS + DAY_MS, () => {
      fired = true;
    });
    await client.call("lockTimeSkipping");
    await client.call("unlockTimeSkipping");
    await client.settle();
    expect(fired).toBe(false);
    await client.call("unlockTimeSkipping");
    await client.settle();
    expect(fired).toBe(true);
    expect(client.ranMs).toBe(DAY_MS);
  });

  test("may be taken below 0 by many who wait at a time; time skips until the last has put its lock back", async () => {
    const client = new Client();
    const skips = async (): Promise<boolean> => {
      let fired = false;
      const tree = client.keeper.timeline();
      const alarm = tree.at(tree.now() + DAY_MS, () => {
        fired = true;
      });
      await client.settle();
      alarm.cancel();
      return fired;
    };
    for (let waiting = 0; waiting < 3; waiting += 1) await client.call("unlockTimeSkipping");
    expect(await skips()).toBe(true);
    await client.call("lockTimeSkipping");
    await client.call("lockTimeSkipping");
    expect(await skips()).toBe(true);
    await client.call("lockTimeSkipping");
    expect(await skips()).toBe(false);
    expect(client.keeper.locks).toBe(1);
  });

  test("may be below 0 for a sleep, which puts back what it took away", async () => {
    const client = new Client();
    await client.call("unlockTimeSkipping");
    void client.call("unlockTimeSkippingWithSleep", { duration: DAY });
    await client.settle();
    expect(client.answered).toEqual(["unlockTimeSkipping", "unlockTimeSkippingWithSleep"]);
    expect(client.ranMs).toBe(DAY_MS);
    expect(client.keeper.locks).toBe(0);
  });
});

describe("UnlockTimeSkippingWithSleep", () => {
  test("skips exactly that far, and locks again", async () => {
    const client = new Client();
    const tree = client.keeper.timeline();
    const fired: number[] = [];
    tree.at(START_MS + DAY_MS / 2, () => fired.push(1));
    tree.at(START_MS + DAY_MS + 1, () => fired.push(2));
    void client.call("unlockTimeSkippingWithSleep", { duration: DAY });
    await client.settle();
    expect(client.answered).toEqual(["unlockTimeSkippingWithSleep"]);
    expect(client.ranMs).toBe(DAY_MS);
    expect(fired).toEqual([1]);
    expect(client.keeper.locks).toBe(1);
  });

  test("takes real time while there are more locks", async () => {
    const client = new Client();
    await client.call("lockTimeSkipping");
    void client.call("unlockTimeSkippingWithSleep", { duration: { seconds: 5n, nanos: 0 } });
    await client.settle();
    client.wall.advance(4_999);
    await client.settle();
    expect(client.answered).toEqual(["lockTimeSkipping"]);
    client.wall.advance(1);
    await client.settle();
    expect(client.answered).toEqual(["lockTimeSkipping", "unlockTimeSkippingWithSleep"]);
    expect(client.keeper.locks).toBe(2);
  });

  test("waits until a worker has reached its timer, which then fires before the sleep ends", async () => {
    const client = new Client();
    const tree = client.keeper.timeline();
    const release = tree.hold();
    const seen: string[] = [];
    const slept = client
      .call("unlockTimeSkippingWithSleep", { duration: DAY })
      .then(() => seen.push("slept"));
    await client.settle();
    expect(client.ranMs).toBe(0);
    tree.at(START_MS + DAY_MS - 1, () => seen.push("timer"));
    release();
    await client.settle();
    await slept;
    expect(seen).toEqual(["timer", "slept"]);
  });

  test("out of an activity, while a client waits for the result, moves that activity's workflow", async () => {
    const client = new Client();
    await client.call("unlockTimeSkipping");
    const tree = client.keeper.timeline();
    const activityEnds = tree.hold();
    const seen: string[] = [];
    tree.at(START_MS + DAY_MS / 2, () => {
      seen.push("timer");
      const taskEnds = tree.hold();
      client.wall.after(10, () => {
        seen.push("task done");
        taskEnds();
      });
    });
    const slept = client
      .call("unlockTimeSkippingWithSleep", { duration: DAY })
      .then(() => seen.push("slept"));
    await client.settle();
    expect(seen).toEqual(["timer"]);
    client.wall.advance(10);
    await client.settle();
    await slept;
    expect(seen).toEqual(["timer", "task done", "slept"]);
    expect(tree.now() - START_MS).toBe(DAY_MS);
    activityEnds();
    expect([client.keeper.locks, client.keeper.holds]).toEqual([0, 0]);
  });

  test("that outlives its activity lets others take locks away, and skips over no task of theirs", async () => {
    const client = new Client();
    await client.call("unlockTimeSkipping");
    const activityEnds = client.keeper.timeline().hold();
    const slept = client.call("unlockTimeSkippingWithSleep", { duration: DAY });
    await Promise.resolve();
    activityEnds();
    const taskEnds = client.keeper.timeline().hold(true);
    await client.call("lockTimeSkipping");
    await client.call("unlockTimeSkipping");
    await client.settle();
    expect(client.ranMs).toBe(0);
    taskEnds();
    await client.settle();
    await slept;
    expect(client.ranMs).toBe(DAY_MS);
    expect([client.keeper.locks, client.keeper.holds]).toEqual([0, 0]);
  });

  test("whose activity times out meanwhile leaves the locks balanced", async () => {
    const client = new Client();
    await client.call("unlockTimeSkipping");
    const tree = client.keeper.timeline();
    const activityEnds = tree.hold();
    tree.at(START_MS + 1_000, activityEnds);
    void client.call("unlockTimeSkippingWithSleep", { duration: DAY });
    await client.settle();
    expect([client.keeper.locks, client.keeper.holds]).toEqual([0, 0]);
    expect(client.answered.at(-1)).toBe("unlockTimeSkippingWithSleep");
  });

  test("whose caller leaves leaves the locks balanced, and time where it was", async () => {
    const client = new Client();
    client.keeper.timeline().hold();
    void client.call("unlockTimeSkippingWithSleep", { duration: DAY });
    await client.settle();
    expect(client.keeper.locks).toBe(0);
    client.leaving.abort();
    expect(client.keeper.locks).toBe(1);
    await client.settle();
    expect(client.ranMs).toBe(0);
    expect(client.wall.waiting).toBe(0);
  });

  test("several at a time each end at their own moment", async () => {
    const client = new Client();
    await client.call("lockTimeSkipping");
    const ends: number[] = [];
    const sleeps = [2n, 1n].map((days) =>
      client
        .call("unlockTimeSkippingWithSleep", { duration: { seconds: 86_400n * days, nanos: 0 } })
        .then(() => ends.push(client.ranMs / DAY_MS)),
    );
    await client.settle();
    // The first end locks again: from then on the other takes real time.
    expect(ends).toEqual([1]);
    client.wall.advance(DAY_MS);
    await client.settle();
    await Promise.all(sleeps);
    expect(ends).toEqual([1, 2]);
    expect(client.keeper.locks).toBe(2);
  });
});

describe("Sleep and SleepUntil", () => {
  test("do not unlock: real time passes", async () => {
    const client = new Client();
    void client.call("sleep", { duration: { seconds: 3n, nanos: 0 } });
    await client.settle();
    expect(client.answered).toEqual([]);
    client.wall.advance(3_000);
    await client.settle();
    expect(client.answered).toEqual(["sleep"]);
  });

  test("skip when time is unlocked", async () => {
    const client = new Client();
    await client.call("unlockTimeSkipping");
    const until = { seconds: BigInt((START_MS + 2 * DAY_MS) / 1_000), nanos: 0 };
    await Promise.all([
      client.call("sleep", { duration: DAY }),
      client.call("sleepUntil", { timestamp: until }),
      client.settle(),
    ]);
    expect(client.answered).toEqual(["unlockTimeSkipping", "sleep", "sleepUntil"]);
    expect(client.ranMs).toBe(2 * DAY_MS);
  });

  test("answer at once when the moment is past", async () => {
    const client = new Client();
    await client.call("sleepUntil", { timestamp: { seconds: 1n, nanos: 0 } });
    expect(client.wall.waiting).toBe(0);
  });

  test("refuse what makes no sense", async () => {
    const client = new Client();
    const invalid = { status: GrpcStatus.INVALID_ARGUMENT };
    await expect(client.call("sleep", { duration: { seconds: -1n, nanos: 0 } })).rejects.toMatchObject(
      invalid,
    );
    await expect(client.call("sleepUntil", {})).rejects.toMatchObject(invalid);
    expect(client.keeper.locks).toBe(1);
  });
});

test("GetCurrentTime tells the environment's time", async () => {
  const client = new Client();
  void client.call("unlockTimeSkippingWithSleep", { duration: DAY });
  await client.settle();
  const rpcs = testServiceRpcs(client.keeper);
  const call: ServerCall = {
    method: "GetCurrentTime",
    timeoutMs: undefined,
    signal: new AbortController().signal,
    metadata: {},
  };
  const seconds = (START_MS + DAY_MS) / 1_000;
  expect(await rpcs.getCurrentTime?.({}, call)).toMatchObject({ time: { nanos: 0 } });
  const answer = await rpcs.getCurrentTime?.({}, call);
  expect(Number(answer?.time?.seconds)).toBe(seconds);
});
