/** Workers and servers that die, loops that never end, activities that block. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Client, Connection } from "perdure/client";
import { ReplayError, Worker } from "perdure/worker";
import { freePort, startRealServer } from "../../harness/real-server.ts";
import { caseActivities } from "../case-activities.ts";
import { echo, finish, greeting, state, steps, waiting } from "../case-workflows/plain.ts";
import { startWorkerProcess } from "../worker-processes.ts";
import { type Case, eventually } from "./case.ts";

const expectedSteps = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `Hello, step ${index}!`);

export const robustnessCases: readonly Case[] = [
  {
    name: "robustness: kill -9 in the middle of 200 workflows, then a new worker",
    async run({ client, id, taskQueue, address, withWorker }) {
      const first = await startWorkerProcess({ address, taskQueue, workflows: "case-workflows" });
      const handles = await Promise.all(
        Array.from({ length: 200 }, () =>
          client.workflow.start(steps, {
            workflowId: id(),
            taskQueue,
            args: [4],
            workflowTaskTimeout: "3 seconds",
          }),
        ),
      );
      await eventually("a workflow in the middle", async () => {
        const { historyLength } = await (handles[100] ?? assert.fail()).describe();
        return historyLength > 12 ? true : undefined;
      });
      await first.kill();
      await withWorker(
        async () => {
          for (const handle of handles) assert.deepEqual(await handle.result(), expectedSteps(4));
        },
        { stickyQueueScheduleToStartTimeout: "1 second" },
      );
    },
  },
  {
    name: "robustness: the server restarts under a running worker",
    async run({ bundles, taskQueue, id }) {
      const port = await freePort();
      const dbFile = `.cache/restart-${id()}.db`;
      let server = await startRealServer({ own: true, port, dbFile });
      const connection = await Connection.connect({ address: server.address });
      const client = new Client({ connection });
      const worker = await Worker.create({
        connection,
        taskQueue,
        workflowBundle: bundles.cases,
        activities: caseActivities,
      });
      await worker.runUntil(async () => {
        const handle = await client.workflow.start(waiting, { workflowId: id(), taskQueue });
        assert.equal(await handle.query(state), "waiting");
        await server.stop();
        server = await startRealServer({ own: true, port, dbFile });
        await handle.signal(finish, "after the restart");
        assert.equal(await handle.result(), "after the restart");
        assert.equal(
          await client.workflow.execute(greeting, { workflowId: id(), taskQueue, args: ["Ada"] }),
          "Hello, Ada!",
        );
      });
      await connection.close();
      await server.stop();
    },
  },
  {
    name: "robustness: an endless loop among 100 cached workflows fails only its own task",
    async run({ client, id, taskQueue, withWorker }) {
      await withWorker(
        async () => {
          const others = await Promise.all(
            Array.from({ length: 100 }, () =>
              client.workflow.start(waiting, { workflowId: id(), taskQueue }),
            ),
          );
          for (const handle of others) assert.equal(await handle.query(state), "waiting");
          const looping = await client.workflow.start("loops", { workflowId: id(), taskQueue, args: [] });
          await looping.signal(finish, "go");
          const failure = await eventually("the loop's task to fail", async () => {
            for (const { attributes } of (await looping.fetchHistory()).events) {
              if (attributes.case === "workflowTaskFailedEventAttributes") return attributes.value.failure;
            }
            return undefined;
          });
          assert.match(failure.message, /deadlock|did not yield|TMPRL1101/i);
          assert.match(failure.stackTrace, /\n +at loops \(.*case-workflows\/faulty\.ts:\d+:\d+\)/);
          await looping.terminate();
          for (const [index, handle] of others.entries()) await handle.signal(finish, `w${index}`);
          const results = await Promise.all(others.map((handle) => handle.result()));
          assert.deepEqual(
            results,
            Array.from({ length: 100 }, (_, index) => `w${index}`),
          );
        },
        { maxCachedWorkflows: 200 },
      );
    },
  },
  {
    name: "robustness: replayed code that never yields is told with the stack of its loop",
    async run({ client, id, taskQueue, bundles, withWorker }) {
      const workflowId = id();
      const handle = client.workflow.getHandle(workflowId);
      await withWorker(
        async () => {
          await client.workflow.start("changed", { workflowId, taskQueue, args: [] });
          await handle.signal(finish, "now");
          await handle.result();
        },
        { workflowBundle: bundles.before },
      );
      const workflowsPath = fileURLToPath(new URL("../case-workflows/changed/looping.ts", import.meta.url));
      const history = await handle.fetchHistory();
      const error: unknown = await Worker.runReplayHistory({ workflowsPath }, history, workflowId).catch(
        (rejected: unknown) => rejected,
      );
      assert.ok(error instanceof ReplayError, String(error));
      assert.equal(error.reason, "deadlock");
      assert.match(error.message, /\n +at changed \(.*changed\/looping\.ts:\d+:\d+\)/);
    },
  },
  {
    name: "robustness: an activity that blocks the main thread for 15 s",
    async run({ address, id, taskQueue, client }) {
      const child = await startWorkerProcess({
        address,
        taskQueue,
        workflows: "case-workflows",
        blocking: true,
      });
      const handle = await client.workflow.start("slowly", { workflowId: id(), taskQueue, args: [15_000] });
      assert.equal(await handle.result(), "blocked 15000 ms");
      // The worker took the block and goes on.
      assert.equal(
        await client.workflow.execute(echo, { workflowId: id(), taskQueue, args: ["alive"] }),
        "alive",
      );
      await child.kill();
    },
  },
];
