/** Time in test environments: what skips, what does not, and who waits for whom. */
import assert from "node:assert/strict";
import { ActivityFailure, TimeoutFailure, WorkflowFailedError } from "perdure/client";
import type { TestWorkflowEnvironment } from "perdure/testing";
import {
  busy,
  chain,
  daily,
  family,
  nudge,
  nudged,
  raced,
  sleeper,
  unheard,
} from "../case-workflows/skipping.ts";
import { type Case, eventually, rejection } from "./case.ts";
import { inEnvironment, timed } from "./testing-environment.ts";

const DAY = 24 * 3600 * 1000;
/** For what takes no time at all, on a busy machine. */
const SOON_MS = 3_000;

const near = (actual: number, expected: number, tolerance = 5_000): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not near ${expected}`);

/** The environment's own lock is there, and no other: time stands for a sleep that takes none away, and skips for one that does. */
async function assertOneLock({ connection }: TestWorkflowEnvironment): Promise<void> {
  const duration = { seconds: 3_600n };
  const leave = new AbortController();
  const stands = connection.testService.sleep({ duration }, { abortSignal: leave.signal });
  const slept = stands.then(
    () => "skipped",
    () => "left",
  );
  const early = await Promise.race([slept, new Promise((resolve) => setTimeout(resolve, 100, "stood"))]);
  assert.equal(early, "stood");
  leave.abort();
  assert.equal(await slept, "left");
  const { ms } = await timed(() => connection.testService.unlockTimeSkippingWithSleep({ duration }));
  assert.ok(ms < SOON_MS, `${ms} ms`);
}

export const testingTimeCases: readonly Case[] = [
  {
    name: "testing: a workflow that sleeps a year ends at once, a year later by its own clock",
    run: (world) =>
      inEnvironment(world, async ({ env, start }) => {
        const beforeMs = await env.currentTimeMs();
        const options = start();
        const { value, ms } = await timed(() =>
          env.client.workflow.execute(sleeper, { ...options, args: [365] }),
        );
        assert.ok(ms < SOON_MS, `${ms} ms`);
        near(value[0], beforeMs);
        near(value[1] - value[0], 365 * DAY, 5_000);
        near(await env.currentTimeMs(), beforeMs + 365 * DAY);
        const { events } = await env.client.workflow.getHandle(options.workflowId).fetchHistory();
        const at = (index: number): number => {
          const { seconds, nanos } = events.at(index)?.eventTime ?? assert.fail("no time");
          return Number(seconds) * 1000 + nanos / 1e6;
        };
        near(at(0), beforeMs);
        near(at(-1) - at(0), 365 * DAY, 5_000);
        for (let index = 1; index < events.length; index++) assert.ok(at(index) >= at(index - 1));
      }),
  },
  {
    name: "testing: env.sleep moves time by what it was told, and by nothing more",
    run: (world) =>
      inEnvironment(world, async ({ env, start }) => {
        const one = await env.client.workflow.start(nudged, start());
        const other = await env.client.workflow.start(nudged, start());
        await env.settle();
        const beforeMs = await env.currentTimeMs();
        await env.sleep("12 hours");
        near((await env.currentTimeMs()) - beforeMs, DAY / 2, 2_000);
        await one.signal(nudge);
        await env.sleep("13 hours");
        await env.settle();
        near((await env.currentTimeMs()) - beforeMs, DAY + DAY / 24);
        assert.equal((await one.describe()).status.name, "COMPLETED");
        assert.equal((await other.describe()).status.name, "COMPLETED");
        assert.deepEqual([await one.result(), await other.result()], ["nudged", "alone"]);
        await assert.rejects(env.sleep(-1), /must not be negative/);
      }),
  },
  {
    name: "testing: settle waits until a workflow has reached its timer, so that a sleep cannot come too early",
    run: (world) =>
      inEnvironment(world, async ({ env, start }) => {
        for (let round = 0; round < 5; round++) {
          const handle = await env.client.workflow.start(sleeper, { ...start(), args: [1] });
          await env.settle();
          await env.sleep(DAY);
          await env.settle();
          assert.equal((await handle.describe()).status.name, "COMPLETED");
          const [startMs, endMs] = await handle.result();
          near(endMs - startMs, DAY);
        }
      }),
  },
  {
    name: "testing: time stands while nobody waits",
    run: (world) =>
      inEnvironment(world, async ({ env, start }) => {
        const handle = await env.client.workflow.start(sleeper, { ...start(), args: [1] });
        await env.settle();
        const beforeMs = await env.currentTimeMs();
        await new Promise((resolve) => setTimeout(resolve, 200));
        assert.ok((await env.currentTimeMs()) - beforeMs < 60_000);
        assert.equal((await handle.describe()).status.name, "RUNNING");
        await handle.result();
        const afterMs = await env.currentTimeMs();
        near(afterMs - beforeMs, DAY);
        await env.client.workflow.start(sleeper, { ...start(), args: [1] });
        await env.settle();
        await new Promise((resolve) => setTimeout(resolve, 100));
        assert.ok((await env.currentTimeMs()) - afterMs < 60_000);
      }),
  },
  {
    name: "testing: a busy activity of one workflow holds no other back, and is not timed out by what others skip",
    run: (world) =>
      inEnvironment(world, async ({ env, start }) => {
        const options = {
          ...start(),
          args: [2_500] as [number],
          workflowExecutionTimeout: "1 hour" as const,
        };
        const working = await env.client.workflow.start(busy, options);
        await eventually("the activity runs", async () =>
          (await working.describe()).raw.pendingActivities.some(({ state }) => state === 2)
            ? true
            : undefined,
        );
        const { ms } = await timed(() => env.client.workflow.execute(sleeper, { ...start(), args: [3_650] }));
        assert.ok(ms < 2_000, `${ms} ms`);
        assert.equal((await working.describe()).status.name, "RUNNING");
        const end = await timed(() => working.result());
        assert.equal(end.value, "worked");
      }),
  },
  {
    name: "testing: many results are waited for at once, each by its own workflow's time",
    run: (world) =>
      inEnvironment(world, async ({ env, start }) => {
        const days = Array.from({ length: 30 }, (_, index) => ((index * 7) % 30) + 1);
        const spans = await Promise.all(
          days.map(async (count) => {
            const [startMs, endMs] = await env.client.workflow.execute(sleeper, {
              ...start(),
              args: [count],
            });
            return endMs - startMs;
          }),
        );
        for (const [index, span] of spans.entries()) near(span, (days[index] ?? 0) * DAY);
      }),
  },
  {
    name: "testing: children, and runs that continue as new, live by their parent's clock",
    run: (world) =>
      inEnvironment(world, async ({ env, start }) => {
        const { value, ms } = await timed(() => env.client.workflow.execute(family, start()));
        for (const [index, span] of value.entries()) near(span, (index === 0 ? 20 : 30) * DAY);
        assert.ok(ms < SOON_MS, `${ms} ms`);
        near(await env.client.workflow.execute(chain, { ...start(), args: [5] }), 50 * DAY);
      }),
  },
  {
    name: "testing: a cron workflow runs as often as its schedule says",
    run: (world) =>
      inEnvironment(world, async ({ env, start }) => {
        const beforeMs = await env.currentTimeMs();
        const handle = await env.client.workflow.start(daily, { ...start(), cronSchedule: "0 12 * * *" });
        await env.settle();
        for (let day = 0; day < 3; day++) {
          await env.sleep("1 day");
          await env.settle();
        }
        const runs: number[] = [];
        for await (const { status, closeTime } of env.client.workflow.list()) {
          if (status.name === "COMPLETED" && closeTime) runs.push(closeTime.getTime());
          else assert.equal(status.name, "RUNNING");
        }
        runs.sort((a, b) => a - b);
        assert.ok(runs.length === 2 || runs.length === 3, `${runs.length} runs in three days`);
        for (const run of runs) {
          // An hour after noon.
          near(run % DAY, (13 / 24) * DAY);
          assert.ok(run > beforeMs);
        }
        await handle.terminate();
      }),
  },
  {
    name: "testing: an activity that does not heartbeat is timed out while it runs, in real time",
    run: (world) =>
      inEnvironment(world, async ({ env, start }) => {
        const { value, ms } = await timed(() => rejection(env.client.workflow.execute(unheard, start())));
        assert.ok(value instanceof WorkflowFailedError && value.cause instanceof ActivityFailure);
        assert.ok(value.cause.cause instanceof TimeoutFailure);
        assert.equal(value.cause.cause.timeoutType, "HEARTBEAT");
        assert.ok(ms > 1_500 && ms < 8_000, `${ms} ms`);
      }),
  },
  {
    name: "testing: an activity that sleeps in the environment lets timers fire first, and locks stay balanced",
    run: (world) =>
      inEnvironment(world, async ({ env, start }) => {
        assert.equal(await env.client.workflow.execute(raced, start()), "timer");
        // Its activity still sleeps. Others skip, and stand while nobody waits.
        const { ms } = await timed(() => env.client.workflow.execute(sleeper, { ...start(), args: [365] }));
        assert.ok(ms < SOON_MS, `${ms} ms`);
        await env.settle();
        const beforeMs = await env.currentTimeMs();
        await new Promise((resolve) => setTimeout(resolve, 100));
        assert.ok((await env.currentTimeMs()) - beforeMs < 60_000);
      }),
  },
  {
    name: "testing: an activity that times out while it sleeps in the environment leaves no lock behind",
    run: (world) =>
      inEnvironment(
        world,
        async ({ env, start }) => {
          const error = await rejection(env.client.workflow.execute("timedOutAsleep", start()));
          assert.ok(error instanceof WorkflowFailedError && error.cause instanceof ActivityFailure);
          assert.ok(error.cause.cause instanceof TimeoutFailure);
          assert.equal(error.cause.cause.timeoutType, "START_TO_CLOSE");
          const { ms } = await timed(() => env.client.workflow.execute(sleeper, { ...start(), args: [30] }));
          assert.ok(ms < SOON_MS, `${ms} ms`);
          const beforeMs = await env.currentTimeMs();
          await new Promise((resolve) => setTimeout(resolve, 100));
          assert.ok((await env.currentTimeMs()) - beforeMs < 60_000);
        },
        { shutdownGraceTime: 0 },
      ),
  },
  {
    name: "testing: sleeps and waits for results go side by side",
    run: (world) =>
      inEnvironment(world, async ({ env, start }) => {
        const beforeMs = await env.currentTimeMs();
        const handle = await env.client.workflow.start(sleeper, { ...start(), args: [5] });
        const result = handle.result();
        // The result is asked for first.
        await env.sleep("2 days");
        assert.ok((await env.currentTimeMs()) - beforeMs >= 2 * DAY);
        await Promise.all([result, env.sleep("20 days"), env.sleep("10 days")]);
        near((await env.currentTimeMs()) - beforeMs, 25 * DAY, 6 * DAY);
        const late = await env.client.workflow.start(sleeper, { ...start(), args: [5] });
        const [slept, [startMs, endMs]] = await Promise.all([env.sleep("7 days"), late.result()]);
        assert.equal(slept, undefined);
        near(endMs - startMs, 5 * DAY);
        // All locks are as they were.
        await assertOneLock(env);
      }),
  },
  {
    name: "testing: waiting for a result lets no time skip that somebody locked",
    run: (world) =>
      inEnvironment(world, async ({ env, start }) => {
        const { testService } = env.connection;
        await testService.lockTimeSkipping({});
        const result = env.client.workflow.execute(sleeper, { ...start(), args: [1] });
        const early = await Promise.race([
          result.then(() => "skipped"),
          new Promise((resolve) => setTimeout(resolve, 300, "locked")),
        ]);
        assert.equal(early, "locked");
        await testService.unlockTimeSkipping({});
        const [startMs, endMs] = await result;
        near(endMs - startMs, DAY);
        // One lock is the environment's own.
        await assertOneLock(env);
      }),
  },
];
