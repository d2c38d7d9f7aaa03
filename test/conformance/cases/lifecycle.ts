/** The life of a worker, and activities in it. */
import assert from "node:assert/strict";
import { ActivityCancellationDetails, Context, cancellationDetails } from "perdure/activity";
import { CancelledFailure } from "perdure/common";
import { GracefulShutdownPeriodExpiredError, Worker } from "perdure/worker";
import { caseActivities, tokens } from "../case-activities.ts";
import { completedLater, finish, greeting, info, slowly, state, waiting } from "../case-workflows/plain.ts";
import { type Case, type CaseWorld, eventually, rejection } from "./case.ts";

async function activityStarted({ client }: CaseWorld, workflowId: string): Promise<void> {
  await eventually("a started activity", async () => {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    return raw.pendingActivities.some(({ state: pending }) => pending === 2) ? true : undefined;
  });
}

export const lifecycleCases: readonly Case[] = [
  {
    name: "worker: states from creation to the end",
    async run({ connection, taskQueue, bundles }) {
      const worker = await Worker.create({ connection, taskQueue, workflowBundle: bundles.cases });
      assert.equal(worker.getState(), "INITIALIZED");
      const running = worker.run();
      assert.equal(worker.getState(), "RUNNING");
      worker.shutdown();
      assert.notEqual(worker.getState(), "RUNNING");
      await running;
      assert.equal(worker.getState(), "STOPPED");
    },
  },
  {
    name: "worker: runUntil gives the value, and the error, of its work",
    async run({ connection, taskQueue, bundles, client, id }) {
      const options = { connection, taskQueue, workflowBundle: bundles.cases, activities: caseActivities };
      const worker = await Worker.create(options);
      const run = client.workflow.execute(greeting, { workflowId: id(), taskQueue, args: ["Ada"] });
      assert.equal(await worker.runUntil(run), "Hello, Ada!");
      const second = await Worker.create(options);
      assert.match(
        (await rejection(second.runUntil(Promise.reject(new Error("no luck"))))).message,
        /no luck/,
      );
    },
  },
  {
    name: "worker: graceful shutdown lets an activity end",
    async run(world) {
      const { client, id, taskQueue } = world;
      const workflowId = id();
      await world.withWorker(
        async () => {
          await client.workflow.start(slowly, { workflowId, taskQueue, args: [1500] });
          await activityStarted(world, workflowId);
        },
        { shutdownGraceTime: "10 seconds" },
      );
      await world.withWorker(async () =>
        assert.equal(await client.workflow.getHandle(workflowId).result(), "slept 1500 ms"),
      );
      const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
      const starts = events.flatMap(({ attributes }) =>
        attributes.case === "activityTaskStartedEventAttributes" ? [attributes.value.attempt] : [],
      );
      assert.deepEqual(starts, [1]);
    },
  },
  {
    name: "worker: an activity that outlives the grace time is told of the shutdown, and is tried again",
    async run(world) {
      const { client, id, taskQueue } = world;
      const workflowId = id();
      const told: unknown[] = [];
      const slow = async (): Promise<string> => {
        const { cancelled, cancellationSignal } = Context.current();
        return await cancelled.catch((error: unknown) => {
          told.push(error, cancellationDetails(), cancellationSignal.aborted);
          throw error;
        });
      };
      await world.withWorker(
        async () => {
          await client.workflow.start(slowly, { workflowId, taskQueue, args: [1] });
          await activityStarted(world, workflowId);
        },
        { shutdownGraceTime: 100, activities: { ...caseActivities, slow } },
      );
      const [error, details, isAborted] = told;
      assert.ok(error instanceof CancelledFailure, String(error));
      assert.equal(error.message, "WORKER_SHUTDOWN");
      assert.ok(details instanceof ActivityCancellationDetails);
      const { workerShutdown, cancelRequested, notFound, paused, reset, timedOut } = details;
      const others = [cancelRequested, notFound, paused, reset, timedOut];
      assert.deepEqual([workerShutdown, others], [true, [false, false, false, false, false]]);
      assert.equal(isAborted, true);
      await world.withWorker(async () =>
        assert.equal(await client.workflow.getHandle(workflowId).result(), "slept 1 ms"),
      );
      const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
      const [second] = events.flatMap(({ attributes }) =>
        attributes.case === "activityTaskStartedEventAttributes" ? [attributes.value] : [],
      );
      assert.equal(second?.attempt, 2);
      const { failureInfo, message } = second?.lastFailure ?? assert.fail("no failure of the first attempt");
      assert.equal(message, "Worker is shutting down and this activity did not complete in time");
      assert.ok(failureInfo.case === "applicationFailureInfo");
      assert.deepEqual([failureInfo.value.type, failureInfo.value.nonRetryable], ["WorkerShutdown", false]);
    },
  },
  {
    name: "worker: force time ends a shutdown that an activity holds up",
    async run(world) {
      const { client, id, taskQueue, connection, bundles } = world;
      let release: () => void = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const activities = {
        ...caseActivities,
        slow: async () => {
          await held;
          return "released";
        },
      };
      const worker = await Worker.create({
        connection,
        taskQueue,
        workflowBundle: bundles.cases,
        activities,
        shutdownGraceTime: 100,
        shutdownForceTime: 600,
      });
      const workflowId = id();
      const run = worker.runUntil(async () => {
        await client.workflow.start(slowly, { workflowId, taskQueue, args: [1] });
        await activityStarted(world, workflowId);
      });
      assert.ok((await rejection(run)) instanceof GracefulShutdownPeriodExpiredError);
      release();
      await client.workflow.getHandle(workflowId).terminate();
    },
  },
  {
    name: "worker: a cache of 2 serves 10 open workflows",
    async run({ client, id, taskQueue, withWorker }) {
      await withWorker(
        async () => {
          const handles = await Promise.all(
            Array.from({ length: 10 }, () => client.workflow.start(waiting, { workflowId: id(), taskQueue })),
          );
          for (const handle of handles) assert.equal(await handle.query(state), "waiting");
          for (const [index, handle] of handles.entries()) await handle.signal(finish, `word ${index}`);
          const results = await Promise.all(handles.map((handle) => handle.result()));
          assert.deepEqual(
            results,
            Array.from({ length: 10 }, (_, index) => `word ${index}`),
          );
        },
        { maxCachedWorkflows: 2 },
      );
    },
  },
  {
    name: "worker: no cache at all replays each task",
    async run({ client, id, taskQueue, withWorker }) {
      await withWorker(
        async () => {
          const result = await client.workflow.execute("steps", { workflowId: id(), taskQueue, args: [3] });
          assert.deepEqual(result, ["Hello, step 0!", "Hello, step 1!", "Hello, step 2!"]);
        },
        { maxCachedWorkflows: 0 },
      );
    },
  },
  {
    name: "activity: completion from outside by task token",
    async run({ client, id, taskQueue, withWorker }) {
      await withWorker(async () => {
        const workflowId = id();
        const handle = await client.workflow.start(completedLater, { workflowId, taskQueue });
        const token = await eventually("the task token", async () => tokens.get(workflowId));
        await client.activity.complete(token, "done elsewhere");
        assert.equal(await handle.result(), "done elsewhere");
      });
    },
  },
  {
    name: "activity: heartbeat brings the cancellation",
    async run(world) {
      const { client, id, taskQueue } = world;
      await world.withWorker(
        async () => {
          const handle = await client.workflow.start("beating", { workflowId: id(), taskQueue, args: [] });
          await activityStarted(world, handle.workflowId);
          await handle.cancel();
          const error = await rejection(handle.result());
          assert.ok(error.cause instanceof CancelledFailure, String(error.cause));
        },
        { maxHeartbeatThrottleInterval: 200 },
      );
    },
  },
  {
    name: "workflow: info and log",
    async run({ client, id, taskQueue, withWorker }) {
      await withWorker(async () => {
        const workflowId = id();
        const result = await client.workflow.execute(info, { workflowId, taskQueue, memo: { a: 1 } });
        assert.deepEqual(result, {
          workflowId,
          workflowType: "info",
          namespace: "default",
          attempt: 1,
          memo: { a: 1 },
          taskQueue,
        });
      });
    },
  },
  {
    name: "worker: activity interceptors see each call",
    async run({ client, id, taskQueue, withWorker }) {
      const seen: string[] = [];
      await withWorker(
        async () => {
          await client.workflow.execute(greeting, { workflowId: id(), taskQueue, args: ["Ada"] });
          assert.deepEqual(seen, ["greet before", "greet after"]);
        },
        {
          interceptors: {
            activity: [
              (context) => ({
                inbound: {
                  async execute(input, next) {
                    seen.push(`${context.info.activityType} before`);
                    const result = await next(input);
                    seen.push(`${context.info.activityType} after`);
                    return result;
                  },
                },
              }),
            ],
          },
        },
      );
    },
  },
];
