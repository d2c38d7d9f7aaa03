/** Code that misbehaves, histories of many pages, and signals at the worst moment. */
import assert from "node:assert/strict";
import { Connection } from "perdure/client";
import { TransportError, Worker } from "perdure/worker";
import { caseActivities, hostileActivities } from "../case-activities.ts";
import { count, countsSignals, mayForget } from "../case-workflows/hostile.ts";
import { finish, state, waiting } from "../case-workflows/plain.ts";
import { type Case, type CaseWorld, eventually, rejection } from "./case.ts";

async function failedTask({ client }: CaseWorld, workflowId: string): Promise<string> {
  return await eventually("a failed workflow task", async () => {
    for (const { attributes } of (await client.workflow.getHandle(workflowId).fetchHistory()).events) {
      if (attributes.case === "workflowTaskFailedEventAttributes")
        return attributes.value.failure?.message ?? "";
    }
    return undefined;
  });
}

const times = <T>(length: number, make: (index: number) => T): T[] =>
  Array.from({ length }, (_, index) => make(index));

export const hostileCases: readonly Case[] = [
  {
    name: "workflow: 200 signals that race with completions are all seen",
    async run({ client, id, taskQueue, withWorker }) {
      await withWorker(async () => {
        const handles = await Promise.all(
          times(20, () => client.workflow.start(countsSignals, { workflowId: id(), taskQueue, args: [1] })),
        );
        const sent = await Promise.all(
          handles.map(async (handle) => {
            const signals = await Promise.allSettled(times(10, () => handle.signal(count)));
            return signals.filter(({ status }) => status === "fulfilled").length;
          }),
        );
        assert.deepEqual(await Promise.all(handles.map((handle) => handle.result())), sent);
      });
    },
  },
  {
    name: "workflow: a history of several pages, without a cache",
    async run({ client, id, taskQueue, withWorker }) {
      const handle = await client.workflow.start(countsSignals, {
        workflowId: id(),
        taskQueue,
        args: [1_200],
      });
      for (let batch = 0; batch < 12; batch++) await Promise.all(times(100, () => handle.signal(count)));
      await withWorker(async () => assert.equal(await handle.result(), 1_200), { maxCachedWorkflows: 0 });
    },
  },
  {
    name: "workflow: a run cannot change what runs share",
    async run({ client, id, taskQueue, withWorker }) {
      await withWorker(async () => {
        const errors = await client.workflow.execute("vandal", { workflowId: id(), taskQueue, args: [] });
        assert.deepEqual(
          errors,
          times(6, () => "TypeError"),
        );
      });
    },
  },
  {
    name: "workflow: time, formats and random numbers are those of the run, the same in replay",
    async run({ client, id, taskQueue, withWorker }) {
      await withWorker(
        async () => {
          const seen = await client.workflow.execute("clocks", { workflowId: id(), taskQueue, args: [] });
          const { random, ...others } = seen as { random: number };
          assert.deepEqual(others, { isSame: true, hasMoved: true });
          assert.ok(random >= 0 && random < 1);
        },
        { maxCachedWorkflows: 0 },
      );
    },
  },
  {
    name: "workflow: an unhandled rejection fails only the run that it came from",
    async run(world) {
      const { client, id, taskQueue } = world;
      await world.withWorker(async () => {
        const handles = await Promise.all(
          times(4, (index) =>
            client.workflow.start(mayForget, { workflowId: id(), taskQueue, args: [index === 1] }),
          ),
        );
        await Promise.all(handles.map((handle) => handle.signal(finish, "now")));
        const [first, bad, ...others] = handles;
        for (const handle of [first, ...others]) assert.equal(await handle?.result(), "kept");
        assert.match(await failedTask(world, bad?.workflowId ?? ""), /forgotten/);
        await bad?.terminate();
      });
    },
  },
  {
    name: "workflow: an endless chain of microtasks fails only its own task",
    async run(world) {
      const { client, id, taskQueue } = world;
      await world.withWorker(async () => {
        const others = await Promise.all(
          times(5, () => client.workflow.start(waiting, { workflowId: id(), taskQueue })),
        );
        for (const handle of others) assert.equal(await handle.query(state), "waiting");
        const spinning = await client.workflow.start("spins", { workflowId: id(), taskQueue, args: [] });
        assert.match(await failedTask(world, spinning.workflowId), /TMPRL1101/);
        await spinning.terminate();
        for (const handle of others) {
          await handle.signal(finish, "on");
          assert.equal(await handle.result(), "on");
        }
      });
    },
  },
  {
    name: "activity: what is thrown or cannot be serialised arrives with type and message",
    async run({ client, id, taskQueue, withWorker }) {
      await withWorker(
        async () => {
          const seen = await client.workflow.execute("activityFailures", {
            workflowId: id(),
            taskQueue,
            args: [],
          });
          const expected = [
            /plain text/,
            /undefined/,
            /^RangeError: too far$/,
            /^PayloadConverterError: .*bigint/,
          ];
          const texts = seen as string[];
          for (const [index, pattern] of expected.entries()) assert.match(texts[index] ?? "", pattern);
          assert.match(texts[4] ?? "", /^PayloadConverterError: .*refers to itself/);
        },
        { activities: { ...caseActivities, ...hostileActivities } },
      );
    },
  },
  {
    name: "worker: a connection that is closed under it ends it with the reason",
    async run({ address, bundles, taskQueue }) {
      const connection = await Connection.connect({ address });
      const worker = await Worker.create({ connection, taskQueue, workflowBundle: bundles.cases });
      const failure = rejection(worker.run());
      await eventually("polls", async () => worker.getStatus().hasOutstandingWorkflowPoll || undefined);
      await connection.close();
      const error = await failure;
      assert.ok(error instanceof TransportError, String(error));
      assert.match(error.message, /closed by its owner/);
      assert.equal(worker.getState(), "FAILED");
    },
  },
];
