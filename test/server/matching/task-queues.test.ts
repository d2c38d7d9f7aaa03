import { describe, expect, test } from "vitest";
import { GrpcStatus } from "../../../src/platform/rpc-port.ts";
import type { Poller, TaskQueueId, WaitingTask } from "../../../src/server/matching/matching.ts";
import { checkPollTime, TaskQueues } from "../../../src/server/matching/task-queues.ts";
import { ManualWall } from "../../../src/server/time/manual-wall.ts";

const START_MS = 1_700_000_000_000;
const QUEUE: TaskQueueId = { namespace: "default", name: "orders", kind: "activity" };

interface Polled extends Poller {
  readonly leave: () => void;
}

function poller(identity: string, more: Partial<Poller> & { readonly timeoutMs?: number } = {}): Polled {
  const leaving = new AbortController();
  const { timeoutMs = 70_000, ...rest } = more;
  return {
    identity,
    workerInstanceKey: `${identity}-key`,
    call: { method: "PollActivityTaskQueue", timeoutMs, signal: leaving.signal, metadata: {} },
    deploymentName: undefined,
    buildId: undefined,
    leave: () => leaving.abort(),
    ...rest,
  };
}

function open(): { readonly wall: ManualWall; readonly queues: TaskQueues } {
  const wall = new ManualWall(START_MS);
  return { wall, queues: new TaskQueues(wall) };
}

/** A task that answers with its name and who took it. */
function task(name: string, priority = 3): WaitingTask<string> {
  return { priority, addedMs: 0, take: ({ identity }) => `${name} for ${identity}` };
}

const STALE: WaitingTask<string> = { priority: 3, addedMs: 0, take: () => undefined };

describe("a task", () => {
  test("goes to the poll that waited longest", async () => {
    const { queues } = open();
    const polls = ["a", "b", "c"].map((identity) => queues.poll(QUEUE, poller(identity)));
    for (const name of ["1", "2", "3"]) queues.add(QUEUE, task(name));
    expect(await Promise.all(polls)).toEqual(["1 for a", "2 for b", "3 for c"]);
  });

  test("waits for a poll, by priority and then by age; 0 is 3, more than 5 is 5", async () => {
    const { queues } = open();
    for (const [name, priority] of [
      ["third", 3],
      ["last", 9],
      ["fourth", 0],
      ["first", 1],
      ["second", 2],
      ["fifth", 5],
    ] as const) {
      queues.add(QUEUE, task(name, priority));
    }
    const taken: unknown[] = [];
    for (let count = 0; count < 6; count += 1) taken.push(await queues.poll(QUEUE, poller("a")));
    expect(taken).toEqual(
      ["first", "second", "third", "fourth", "last", "fifth"].map((name) => `${name} for a`),
    );
  });

  test("of one queue does not go to a poll of another", async () => {
    const { wall, queues } = open();
    const others = [
      { ...QUEUE, kind: "workflow" as const },
      { ...QUEUE, name: "other" },
      { ...QUEUE, namespace: "other" },
    ].map((id) => queues.poll(id, poller("a")));
    queues.add(QUEUE, task("1"));
    wall.advance(60_000);
    expect(await Promise.all(others)).toEqual([undefined, undefined, undefined]);
    expect(await queues.poll(QUEUE, poller("a"))).toBe("1 for a");
  });

  test("that is stale is dropped, and the poll goes on", async () => {
    const { queues } = open();
    queues.add(QUEUE, STALE);
    queues.add(QUEUE, task("1"));
    expect(await queues.poll(QUEUE, poller("a"))).toBe("1 for a");
    const waiting = queues.poll(QUEUE, poller("b"));
    queues.add(QUEUE, STALE);
    queues.add(QUEUE, task("2"));
    expect(await waiting).toBe("2 for b");
    expect(queues.facts(QUEUE)?.backlogCount).toBe(0);
  });

  test("that cannot be handed out fails the poll and is gone", async () => {
    const { queues } = open();
    const broken: WaitingTask<string> = {
      ...STALE,
      take: () => {
        throw new Error("broken");
      },
    };
    const waiting = queues.poll(QUEUE, poller("a"));
    queues.add(QUEUE, broken);
    await expect(waiting).rejects.toThrow("broken");
    queues.add(QUEUE, broken);
    await expect(queues.poll(QUEUE, poller("a"))).rejects.toThrow("broken");
    queues.add(QUEUE, task("1"));
    expect(await queues.poll(QUEUE, poller("a"))).toBe("1 for a");
  });

  test("that adds another while it is taken has both handed out, each to its own poll", async () => {
    const { queues } = open();
    const first = queues.poll(QUEUE, poller("a"));
    const second = queues.poll(QUEUE, poller("b"));
    queues.add<string>(QUEUE, {
      ...STALE,
      take: ({ identity }) => {
        queues.add(QUEUE, task("inner"));
        return `outer for ${identity}`;
      },
    });
    expect(await Promise.all([first, second])).toEqual(["outer for a", "inner for b"]);
  });

  test("is handed out once: many tasks, many polls, some of which leave", async () => {
    const { wall, queues } = open();
    const answers: Promise<unknown>[] = [];
    let added = 0;
    for (let round = 0; round < 2_000; round += 1) {
      const random = (round * 7_919) % 10;
      if (random < 5) {
        const polled = poller(`${round}`);
        answers.push(queues.poll(QUEUE, polled));
        if (random === 4) polled.leave();
      } else if (random < 9) queues.add(QUEUE, task(`${added++}`));
      else wall.advance(10);
    }
    while (queues.facts(QUEUE)?.backlogCount) answers.push(queues.poll(QUEUE, poller("last")));
    wall.advance(60_000);
    const taken = (await Promise.all(answers)).filter((answer) => answer !== undefined);
    const names = taken.map((answer) => Number(String(answer).split(" ")[0])).sort((a, b) => a - b);
    expect(names).toEqual(Array.from({ length: added }, (_, name) => name));
  });
});

