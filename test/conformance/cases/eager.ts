/** First tasks that come with the answer to the start, without a poll. */
import assert from "node:assert/strict";
import { Client, Connection } from "perdure/client";
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
        { maxConcurrentWorkflowTaskExecutions: 3 },
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
];
