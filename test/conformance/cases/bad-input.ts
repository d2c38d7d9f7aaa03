/** Mistakes, and the errors that name them. */
import assert from "node:assert/strict";
import { Client, Connection, isGrpcServiceError } from "perdure/client";
import { Worker } from "perdure/worker";
import { echo, waiting } from "../case-workflows/plain.ts";
import { type Case, type CaseWorld, eventually, rejection } from "./case.ts";

/** The failure of the first failed workflow task of a run. */
async function taskFailure(
  { client }: CaseWorld,
  workflowId: string,
): Promise<{ message: string; stackTrace: string; cause: number }> {
  return await eventually("a failed workflow task", async () => {
    const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
    for (const { attributes } of events) {
      if (attributes.case !== "workflowTaskFailedEventAttributes") continue;
      const { failure, cause } = attributes.value;
      return { message: failure?.message ?? "", stackTrace: failure?.stackTrace ?? "", cause };
    }
    return undefined;
  });
}

async function startAndSeeTaskFail(
  world: CaseWorld,
  type: string,
): Promise<{ message: string; stackTrace: string; cause: number }> {
  const { client, taskQueue, id } = world;
  return await world.withWorker(async () => {
    const handle = await client.workflow.start(type, { workflowId: id(), taskQueue, args: [] });
    const failure = await taskFailure(world, handle.workflowId);
    await handle.terminate();
    return failure;
  });
}

const took = async (limitMs: number, work: Promise<Error>): Promise<Error> => {
  const start = Date.now();
  const error = await work;
  const ms = Date.now() - start;
  assert.ok(ms < limitMs, `took ${ms} ms: ${error.message}`);
  return error;
};

