import { describe, expect, test } from "vitest";
import { ManualWall } from "../../../src/server/time/manual-wall.ts";
import { SystemWall } from "../../../src/server/time/system-wall.ts";
import { TimeKeeper } from "../../../src/server/time/time-keeper.ts";

const START_MS = 1_700_000_000_000;
const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

function open(locks: number): { readonly wall: ManualWall; readonly keeper: TimeKeeper } {
  const wall = new ManualWall(START_MS);
  return { wall, keeper: new TimeKeeper(wall, locks) };
}

describe("with the wall clock", () => {
  test("an alarm fires when its moment has come, not before, and not after it was taken back", () => {
    const { wall, keeper } = open(Number.POSITIVE_INFINITY);
    const tree = keeper.timeline();
    const fired: string[] = [];
    tree.at(START_MS + 1_000, () => fired.push("second"));
    tree.at(START_MS + 500, () => fired.push("taken back")).cancel();
    wall.advance(999);
    expect(fired).toEqual([]);
    wall.advance(1);
    expect(fired).toEqual(["second"]);
    expect(keeper.now()).toBe(START_MS + 1_000);
  });

  test("waits longer than the wall can are waited for in parts", () => {
    const { wall, keeper } = open(Number.POSITIVE_INFINITY);
    let fired = false;
    keeper.timeline().at(START_MS + YEAR_MS, () => {
      fired = true;
    });
    wall.advance(YEAR_MS - 1);
    expect(fired).toBe(false);
    wall.advance(1);
    expect(fired).toBe(true);
  });

  test("alarms of one moment fire in the order in which they were set, also over trees", () => {
    const { wall, keeper } = open(Number.POSITIVE_INFINITY);
    const trees = [keeper.timeline(), keeper.timeline(), keeper.timeline()];
    const fired: number[] = [];
    for (let number = 0; number < 30; number += 1) {
      trees[number % 3]?.at(START_MS + 10, () => fired.push(number));
    }
    wall.advance(10);
    expect(fired).toEqual(Array.from({ length: 30 }, (_, number) => number));
  });

  test("an alarm that is past fires in the next turn, never within the call, also out of another alarm", () => {
    const { wall, keeper } = open(Number.POSITIVE_INFINITY);
    const tree = keeper.timeline();
    const fired: string[] = [];
    tree.at(START_MS - 5_000, () => {
      fired.push("first");
      tree.at(START_MS - 9_000, () => fired.push("second"));
    });
    expect(fired).toEqual([]);
    wall.turn();
    expect(fired).toEqual(["first"]);
    wall.turn();
    expect(fired).toEqual(["first", "second"]);
  });

  test("many alarms of one moment are fired over several turns, and all are", () => {
    const { wall, keeper } = open(Number.POSITIVE_INFINITY);
    let fired = 0;
    for (let number = 0; number < 1_000; number += 1) keeper.timeline().at(START_MS, () => (fired += 1));
    wall.turn();
    expect(fired).toBeLessThan(1_000);
    wall.settle();
    expect(fired).toBe(1_000);
  });

  test("an alarm that throws takes no other with it, and is heard of", () => {
    const wall = new ManualWall(START_MS);
    const defects: unknown[] = [];
    const keeper = new TimeKeeper(wall, 0, (error) => defects.push(error));
    const tree = keeper.timeline();
    let fired = false;
    tree.at(START_MS + 1, () => {
      throw new Error("broken");
    });
    tree.at(START_MS + 1, () => {
      fired = true;
    });
    wall.settle();
    expect(fired).toBe(true);
    expect(defects).toEqual([new Error("broken")]);
  });

  test("setting alarms and taking them back does not ask the wall each time", () => {
    const { wall, keeper } = open(Number.POSITIVE_INFINITY);
    let asked = 0;
    const after = wall.after.bind(wall);
    wall.after = (ms, fire) => {
      asked += 1;
      return after(ms, fire);
    };
    const tree = keeper.timeline();
    tree.at(START_MS + 1_000, () => {});
    for (let number = 0; number < 100; number += 1) tree.at(START_MS + 5_000 + number, () => {}).cancel();
    expect(asked).toBe(1);
  });

  test("without alarms nothing waits, and after closing nothing fires", () => {
    const { wall, keeper } = open(Number.POSITIVE_INFINITY);
    keeper
      .timeline()
      .at(START_MS + 10, () => {})
      .cancel();
    expect(wall.waiting).toBe(0);
    let fired = false;
    keeper.timeline().at(START_MS + 10, () => {
      fired = true;
    });
    keeper.close();
    expect(wall.waiting).toBe(0);
    wall.advance(20);
    expect(fired).toBe(false);
  });
});