describe("a poll", () => {
  test("ends empty after 60 seconds, or a second before its caller gives up", async () => {
    const { wall, queues } = open();
    const ends: string[] = [];
    const long = queues.poll(QUEUE, poller("a", { timeoutMs: 120_000 })).then(() => ends.push("long"));
    const short = queues.poll(QUEUE, poller("b", { timeoutMs: 5_000 })).then(() => ends.push("short"));
    wall.advance(3_999);
    expect(queues.facts(QUEUE)?.pollers).toHaveLength(2);
    wall.advance(1);
    await short;
    wall.advance(55_999);
    expect(ends).toEqual(["short"]);
    wall.advance(1);
    await long;
    expect(wall.waiting).toBe(0);
  });

  test("whose caller left gets no task, at once", async () => {
    const { wall, queues } = open();
    const gone = poller("gone");
    const polled = queues.poll(QUEUE, gone);
    gone.leave();
    queues.add(QUEUE, task("1"));
    expect(await polled).toBeUndefined();
    expect(wall.waiting).toBe(0);
    const early = poller("early");
    early.leave();
    expect(await queues.poll(QUEUE, early)).toBeUndefined();
    expect(await queues.poll(QUEUE, poller("a"))).toBe("1 for a");
  });

  test("must say how long it waits, and wait two seconds at least", () => {
    expect(() => checkPollTime(undefined)).toThrowError(
      expect.objectContaining({
        status: GrpcStatus.INVALID_ARGUMENT,
        message: "Context timeout is not set.",
      }),
    );
    expect(() => checkPollTime(1_999)).toThrowError(
      expect.objectContaining({
        status: GrpcStatus.FAILED_PRECONDITION,
        message: "Context timeout is too short.",
      }),
    );
    expect(checkPollTime(2_000)).toBeUndefined();
  });

  test("of thousands costs no more than of few", async () => {
    const { queues } = open();
    const count = 20_000;
    const pollers = Array.from({ length: count }, (_, number) => poller(`${number % 100}`));
    const polls = pollers.map((each) => queues.poll(QUEUE, each));
    for (let number = 0; number < count; number += 2) pollers[number]?.leave();
    for (let number = 0; number < count / 2; number += 1) queues.add(QUEUE, task(`${number}`));
    const answered = (await Promise.all(polls)).filter((answer) => answer !== undefined);
    expect(answered).toHaveLength(count / 2);
    expect(answered[0]).toBe("0 for 1");
  });

  test("ends when its worker shuts down; those of others go on", async () => {
    const { queues } = open();
    const mine = queues.poll(QUEUE, poller("mine"));
    const same = queues.poll({ ...QUEUE, kind: "workflow" }, poller("mine"));
    const other = queues.poll(QUEUE, poller("other"));
    queues.endWorker("elsewhere", "mine-key");
    expect(queues.facts(QUEUE)?.pollers).toHaveLength(2);
    queues.endWorker("default", "mine-key");
    expect(await Promise.all([mine, same])).toEqual([undefined, undefined]);
    queues.add(QUEUE, task("1"));
    expect(await other).toBe("1 for other");
  });

  test("of a worker that has shut down ends at once, for half a minute", async () => {
    const { wall, queues } = open();
    queues.endWorker("default", "late-key");
    queues.add(QUEUE, task("1"));
    expect(await queues.poll(QUEUE, poller("late"))).toBeUndefined();
    wall.advance(30_000);
    expect(await queues.poll(QUEUE, poller("late"))).toBeUndefined();
    wall.advance(1);
    expect(await queues.poll(QUEUE, poller("late"))).toBe("1 for late");
  });
});

