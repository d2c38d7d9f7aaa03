/** Local activities, where workers come and go and what histories do not show. */
import assert from "node:assert/strict";
import { sleep } from "perdure/activity";
import { GracefulShutdownPeriodExpiredError } from "perdure/worker";
import { localLasting, localRepeated } from "../case-workflows/locals.ts";
import { type Case, type CaseWorld, eventually, rejection } from "./case.ts";

type Events = Awaited<ReturnType<ReturnType<CaseWorld["client"]["workflow"]["getHandle"]>["fetchHistory"]>>;

/** The repeated attempts that each answered workflow task reported. */
function repeatedAttempts({ events = [] }: Events): (number | undefined)[] {
  return events.flatMap(({ attributes }) =>
    attributes?.case === "workflowTaskCompletedEventAttributes"
      ? [attributes.value.meteringMetadata?.nonfirstLocalActivityExecutionAttempts]
      : [],
  );
}

/** A local activity that counts its calls and heeds its cancellation. */
function lastingOne(): { calls: number; lasting(ms: number): Promise<string> } {
  const seen = {
    calls: 0,
    async lasting(ms: number): Promise<string> {
      seen.calls += 1;
      await sleep(ms);
      return `call ${seen.calls}`;
    },
  };
  return seen;
}

async function called(seen: { readonly calls: number }, times: number): Promise<void> {
  await eventually(`${times} calls`, async () => seen.calls >= times || undefined);
}

export const localActivityCases: readonly Case[] = [
  {
    name: "local activities: the server hears of attempts that later workflow tasks repeated",
    async run({ client, id, taskQueue, withWorker }) {
      let calls = 0;
      const failing = async (times: number): Promise<number> => {
        calls += 1;
        if (calls <= times) throw new Error(`attempt ${calls}`);
        return calls;
      };
      const workflowId = id();
      const started = {
        workflowId,
        taskQueue,
        args: [12] as [number],
        // Answered after four fifths of it; what a busy machine then needs must fit into the rest.
        workflowTaskTimeout: "4 seconds",
      } as const;
      await withWorker(async () => assert.equal(await client.workflow.execute(localRepeated, started), 13), {
        activities: { failing },
      });
      const [first, ...later] = repeatedAttempts(await client.workflow.getHandle(workflowId).fetchHistory());
      assert.equal(first, 0);
      // The last task tells the result: attempts before it in the same task are not told of, as with Temporal's own core.
      assert.equal(later.at(-1), 0);
      const middle = later.slice(0, -1).map((count) => count ?? 0);
      // How many attempts fall into a task is a matter of time: into the last but one may fall none.
      const some = middle.reduce((sum, count) => sum + count, 0) >= 2;
      assert.ok(some && middle.every((count) => count <= 5), `${first}, ${later}`);
    },
  },
  {
    name: "local activities: one that outlasts its workflow task runs once, with caches that are off, full or large",
    async run({ client, id, taskQueue, withWorker }) {
      for (const maxCachedWorkflows of [0, 1, 100]) {
        const seen = [lastingOne(), lastingOne()];
        const activities = { lasting: async (ms: number) => await seen[ms % 2]!.lasting(ms) };
        await withWorker(
          async () => {
            // The heartbeat goes out at 80 %: what is left is to be enough on a busy machine.
            const started = { taskQueue, workflowTaskTimeout: "5 seconds" } as const;
            const runs = [6000, 6001].map((ms) =>
              client.workflow.execute(localLasting, { ...started, workflowId: id(), args: [ms] }),
            );
            assert.deepEqual(await Promise.all(runs), ["call 1", "call 1"], `cache of ${maxCachedWorkflows}`);
          },
          { activities, maxCachedWorkflows },
        );
      }
    },
  },
  {
    name: "local activities: a worker that shuts down waits for one, and for its retries",
    async run({ client, id, taskQueue, withWorker }) {
      const seen = lastingOne();
      let failures = 0;
      const lasting = async (ms: number): Promise<string> => {
        const result = await seen.lasting(ms);
        if (failures++ === 0) throw new Error("once more");
        return result;
      };
      const started = { workflowId: id(), taskQueue, args: [2000] as [number] };
      const handle = await withWorker(
        async () => {
          const short = await client.workflow.start(localLasting, {
            ...started,
            workflowTaskTimeout: "3 seconds",
          });
          await called(seen, 1);
          return short;
        },
        // None of the grace time that activities get is needed.
        { activities: { lasting }, shutdownGraceTime: 0, shutdownForceTime: "1 minute" },
      );
      // Its worker is gone: the answer came before.
      assert.equal(await handle.result(), "call 2");
    },
  },
  {
    name: "local activities: force time ends a shutdown that one holds up, and another worker runs it again",
    async run({ client, id, taskQueue, withWorker }) {
      let calls = 0;
      let release: () => void = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      /** The first call heeds nothing. */
      const lasting = async (): Promise<string> => {
        calls += 1;
        const call = calls;
        if (call === 1) await held;
        return `call ${call}`;
      };
      const started = {
        workflowId: id(),
        taskQueue,
        args: [0] as [number],
        workflowTaskTimeout: "2 seconds",
      };
      const forced = withWorker(
        async () => {
          await client.workflow.start(localLasting, { ...started, workflowTaskTimeout: "2 seconds" });
          await eventually("the first call", async () => calls >= 1 || undefined);
        },
        { activities: { lasting }, shutdownGraceTime: 50, shutdownForceTime: 300 },
      );
      assert.ok((await rejection(forced)) instanceof GracefulShutdownPeriodExpiredError);
      const handle = client.workflow.getHandle(started.workflowId);
      await withWorker(async () => assert.equal(await handle.result(), "call 2"), {
        activities: { lasting },
      });
      // What the first one brings is too late for anybody.
      release();
      const { events = [] } = await handle.fetchHistory();
      const markers = events.filter(({ attributes }) => attributes?.case === "markerRecordedEventAttributes");
      assert.equal(markers.length, 1);
    },
  },
];