describe("with time skipping", () => {
  test("a year goes by at once", () => {
    const { wall, keeper } = open(0);
    const tree = keeper.timeline();
    let firedMs = 0;
    tree.at(START_MS + YEAR_MS, () => {
      firedMs = tree.now();
    });
    wall.settle();
    expect(firedMs).toBe(START_MS + YEAR_MS);
    expect(keeper.now()).toBe(START_MS + YEAR_MS);
    expect(wall.now()).toBe(START_MS);
  });

  test("a lock keeps time from skipping until it is taken away", () => {
    const { wall, keeper } = open(1);
    let fired = false;
    keeper.timeline().at(START_MS + YEAR_MS, () => {
      fired = true;
    });
    wall.settle();
    expect(fired).toBe(false);
    keeper.addLocks(-1);
    wall.settle();
    expect(fired).toBe(true);
  });

  test("a busy tree falls behind, and holds no other tree back", () => {
    const { wall, keeper } = open(0);
    const [busy, idle] = [keeper.timeline(), keeper.timeline()];
    const fired: string[] = [];
    const release = busy.hold();
    busy.at(START_MS + 1_000, () => fired.push("heartbeat timeout"));
    idle.at(START_MS + YEAR_MS, () => fired.push("a year"));
    wall.settle();
    expect(fired).toEqual(["a year"]);
    expect(busy.now()).toBe(START_MS);
    // Its own alarms come in real time.
    wall.advance(999);
    expect(fired).toEqual(["a year"]);
    wall.advance(1);
    expect(fired).toEqual(["a year", "heartbeat timeout"]);
    expect(busy.now()).toBe(START_MS + 1_000);
    // Once it has no work it skips, from where it is.
    busy.at(START_MS + DAY_MS, () => fired.push("a day"));
    release();
    wall.settle();
    expect(fired.at(-1)).toBe("a day");
    expect(busy.now()).toBe(START_MS + DAY_MS);
    expect(keeper.now()).toBe(START_MS + YEAR_MS + DAY_MS);
  });

  test("a scheduled task is never skipped over: its timeout comes in real time", () => {
    const { wall, keeper } = open(0);
    const tree = keeper.timeline();
    let timedOut = false;
    tree.hold();
    tree.at(START_MS + 10_000, () => {
      timedOut = true;
    });
    wall.settle();
    expect(timedOut).toBe(false);
    wall.advance(10_000);
    expect(timedOut).toBe(true);
  });

  test("a tree that lags reaches its moments in its own time, however far others have gone", () => {
    const { wall, keeper } = open(0);
    const [behind, ahead] = [keeper.timeline(), keeper.timeline()];
    const release = behind.hold();
    const times: number[] = [];
    for (let day = 1; day <= 5; day += 1) ahead.at(START_MS + day * YEAR_MS, () => {});
    wall.settle();
    release();
    for (let hour = 1; hour <= 3; hour += 1) {
      behind.at(START_MS + hour * 3_600_000, () => times.push(behind.now() - START_MS));
    }
    wall.settle();
    expect(times).toEqual([3_600_000, 7_200_000, 10_800_000]);
  });

  test("time skips a whole quiet turn after what happened last", () => {
    const { wall, keeper } = open(0);
    const tree = keeper.timeline();
    let fired = false;
    tree.at(START_MS + DAY_MS, () => {
      fired = true;
    });
    // What a firing causes takes some turns: work of another tree that begins and ends in each.
    const other = keeper.timeline();
    for (let turn = 0; turn < 10; turn += 1) {
      const release = other.hold();
      wall.turn();
      release();
      expect(fired).toBe(false);
    }
    wall.turn();
    wall.turn();
    expect(fired).toBe(true);
  });

  test("unbroken load does not keep time from skipping for ever", () => {
    const { wall, keeper } = open(0);
    let fired = false;
    keeper.timeline().at(START_MS + DAY_MS, () => {
      fired = true;
    });
    const loaded = keeper.timeline();
    for (let turn = 0; turn < 200; turn += 1) {
      loaded.hold()();
      wall.turn();
    }
    expect(fired).toBe(true);
  });

  test("nothing skips when nothing waits", () => {
    const { wall, keeper } = open(0);
    keeper.timeline().hold()();
    wall.settle();
    expect(keeper.now()).toBe(START_MS);
  });

  test("a hold ends once, and not another one", () => {
    const { keeper } = open(0);
    const tree = keeper.timeline();
    const release = tree.hold();
    tree.hold();
    release();
    release();
    expect(keeper.holds).toBe(1);
  });

  test("knows a tree only while it has alarms", () => {
    const { wall, keeper } = open(0);
    const trees = Array.from({ length: 100 }, () => keeper.timeline());
    const alarms = trees.map((tree, index) => tree.at(START_MS + index, () => {}));
    const ends = trees.map((tree) => tree.hold());
    expect(keeper.waiting).toBe(100);
    for (const end of ends) end();
    expect(keeper.waiting).toBe(100);
    for (const alarm of alarms.slice(0, 50)) alarm.cancel();
    expect(keeper.waiting).toBe(50);
    wall.advance(100);
    expect(keeper.waiting).toBe(0);
  });
});

