/** The official TypeScript SDK, client and worker, against the embedded server's port. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Client, Connection, WithStartWorkflowOperation } from "@temporalio/client";
import { SearchAttributeType, TypedSearchAttributes } from "@temporalio/common";
import { NativeConnection, Worker } from "@temporalio/worker";
import * as activities from "./activities.mjs";
import { eventually } from "./report.mjs";

const taskQueue = "official-typescript";

/** A worker of the official SDK with the program's code, running until `stop`. */
export async function officialWorker(address, workflowBundle) {
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle,
    activities,
    workflowThreadPoolSize: 1,
    maxHeartbeatThrottleInterval: "50ms",
    defaultHeartbeatThrottleInterval: "50ms",
  });
  const running = worker.run();
  return {
    taskQueue,
    async stop() {
      worker.shutdown();
      await running;
      await connection.close();
    },
  };
}

const cases = {
  async "activities: heartbeats, retries, timeouts, local"(run) {
    const result = await run.client.workflow.execute("work", run.options());
    deepEqual(result, {
      resumed: { from: 2, attempt: 2 },
      silent: 2,
      local: 2,
      failure: "never works",
    });
  },

  async "signals, queries, updates"(run) {
    const handle = await run.client.workflow.start("account", run.options({ args: [1] }));
    await handle.signal("add", 2);
    equal(await handle.query("total"), 3);
    equal(await handle.executeUpdate("addUpdate", { args: [4] }), 7);
    const update = await handle.startUpdate("addUpdate", { args: [1], waitForStage: "ACCEPTED" });
    equal(await update.result(), 8);
    await rejects(handle.executeUpdate("addUpdate", { args: [-1] }), /Update failed/);
    await rejects(handle.query("nope"), { name: "QueryNotRegisteredError" });
    await handle.signal("finish");
    equal(await handle.result(), 8);
    equal(await handle.query("total"), 8);
    await rejects(handle.signal("add", 1), { name: "WorkflowNotFoundError" });
  },

  async "update with start"(run) {
    const options = run.options({ workflowIdConflictPolicy: "USE_EXISTING", args: [10] });
    const operation = (startWorkflowOperation) =>
      run.client.workflow.executeUpdateWithStart("addUpdate", { args: [5], startWorkflowOperation });
    equal(await operation(new WithStartWorkflowOperation("account", options)), 15);
    const again = new WithStartWorkflowOperation("account", options);
    equal(await operation(again), 20);
    const handle = await again.workflowHandle();
    await handle.signal("finish");
    equal(await handle.result(), 20);
  },

  async "signal with start"(run) {
    const options = run.options({ args: [1], signal: "add" });
    await run.client.workflow.signalWithStart("account", { ...options, signalArgs: [2] });
    const handle = await run.client.workflow.signalWithStart("account", { ...options, signalArgs: [3] });
    equal(await handle.query("total"), 6);
    await handle.signal("finish");
    equal(await handle.result(), 6);
    await rejects(
      run.client.workflow.start("account", {
        ...run.options(),
        ...options,
        workflowIdReusePolicy: "REJECT_DUPLICATE",
      }),
      { name: "WorkflowExecutionAlreadyStartedError" },
    );
  },

  async children(run) {
    const result = await run.client.workflow.execute("parent", run.options());
    deepEqual(result, { total: 3, failed: "as told" });
  },

  async "continue as new"(run) {
    const handle = await run.client.workflow.start("countDown", run.options({ args: [3] }));
    equal(await handle.result(), true);
    const runs = await run.list(`WorkflowId = '${handle.workflowId}'`);
    const statuses = runs.map(({ status }) => status.name).sort();
    deepEqual(statuses, ["COMPLETED", "CONTINUED_AS_NEW", "CONTINUED_AS_NEW", "CONTINUED_AS_NEW"]);
  },

  async cancellation(run) {
    const handle = await run.client.workflow.start("untilCancelled", run.options());
    await eventually(async () => {
      const { raw } = await handle.describe();
      return raw.pendingActivities?.[0]?.heartbeatDetails?.payloads?.length;
    });
    await handle.cancel();
    await rejects(handle.result(), ({ cause }) => cause?.name === "CancelledFailure");
    equal((await handle.describe()).status.name, "CANCELLED");
  },

  async "search attributes and memo"(run) {
    const options = run.options({
      memo: { by: "start" },
      typedSearchAttributes: new TypedSearchAttributes([
        { key: { name: "Tags", type: SearchAttributeType.KEYWORD_LIST }, value: ["a", "b"] },
      ]),
    });
    const handle = await run.client.workflow.start("upserts", options);
    const query = `OrderId = 'order-${handle.workflowId}' AND Amount > 6 AND Tags = 'b'`;
    const [found] = await eventually(async () => {
      const all = await run.list(query);
      return all.length > 0 && all;
    });
    equal(found.workflowId, handle.workflowId);
    deepEqual(found.memo, { by: "start", note: "from within" });
    equal((await run.client.workflow.count(query)).count, 1);
    await handle.terminate("seen enough");
    await rejects(handle.result(), ({ cause }) => cause?.name === "TerminatedFailure");
    equal((await handle.describe()).status.name, "TERMINATED");
  },

  async reset(run) {
    const handle = await run.client.workflow.start("account", run.options({ args: [1] }));
    equal(await handle.executeUpdate("addUpdate", { args: [1] }), 2);
    await handle.signal("add", 5);
    const { runId } = await run.client.connection.workflowService.resetWorkflowExecution({
      namespace: "default",
      workflowExecution: { workflowId: handle.workflowId, runId: handle.firstExecutionRunId },
      workflowTaskFinishEventId: 4,
      reason: "again",
      requestId: randomUUID(),
    });
    ok(runId && runId !== handle.firstExecutionRunId);
    const current = run.client.workflow.getHandle(handle.workflowId);
    // The update and the signal after the reset point are applied again.
    await eventually(async () => (await current.query("total")) === 7);
    await current.signal("finish");
    equal(await current.result(), 7);
  },

  async cron(run) {
    const options = run.options({ cronSchedule: "@every 1s" });
    const handle = await run.client.workflow.start("tick", { ...options, args: [options.workflowId] });
    await eventually(() => activities.countOf(options.workflowId) >= 2);
    await run.client.workflow.getHandle(handle.workflowId).terminate();
  },

  async "retry of a workflow"(run) {
    const options = run.options({ retry: { initialInterval: "50ms", maximumAttempts: 2 } });
    equal(await run.client.workflow.execute("secondAttempt", options), 2);
  },

  async "history and results of failures"(run) {
    const handle = await run.client.workflow.start("failing", run.options());
    await rejects(handle.result(), ({ cause }) => cause?.message === "as told" && cause.nonRetryable);
    const { events } = await handle.fetchHistory();
    ok(events.at(-1).workflowExecutionFailedEventAttributes);
    await rejects(run.client.workflow.getHandle("no such workflow").describe(), {
      name: "WorkflowNotFoundError",
    });
  },
};

/** Runs all cases at once: the server and the worker have many runs under way. */
export async function runTypescript(report, address) {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const run = {
    client,
    options: (more = {}) => ({ taskQueue, workflowId: `ts-${randomUUID()}`, ...more }),
    list: async (query) => await all(client.workflow.list({ query })),
  };
  await Promise.all(
    Object.entries(cases).map(([name, test]) =>
      report.check(`official TypeScript SDK: ${name}`, () => test(run)),
    ),
  );
  await connection.close();
}

/** `Array.fromAsync`, which Node 20 has not. */
async function all(items) {
  const array = [];
  for await (const item of items) array.push(item);
  return array;
}