describe("a sticky queue", () => {
  test("has a recent poller while one polls and for ten seconds after", async () => {
    const { wall, queues } = open();
    expect(queues.hasRecentPoller(QUEUE)).toBe(false);
    const polled = queues.poll(QUEUE, poller("a"));
    wall.advance(59_000);
    expect(queues.hasRecentPoller(QUEUE)).toBe(true);
    queues.add(QUEUE, task("1"));
    await polled;
    wall.advance(10_000);
    expect(queues.hasRecentPoller(QUEUE)).toBe(true);
    wall.advance(1);
    expect(queues.hasRecentPoller(QUEUE)).toBe(false);
    expect(queues.hasRecentPoller(QUEUE, 60_000)).toBe(true);
  });

  test("that is unloaded ends its polls and hands its tasks back in order", async () => {
    const { wall, queues } = open();
    const tasks = [task("1"), task("2"), task("0", 1)];
    for (const each of tasks) queues.add(QUEUE, each);
    expect(queues.unload(QUEUE)).toEqual([tasks[2], tasks[0], tasks[1]]);
    expect(queues.hasRecentPoller(QUEUE)).toBe(false);
    const polled = queues.poll(QUEUE, poller("a"));
    expect(queues.unload(QUEUE)).toEqual([]);
    expect(await polled).toBeUndefined();
    expect(queues.unload(QUEUE)).toEqual([]);
    expect(wall.waiting).toBe(0);
  });
});

