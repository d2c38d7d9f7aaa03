/** First tasks that come with the answer to the start, without a poll. */
import assert from "node:assert/strict";
import { Client, Connection, type UnaryInterceptor } from "perdure/client";
import { Worker } from "perdure/worker";
import { greeting, waiting } from "../case-workflows/plain.ts";
import { type Case, eventually } from "./case.ts";

export const eagerCases: readonly Case[] = [
  {
    name: "eager start: a worker on the client's connection gets the first task with the answer",
    async run({ client, address, id, taskQueue, withWorker }) {
      const elsewhere = await Connection.connect({ address });
      await withWorker(
        async (worker) => {
          const start = { taskQueue, requestEagerStart: true, args: ["you"] as [string] };
          // The worker may still be starting its thread.
          const handle = await eventually("an eager start", async () => {
            const started = await client.workflow.start(greeting, { ...start, workflowId: id() });
            return started.eagerlyStarted ? started : undefined;
          });
          assert.equal(await handle.result(), "Hello, you!");
          const { events } = await handle.fetchHistory();
          const { attributes } = events[0] ?? assert.fail();
          assert.equal(attributes.case, "workflowExecutionStartedEventAttributes");
          assert.equal(
            (attributes.value as { eagerExecutionAccepted?: boolean }).eagerExecutionAccepted,
            true,
          );
          // No worker on this connection, or not asked for.
          const other = new Client({ connection: elsewhere });
          assert.equal(
            (await other.workflow.start(greeting, { ...start, workflowId: id() })).eagerlyStarted,
            false,
          );
          const plain = { ...start, requestEagerStart: false, workflowId: id() };
          assert.equal((await client.workflow.start(greeting, plain)).eagerlyStarted, false);
          // Each start takes a slot and gives it back.
          for (let count = 0; count < 5; count++) {
            const next = await client.workflow.start(greeting, { ...start, workflowId: id() });
            assert.equal(await next.result(), "Hello, you!");
          }
          assert.equal(worker.getState(), "RUNNING");
        },
        // A poll holds a slot: what is left is for eager starts.
        { maxConcurrentWorkflowTaskExecutions: 3, maxConcurrentWorkflowTaskPolls: 2 },
      );
      const gone = await client.workflow.start(waiting, {
        taskQueue,
        workflowId: id(),
        requestEagerStart: true,
      });
      assert.equal(gone.eagerlyStarted, false);
      await gone.terminate();
      await elsewhere.close();
    },
  },
  {
    name: "eager start: a start under way at the shutdown of its worker gets its first task done",
    async run({ address, id, taskQueue, bundles }) {
      let asked = (): void => {};
      const slowly: UnaryInterceptor = async (call, next) => {
        const answer = await next(call);
        if (call.path.endsWith("/StartWorkflowExecution")) {
          asked();
          await new Promise((resolve) => setTimeout(resolve, 500));
        }
        return answer;
      };
      const connection = await Connection.connect({ address, interceptors: [slowly] });
      const client = new Client({ connection });
      const worker = await Worker.create({ connection, taskQueue, workflowBundle: bundles.cases });
      const running = worker.run();
      const start = { taskQueue, requestEagerStart: true, args: ["you"] as [string] };
      // The worker may still be starting its thread.
      await eventually("an eager start", async () => {
        const first = await client.workflow.start(greeting, { ...start, workflowId: id() });
        return first.eagerlyStarted || undefined;
      });
      const answered = new Promise<void>((resolve) => {
        asked = resolve;
      });
      const starting = client.workflow.start(greeting, { ...start, workflowId: id() });
      await answered;
      worker.shutdown();
      const handle = await starting;
      await running;
      assert.equal(handle.eagerlyStarted, true);
      const { events } = await handle.fetchHistory();
      assert.ok(events.some(({ attributes }) => attributes?.case === "workflowTaskCompletedEventAttributes"));
      assert.ok(!events.some(({ attributes }) => attributes?.case === "workflowTaskTimedOutEventAttributes"));
      await connection.close();
    },
  },
];