export const badInputCases: readonly Case[] = [
  {
    name: "bad input: unknown workflow type names the known ones",
    async run(world) {
      const { message } = await startAndSeeTaskFail(world, "nobodyHasThis");
      assert.match(message, /nobodyHasThis/);
      assert.match(message, /greeting/);
    },
  },
  {
    name: "bad input: unknown activity type names the known ones",
    async run({ client, id, taskQueue, withWorker }) {
      await withWorker(async () => {
        const error = await rejection(
          client.workflow.execute("callsMissingActivity", { workflowId: id(), taskQueue, args: [] }),
        );
        const failure = (error.cause as Error).cause as Error;
        assert.match(failure.message, /missing/);
        assert.match(failure.message, /greet/);
      });
    },
  },
  {
    name: "bad input: plain error in a workflow fails its task with the user's stack",
    async run(world) {
      const { message, stackTrace } = await startAndSeeTaskFail(world, "throwsPlainError");
      assert.equal(message, "a mistake in the workflow");
      assert.match(stackTrace, /throwsPlainError.*faulty\.ts:\d+/s);
    },
  },
  {
    name: "bad input: unhandled rejection fails the task with the user's stack",
    async run(world) {
      const { message, stackTrace } = await startAndSeeTaskFail(world, "forgetsRejection");
      assert.match(message, /nobody awaits this/);
      assert.match(stackTrace, /rejectLater.*faulty\.ts:\d+/s);
    },
  },
  {
    name: "bad input: unserialisable result fails the task",
    async run(world) {
      const { message } = await startAndSeeTaskFail(world, "returnsFunction");
      assert.match(message, /function/i);
    },
  },
  {
    name: "bad input: oversize result fails the task and names the sizes",
    async run(world) {
      const { message } = await startAndSeeTaskFail(world, "returnsTooMuch");
      assert.match(message, /3145\d{3}|3 MiB/);
      assert.match(message, /2097152|2 MiB/);
    },
  },
  {
    name: "bad input: unserialisable and oversize arguments are refused by the client",
    async run({ client, id, taskQueue }) {
      const bigint = await rejection(
        client.workflow.start(echo, { workflowId: id(), taskQueue, args: [10n] }),
      );
      assert.match(bigint.message, /bigint/i);
      const start = client.workflow.start(echo, {
        workflowId: id(),
        taskQueue,
        args: ["x".repeat(3 * 1024 * 1024)],
      });
      const large = await took(2_000, rejection(start));
      assert.match(large.message, /2097152|2 MiB/);
    },
  },
  {
    name: "bad input: changed workflow code names event and command",
    async run({ client, id, taskQueue, bundles, withWorker, ...world }) {
      const workflowId = id();
      await withWorker(
        async () => {
          await client.workflow.start("changed", { workflowId, taskQueue, args: [] });
          await eventually("the activity's end", async () => {
            const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
            return events.length >= 10 ? true : undefined;
          });
        },
        { workflowBundle: bundles.before },
      );
      await withWorker(
        async () => {
          await client.workflow.getHandle(workflowId).signal("finish", "now");
          const { message } = await taskFailure(
            { client, id, taskQueue, bundles, withWorker, ...world },
            workflowId,
          );
          assert.match(message, /TMPRL1100/);
          assert.match(message, /ActivityTaskScheduled/);
          assert.match(message, /[Tt]imer/);
        },
        { workflowBundle: bundles.after },
      );
      await client.workflow.getHandle(workflowId).terminate();
    },
  },
  {
    name: "bad input: wrong address is an error within the connect timeout",
    async run() {
      const error = await took(
        5_000,
        rejection(Connection.connect({ address: "127.0.0.1:1", connectTimeout: "2 seconds" })),
      );
      assert.match(`${error.message} ${(error.cause as Error | undefined)?.message}`, /127\.0\.0\.1:1/);
    },
  },
  {
    name: "bad input: TLS to a plaintext server is an error, not a wait",
    async run({ address }) {
      const error = await took(
        5_000,
        rejection(Connection.connect({ address, tls: true, connectTimeout: "3 seconds" })),
      );
      assert.match(`${error.message} ${(error.cause as Error | undefined)?.message}`, /TLS|certificate|ssl/i);
    },
  },
  {
    name: "bad input: wrong namespace is named by client and worker",
    async run({ connection, taskQueue, bundles, id }) {
      const client = new Client({ connection, namespace: "no-such-namespace" });
      const start = await took(
        5_000,
        rejection(client.workflow.start(waiting, { workflowId: id(), taskQueue })),
      );
      assert.match(start.message, /no-such-namespace/);
      const worker = Worker.create({
        connection,
        namespace: "no-such-namespace",
        taskQueue,
        workflowBundle: bundles.cases,
      });
      const error = await took(8_000, rejection(worker.then((created) => created.run())));
      assert.match(error.message, /no-such-namespace/);
    },
  },
  {
    name: "bad input: options are checked by name, value and what is allowed",
    async run({ connection, client, id, bundles, taskQueue }) {
      const create = (options: object): Promise<unknown> =>
        Worker.create({ connection, taskQueue, workflowBundle: bundles.cases, ...options } as Parameters<
          typeof Worker.create
        >[0]);
      const wrong: readonly (readonly [object, RegExp])[] = [
        [{ taskQueue: "" }, /taskQueue/],
        [{ maxConcurrentActivityTaskExecutions: 0 }, /maxConcurrentActivityTaskExecutions.*0/],
        [{ shutdownGraceTime: "soon" }, /shutdownGraceTime.*soon/],
        [{ maxCachedWorkflows: -1 }, /maxCachedWorkflows.*-1/],
        [{ workflowBundle: undefined }, /workflowsPath|workflowBundle|activities/],
      ];
      for (const [options, message] of wrong)
        assert.match((await rejection(create(options))).message, message);
      const start = (options: object): Promise<unknown> =>
        client.workflow.start(waiting, { workflowId: id(), taskQueue, ...options } as Parameters<
          typeof client.workflow.start
        >[1]);
      assert.match((await rejection(start({ workflowId: "" }))).message, /workflowId/);
      assert.match(
        (await rejection(start({ workflowRunTimeout: "never" }))).message,
        /workflowRunTimeout.*never/,
      );
      assert.match(
        (await rejection(start({ workflowIdReusePolicy: "MAYBE" }))).message,
        /workflowIdReusePolicy.*MAYBE/,
      );
      assert.match(
        (await rejection(start({ retry: { maximumAttempts: -3 } }))).message,
        /maximumAttempts.*-3/,
      );
    },
  },
  {
    name: "bad input: a raw call shows status and details",
    async run({ connection }) {
      const call = connection.workflowService.describeNamespace({ namespace: "no-such-namespace" });
      const error = await rejection(call);
      assert.ok(isGrpcServiceError(error), String(error));
      assert.match(error.message, /no-such-namespace/);
    },
  },
];