describe("sleeping on the environment's clock", () => {
  test("waits for whoever has work, so that all live through that time", () => {
    const { wall, keeper } = open(1);
    const tree = keeper.timeline();
    const seen: string[] = [];
    const release = tree.hold();
    keeper.sleepUntil(START_MS + DAY_MS, () => seen.push(`slept until ${keeper.now() - START_MS}`));
    keeper.addLocks(-1);
    wall.settle();
    expect(seen).toEqual([]);
    // The worker reached its timer.
    tree.at(START_MS + DAY_MS / 2, () => seen.push(`timer at ${tree.now() - START_MS}`));
    release();
    wall.settle();
    expect(seen).toEqual([`timer at ${DAY_MS / 2}`, `slept until ${DAY_MS}`]);
  });

  test("goes through due moments one by one, and not past its end", () => {
    const { wall, keeper } = open(0);
    const tree = keeper.timeline();
    const seen: number[] = [];
    for (const hours of [30, 2, 1]) tree.at(START_MS + hours * 3_600_000, () => seen.push(hours));
    keeper.sleepUntil(START_MS + DAY_MS, () => {
      seen.push(24);
      keeper.addLocks(1);
    });
    wall.settle();
    expect(seen).toEqual([1, 2, 24]);
    expect(keeper.now()).toBe(START_MS + DAY_MS);
  });

  test("out of an activity takes that activity along: its own work is what it unlocks", () => {
    const { wall, keeper } = open(0);
    const tree = keeper.timeline();
    const seen: string[] = [];
    tree.hold();
    tree.at(START_MS + DAY_MS, () => seen.push(`reminder at ${tree.now() - START_MS}`));
    keeper.addLocks(-1);
    keeper.sleepUntil(START_MS + 2 * DAY_MS, () => {
      seen.push(`slept, the tree is at ${tree.now() - START_MS}`);
      keeper.addLocks(1);
    });
    wall.settle();
    expect(seen).toEqual([`reminder at ${DAY_MS}`, `slept, the tree is at ${2 * DAY_MS}`]);
  });

  test("one that is taken back leaves others as they were", () => {
    const { wall, keeper } = open(0);
    const [busy, idle] = [keeper.timeline(), keeper.timeline()];
    busy.hold();
    let fired = false;
    idle.at(START_MS + YEAR_MS, () => {
      fired = true;
    });
    const sleep = keeper.sleepUntil(START_MS + DAY_MS, () => {});
    wall.settle();
    expect(fired).toBe(false);
    sleep.cancel();
    sleep.cancel();
    wall.settle();
    expect(fired).toBe(true);
  });
});

describe("settling", () => {
  test("waits for work to end and for what is due, not for what comes later", async () => {
    const { wall, keeper } = open(1);
    const tree = keeper.timeline();
    let settled = false;
    const release = tree.hold();
    tree.at(START_MS + YEAR_MS, () => {});
    const settling = keeper.settled().then(() => {
      settled = true;
    });
    wall.settle();
    await Promise.resolve();
    expect(settled).toBe(false);
    tree.at(START_MS, () => {});
    release();
    wall.settle();
    await settling;
    expect(keeper.now()).toBe(START_MS);
  });

  test("ends with the keeper", async () => {
    const { keeper } = open(1);
    keeper.timeline().hold();
    const settling = keeper.settled();
    keeper.close();
    await settling;
    await expect(keeper.settled()).resolves.toBeUndefined();
  });
});

test("the clock of the machine fires, is taken back, and does not go back", async () => {
  const wall = new SystemWall();
  const before = wall.now();
  let takenBack = true;
  wall.after(0, () => {
    takenBack = false;
  })();
  await new Promise<void>((resolve) => {
    wall.after(5, resolve);
  });
  expect(takenBack).toBe(true);
  expect(wall.now()).toBeGreaterThanOrEqual(before);
});

test("a year is skipped on the machine's own clock", async () => {
  const keeper = new TimeKeeper(new SystemWall(), 0);
  const tree = keeper.timeline();
  const startMs = tree.now();
  await new Promise<void>((resolve) => {
    tree.at(startMs + YEAR_MS, resolve);
  });
  expect(tree.now() - startMs).toBeGreaterThanOrEqual(YEAR_MS);
  expect(tree.now() - startMs).toBeLessThan(YEAR_MS + 60_000);
  keeper.close();
});