describe("a rate limit", () => {
  test("lets out one second's worth at once, then as fast as it says", async () => {
    const { wall, queues } = open();
    const taken: unknown[] = [];
    for (let number = 0; number < 10; number += 1) {
      void queues
        .poll(QUEUE, poller(`${number}`, { maxTasksPerSecond: 4 }))
        .then((answer) => taken.push(answer));
    }
    for (let number = 0; number < 10; number += 1) queues.add(QUEUE, task(`${number}`));
    await new Promise((resolve) => setImmediate(resolve));
    expect(taken).toHaveLength(4);
    expect(queues.facts(QUEUE)).toMatchObject({ limited: true, maxTasksPerSecond: 4, backlogCount: 6 });
    wall.advance(500);
    await new Promise((resolve) => setImmediate(resolve));
    expect(taken).toHaveLength(6);
    wall.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(taken.map(String)).toEqual(Array.from({ length: 10 }, (_, number) => `${number} for ${number}`));
    expect(wall.waiting).toBe(0);
  });

  test("below one a second, and changed by a later poll", async () => {
    const { wall, queues } = open();
    for (let number = 0; number < 4; number += 1) queues.add(QUEUE, task(`${number}`));
    expect(await queues.poll(QUEUE, poller("a", { maxTasksPerSecond: 0.1 }))).toBe("0 for a");
    const second = queues.poll(QUEUE, poller("b", { maxTasksPerSecond: 0.1 }));
    wall.advance(9_999);
    expect(queues.facts(QUEUE)?.backlogCount).toBe(3);
    wall.advance(1);
    expect(await second).toBe("1 for b");
    const third = queues.poll(QUEUE, poller("c", { maxTasksPerSecond: 0 }));
    wall.advance(30_000);
    expect(queues.facts(QUEUE)?.backlogCount).toBe(2);
    const fourth = queues.poll(QUEUE, poller("d", { maxTasksPerSecond: 1_000 }));
    wall.advance(10);
    expect(await Promise.all([third, fourth])).toEqual(["2 for c", "3 for d"]);
  });

  test("is not spent on stale tasks", async () => {
    const { queues } = open();
    queues.add(QUEUE, STALE);
    queues.add(QUEUE, STALE);
    queues.add(QUEUE, task("1"));
    expect(await queues.poll(QUEUE, poller("a", { maxTasksPerSecond: 1 }))).toBe("1 for a");
  });
});

describe("what is known of a queue", () => {
  test("pollers of the last five minutes, newest first", async () => {
    const { wall, queues } = open();
    const polls = ["a", "b"].map((identity) =>
      queues.poll(QUEUE, poller(identity, { maxTasksPerSecond: 7 })),
    );
    wall.advance(61_000);
    await Promise.all(polls);
    wall.advance(1_000);
    void queues.poll(QUEUE, poller("a"));
    expect(queues.facts(QUEUE)?.pollers).toEqual([
      expect.objectContaining({ identity: "a", lastMs: START_MS + 62_000, maxTasksPerSecond: undefined }),
      expect.objectContaining({ identity: "b", lastMs: START_MS + 60_000, maxTasksPerSecond: 7 }),
    ]);
    wall.advance(5 * 60_000 - 2_000 + 1);
    expect(queues.facts(QUEUE)?.pollers.map(({ identity }) => identity)).toEqual(["a"]);
  });

  test("backlog and rates", async () => {
    const { wall, queues } = open();
    expect(queues.facts(QUEUE)).toBeUndefined();
    for (let number = 0; number < 60; number += 1) queues.add(QUEUE, task(`${number}`));
    wall.advance(1_500);
    await queues.poll(QUEUE, poller("a"));
    expect(queues.facts(QUEUE)).toMatchObject({
      backlogCount: 59,
      backlogAgeMs: 1_500,
      // The queue is a second and a half old, as the real server counts it too.
      addRate: 40,
      limited: false,
    });
    expect(queues.facts(QUEUE)?.dispatchRate).toBeCloseTo(1 / 1.5);
    wall.advance(28_000);
    expect(queues.facts(QUEUE)?.addRate).toBeCloseTo(60 / 29.5);
    wall.advance(60_000);
    expect(queues.facts(QUEUE)).toMatchObject({ addRate: 0, dispatchRate: 0 });
  });

  test("queues that nobody uses are forgotten, others are kept", async () => {
    const { wall, queues } = open();
    queues.add(QUEUE, task("kept"));
    for (let number = 0; number < 500; number += 1) {
      const sticky: TaskQueueId = { ...QUEUE, name: `sticky-${number}` };
      const leaving = poller("a");
      void queues.poll(sticky, leaving);
      leaving.leave();
      wall.advance(60_000);
    }
    expect(queues.facts({ ...QUEUE, name: "sticky-0" })).toBeUndefined();
    expect(queues.facts({ ...QUEUE, name: "sticky-499" })).toBeDefined();
    expect(queues.facts(QUEUE)?.backlogCount).toBe(1);
  });
});
