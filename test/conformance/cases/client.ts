/** What a client can do, and how it says that something went wrong. */
import assert from "node:assert/strict";
import {
  isGrpcCancelledError,
  isGrpcDeadlineError,
  QueryNotRegisteredError,
  QueryRejectedError,
  WorkflowContinuedAsNewError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from "perdure/client";
import {
  ApplicationFailure,
  CancelledFailure,
  defineSearchAttributeKey,
  SearchAttributeType,
  TerminatedFailure,
  TimeoutFailure,
  TypedSearchAttributes,
} from "perdure/common";
import { GreetingWorkflow } from "../case-workflows/classes.ts";
import { echo, finish, greeting, state, waiting } from "../case-workflows/plain.ts";
import { type Case, type CaseWorld, eventually, rejection } from "./case.ts";
import { edgeCases } from "./edge.ts";
import { edgeFaultCases } from "./edge-faults.ts";

const keyword = defineSearchAttributeKey("CustomKeyword", SearchAttributeType.KEYWORD);

/** The cause of the WorkflowFailedError that a result is rejected with. */
async function failureCause(result: Promise<unknown>): Promise<unknown> {
  const error = await rejection(result);
  assert.ok(error instanceof WorkflowFailedError, `expected a WorkflowFailedError, got ${error}`);
  return error.cause;
}

async function startWaiting({
  client,
  id,
  taskQueue,
}: CaseWorld): Promise<Awaited<ReturnType<typeof client.workflow.start>>> {
  return await client.workflow.start(waiting, { workflowId: id(), taskQueue });
}

export const clientCases: readonly Case[] = [
  {
    name: "client: execute by function and by name",
    async run({ client, id, taskQueue, withWorker }) {
      await withWorker(async () => {
        assert.equal(
          await client.workflow.execute(greeting, { workflowId: id(), taskQueue, args: ["Ada"] }),
          "Hello, Ada!",
        );
        assert.equal(
          await client.workflow.execute("greeting", { workflowId: id(), taskQueue, args: ["Bob"] }),
          "Hello, Bob!",
        );
      });
    },
  },
  {
    name: "client: start, query, signal and result of a workflow class",
    async run({ client, id, taskQueue, withWorker }) {
      await withWorker(async () => {
        const handle = await client.workflow.start(GreetingWorkflow, {
          workflowId: id(),
          taskQueue,
          args: ["Ada"],
        });
        await eventually("the greeting", async () =>
          (await handle.query("greeting")) === "Hello, Ada!" ? true : undefined,
        );
        await handle.signal("close");
        assert.equal(await handle.result(), "Hello, Ada!");
      });
    },
  },
  {
    name: "client: second start with the same id is refused",
    async run(world) {
      const handle = await startWaiting(world);
      const again = world.client.workflow.start(waiting, {
        workflowId: handle.workflowId,
        taskQueue: world.taskQueue,
      });
      const error = await rejection(again);
      assert.ok(error instanceof WorkflowExecutionAlreadyStartedError);
      assert.equal(error.workflowId, handle.workflowId);
      assert.equal(error.workflowType, "waiting");
      await handle.terminate();
    },
  },
  {
    name: "client: conflict policy USE_EXISTING gives the running workflow",
    async run({ client, id, taskQueue }) {
      const workflowId = id();
      const first = await client.workflow.start(waiting, { workflowId, taskQueue });
      const second = await client.workflow.start(waiting, {
        workflowId,
        taskQueue,
        workflowIdConflictPolicy: "USE_EXISTING",
      });
      assert.equal(second.firstExecutionRunId, first.firstExecutionRunId);
      await first.terminate();
    },
  },
  {
    name: "client: reuse policy REJECT_DUPLICATE refuses a finished id",
    async run({ client, id, taskQueue, withWorker }) {
      const options = {
        workflowId: id(),
        taskQueue,
        args: [1] as [unknown],
        workflowIdReusePolicy: "REJECT_DUPLICATE" as const,
      };
      await withWorker(async () => {
        await client.workflow.execute(echo, options);
        assert.ok(
          (await rejection(client.workflow.start(echo, options))) instanceof
            WorkflowExecutionAlreadyStartedError,
        );
      });
    },
  },
  {
    name: "client: failed workflow shows type, details and cause",
    async run({ client, id, taskQueue, withWorker }) {
      await withWorker(async () => {
        const cause = await failureCause(client.workflow.execute("failing", { workflowId: id(), taskQueue }));
        assert.ok(cause instanceof ApplicationFailure);
        assert.equal(cause.message, "the order was refused");
        assert.equal(cause.type, "OrderRefused");
        assert.equal(cause.nonRetryable, true);
        assert.deepEqual(cause.details, [{ reason: "no stock" }]);
        assert.equal((cause.cause as Error).message, "the shelf is empty");
      });
    },
  },
  {
    name: "client: cancelled, terminated and timed-out workflows",
    async run(world) {
      const { client, id, taskQueue, withWorker } = world;
      await withWorker(async () => {
        const cancelled = await startWaiting(world);
        await cancelled.cancel();
        assert.ok((await failureCause(cancelled.result())) instanceof CancelledFailure);
        const terminated = await startWaiting(world);
        await terminated.terminate("enough");
        const cause = await failureCause(terminated.result());
        assert.ok(cause instanceof TerminatedFailure);
        assert.equal(cause.message, "enough");
        const late = client.workflow.execute(waiting, {
          workflowId: id(),
          taskQueue,
          workflowExecutionTimeout: "1 second",
        });
        assert.ok((await failureCause(late)) instanceof TimeoutFailure);
      });
    },
  },
  {
    name: "client: describe shows status, memo, search attributes, summary",
    async run({ client, id, taskQueue }) {
      const handle = await client.workflow.start(waiting, {
        workflowId: id(),
        taskQueue,
        memo: { customer: "ada", lines: [1, 2] },
        typedSearchAttributes: new TypedSearchAttributes([{ key: keyword, value: "blue" }]),
        staticSummary: "waits",
        staticDetails: "waits **long**",
      });
      const described = await handle.describe();
      assert.equal(described.status.name, "RUNNING");
      assert.equal(described.type, "waiting");
      assert.equal(described.taskQueue, taskQueue);
      assert.deepEqual(described.memo, { customer: "ada", lines: [1, 2] });
      assert.equal(described.typedSearchAttributes.get(keyword), "blue");
      assert.equal(await described.staticSummary(), "waits");
      assert.equal(await described.staticDetails(), "waits **long**");
      assert.ok(described.startTime instanceof Date);
      await handle.terminate();
    },
  },
  {
    name: "client: list in pages, and count",
    async run({ client, id, taskQueue }) {
      const handles = [];
      for (let index = 0; index < 5; index++)
        handles.push(await client.workflow.start(waiting, { workflowId: id(), taskQueue }));
      const query = `TaskQueue = "${taskQueue}"`;
      await eventually("5 workflows counted", async () =>
        (await client.workflow.count(query)).count === 5 ? true : undefined,
      );
      const listed: string[] = [];
      for await (const { workflowId } of client.workflow.list({ query, pageSize: 2 }))
        listed.push(workflowId);
      assert.deepEqual(listed.sort(), handles.map(({ workflowId }) => workflowId).sort());
      await Promise.all(handles.map((handle) => handle.terminate()));
    },
  },
  {
    name: "client: signalWithStart starts once and signals twice",
    async run({ client, id, taskQueue, withWorker }) {
      const options = { workflowId: id(), taskQueue, signal: finish };
      const first = await client.workflow.signalWithStart(waiting, { ...options, signalArgs: ["first"] });
      const second = await client.workflow.signalWithStart(waiting, { ...options, signalArgs: ["second"] });
      assert.equal(second.signaledRunId, first.signaledRunId);
      await withWorker(async () => assert.equal(await first.result(), "second"));
    },
  },
  {
    name: "client: query of an unknown name lists the known ones",
    async run(world) {
      await world.withWorker(async () => {
        const handle = await startWaiting(world);
        const error = await rejection(handle.query("colour"));
        assert.ok(error instanceof QueryNotRegisteredError);
        assert.match(error.message, /colour/);
        assert.match(error.message, /state/);
        await handle.terminate();
      });
    },
  },
  {
    name: "client: query of a closed workflow, and its rejection",
    async run(world) {
      const { client } = world;
      await world.withWorker(async () => {
        const handle = await startWaiting(world);
        await handle.signal(finish, "end");
        await handle.result();
        assert.equal(await handle.query(state), "got end");
        const strict = new (client.constructor as typeof import("perdure/client").Client)({
          connection: client.connection,
          workflow: { queryRejectCondition: "NOT_OPEN" },
        });
        const error = await rejection(strict.workflow.getHandle(handle.workflowId).query(state));
        assert.ok(error instanceof QueryRejectedError, String(error));
      });
    },
  },
  {
    name: "client: unknown workflow id is a WorkflowNotFoundError",
    async run({ client, id }) {
      const handle = client.workflow.getHandle(id());
      const calls = [
        () => handle.describe(),
        () => handle.signal(finish, "x"),
        () => handle.cancel(),
        () => handle.result(),
      ];
      for (const call of calls) assert.ok((await rejection(call())) instanceof WorkflowNotFoundError);
    },
  },
  {
    name: "client: deadline and abort signal end a call",
    async run(world) {
      const { connection } = world.client;
      const handle = await startWaiting(world);
      const late = await rejection(connection.withDeadline(Date.now() + 300, () => handle.result()));
      assert.ok(isGrpcDeadlineError(late), String(late));
      const controller = new AbortController();
      const aborted = connection.withAbortSignal(controller.signal, () => handle.result());
      setTimeout(() => controller.abort(), 100);
      const error = await rejection(aborted);
      assert.ok(isGrpcCancelledError(error), String(error));
      await handle.terminate();
    },
  },
  {
    name: "client: start delay, retry policy and timeouts reach the server",
    async run({ client, id, taskQueue }) {
      const handle = await client.workflow.start(waiting, {
        workflowId: id(),
        taskQueue,
        startDelay: "1 hour",
        workflowRunTimeout: "2 hours",
        workflowTaskTimeout: "7 seconds",
        retry: { initialInterval: "3 s", maximumAttempts: 4 },
        priority: { priorityKey: 2 },
      });
      const [started] = (await handle.fetchHistory()).events;
      assert.equal(started?.attributes.case, "workflowExecutionStartedEventAttributes");
      const { firstWorkflowTaskBackoff, workflowRunTimeout, workflowTaskTimeout, retryPolicy, priority } =
        started.attributes.value;
      assert.equal(firstWorkflowTaskBackoff?.seconds, 3600n);
      assert.equal(workflowRunTimeout?.seconds, 7200n);
      assert.equal(workflowTaskTimeout?.seconds, 7n);
      assert.equal(retryPolicy?.initialInterval?.seconds, 3n);
      assert.equal(retryPolicy?.maximumAttempts, 4);
      assert.equal(priority?.priorityKey, 2);
      await handle.terminate();
    },
  },
  {
    name: "client: result of a chain without following runs",
    async run({ client, id, taskQueue, withWorker }) {
      await withWorker(async () => {
        const { workflowId } = await client.workflow.start("countdown", {
          workflowId: id(),
          taskQueue,
          args: [2],
        });
        assert.equal(await client.workflow.getHandle(workflowId).result(), "lift-off");
        const [first] = (await client.workflow.getHandle(workflowId).fetchHistory()).events;
        assert.equal(first?.attributes.case, "workflowExecutionStartedEventAttributes");
        const runId = first.attributes.value.firstExecutionRunId;
        const error = await rejection(
          client.workflow.getHandle(workflowId, runId, { followRuns: false }).result(),
        );
        assert.ok(error instanceof WorkflowContinuedAsNewError);
        assert.ok(error.newExecutionRunId.length > 0);
      });
    },
  },
  ...edgeCases,
  ...edgeFaultCases,
];
