/** Every function of `perdure/edge`, over each of its protocols that the server speaks. */
import assert from "node:assert/strict";
import {
  QueryNotRegisteredError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from "perdure/client";
import {
  ApplicationFailure,
  CancelledFailure,
  NamespaceNotFoundError,
  TerminatedFailure,
  ValueError,
} from "perdure/common";
import {
  cancelWorkflow,
  connect,
  countWorkflows,
  describeWorkflow,
  type EdgeConnection,
  grpcWeb,
  httpJson,
  listWorkflows,
  queryWorkflow,
  signalWithStartWorkflow,
  signalWorkflow,
  startWorkflow,
  terminateWorkflow,
  updateWorkflow,
  workflowResult,
} from "perdure/edge";
import { basket, brokenOff } from "../case-workflows/basket.ts";
import { countdown, finish, state, waiting } from "../case-workflows/plain.ts";
import { type Case, type CaseWorld, eventually, rejection } from "./case.ts";

const protocols = { "grpc-web": grpcWeb, connect, "http-json": httpJson } as const;

/** The functions over each protocol there is. */
function onEachDoor(use: (temporal: EdgeConnection, world: CaseWorld) => Promise<void>): Case["run"] {
  return async (world) => {
    assert.ok(world.doors.length > 0, "the server speaks no protocol of edge clients");
    for (const { protocol, address } of world.doors) {
      const url = address.includes("://") ? address : `http://${address}`;
      await use(protocols[protocol]({ address: url, identity: `edge by ${protocol}` }), world);
    }
  };
}

async function causeOfFailure(result: Promise<unknown>): Promise<unknown> {
  const error = await rejection(result);
  assert.ok(error instanceof WorkflowFailedError, `expected a WorkflowFailedError, got ${error}`);
  return error.cause;
}

export const edgeCases: readonly Case[] = [
  {
    name: "edge: start, query, signal and the result, arguments and results of every kind",
    run: onEachDoor(async (temporal, { id, taskQueue, withWorker }) => {
      await withWorker(async () => {
        const started = await startWorkflow(temporal, waiting, {
          workflowId: id(),
          taskQueue,
          workflowRunTimeout: "90 seconds",
          memo: { from: "the edge" },
        });
        assert.equal(await queryWorkflow(temporal, started, state), "waiting");
        await signalWorkflow(temporal, started, finish, ["naïve ☃ 𝄞"]);
        assert.equal(await workflowResult<typeof waiting>(temporal, started), "naïve ☃ 𝄞");
        const value = { numbers: [0, -1.5, 1e21], nothing: null, text: "", case: "a", value: "b" };
        for (const arg of [value, new Uint8Array([0, 255, 7]), undefined, [[]]]) {
          const echoed = await startWorkflow(temporal, "echo", { workflowId: id(), taskQueue, args: [arg] });
          assert.deepEqual(await workflowResult(temporal, echoed), arg);
        }
      });
    }),
  },
  {
    name: "edge: signal-with-start starts once, and an id that is taken is told",
    run: onEachDoor(async (temporal, { id, taskQueue, withWorker }) => {
      await withWorker(async () => {
        const workflowId = id();
        const how = { workflowId, taskQueue, signal: finish, signalArgs: ["first"] as [string] };
        const started = await signalWithStartWorkflow(temporal, waiting, how);
        assert.equal(await workflowResult(temporal, started), "first");
        const open = await startWorkflow(temporal, waiting, { workflowId, taskQueue });
        const error = await rejection(startWorkflow(temporal, waiting, { workflowId, taskQueue }));
        assert.ok(error instanceof WorkflowExecutionAlreadyStartedError, String(error));
        assert.equal(error.runId, open.runId);
        await terminateWorkflow(temporal, open);
      });
    }),
  },
  {
    name: "edge: updates give their results, rejections and failures",
    run: onEachDoor(async (temporal, { id, taskQueue, withWorker }) => {
      await withWorker(async () => {
        const started = await startWorkflow(temporal, basket, { workflowId: id(), taskQueue });
        assert.equal(await updateWorkflow<number>(temporal, started, "put", ["milk"]), 1);
        assert.equal(await updateWorkflow<number>(temporal, started, "put", ["tea"], { updateId: "tea" }), 2);
        assert.equal(await updateWorkflow<number>(temporal, started, "put", ["tea"], { updateId: "tea" }), 2);
        const refused = await rejection(updateWorkflow(temporal, started, "put", [""]));
        assert.ok(refused instanceof WorkflowUpdateFailedError, String(refused));
        assert.match(String(refused.cause), /nothing to put/);
        await signalWorkflow(temporal, started, "pay");
        assert.deepEqual(await workflowResult(temporal, started), ["milk", "tea"]);
      });
    }),
  },
  {
    name: "edge: cancellation, termination and failure reach the result as typed failures",
    run: onEachDoor(async (temporal, { id, taskQueue, withWorker }) => {
      await withWorker(async () => {
        const start = (type: string) => startWorkflow(temporal, type, { workflowId: id(), taskQueue });
        const cancelled = await start("waiting");
        await cancelWorkflow(temporal, cancelled);
        assert.ok((await causeOfFailure(workflowResult(temporal, cancelled))) instanceof CancelledFailure);
        const terminated = await start("waiting");
        await terminateWorkflow(temporal, terminated, "placed twice");
        const ended = await causeOfFailure(workflowResult(temporal, terminated));
        assert.ok(ended instanceof TerminatedFailure);
        assert.equal(ended.message, "placed twice");
        const failed = await causeOfFailure(workflowResult(temporal, await start(brokenOff.name)));
        assert.ok(failed instanceof ApplicationFailure);
        assert.deepEqual(
          [failed.type, failed.message, failed.details],
          ["Spoilt", "it broke off", [{ at: 7 }]],
        );
      });
    }),
  },
  {
    name: "edge: a result is followed through continue-as-new",
    run: onEachDoor(async (temporal, { id, taskQueue, withWorker }) => {
      await withWorker(async () => {
        const options = { workflowId: id(), taskQueue, args: [2] as [number] };
        const started = await startWorkflow(temporal, countdown, options);
        assert.equal(await workflowResult(temporal, started), "lift-off");
      });
    }),
  },
  {
    name: "edge: describe, list and count",
    run: onEachDoor(async (temporal, { id, taskQueue }) => {
      const started = await startWorkflow(temporal, waiting, {
        workflowId: id(),
        taskQueue,
        memo: { note: { by: "edge" } },
        staticSummary: "a summary",
      });
      const description = await describeWorkflow(temporal, started);
      assert.equal(description.status.name, "RUNNING");
      assert.equal(description.taskQueue, taskQueue);
      assert.deepEqual(description.memo, { note: { by: "edge" } });
      assert.equal(await description.staticSummary(), "a summary");
      assert.ok(Math.abs(Date.now() - description.startTime.getTime()) < 600_000);
      const query = `WorkflowId = '${started.workflowId}'`;
      const listed = await eventually("the workflow is listed", async () => {
        for await (const info of listWorkflows(temporal, { query })) return info;
        return undefined;
      });
      assert.equal(listed.runId, started.runId);
      assert.equal((await countWorkflows(temporal, query)).count, 1);
      await terminateWorkflow(temporal, started);
    }),
  },
  {
    name: "edge: what is wrong is told by the same errors as everywhere",
    run: onEachDoor(async (temporal, { id, taskQueue, doors, withWorker }) => {
      const absent = { workflowId: id() };
      const calls: (() => Promise<unknown>)[] = [
        () => signalWorkflow(temporal, absent, "finish"),
        () => queryWorkflow(temporal, absent, "state"),
        () => cancelWorkflow(temporal, absent),
        () => terminateWorkflow(temporal, absent),
        () => describeWorkflow(temporal, absent),
        () => workflowResult(temporal, absent),
        () => updateWorkflow(temporal, absent, "put"),
      ];
      for (const call of calls) {
        const error = await rejection(call());
        assert.ok(error instanceof WorkflowNotFoundError, String(error));
      }
      const bad = await rejection(startWorkflow(temporal, "echo", { workflowId: "", taskQueue }));
      assert.ok(bad instanceof ValueError);
      assert.match(bad.message, /workflowId is ""/);
      const [door] = doors;
      assert.ok(door);
      const elsewhere = protocols[door.protocol]({
        address: door.address.includes("://") ? door.address : `http://${door.address}`,
        namespace: "no-such-namespace",
      });
      const lost = await rejection(startWorkflow(elsewhere, "echo", { workflowId: id(), taskQueue }));
      assert.ok(lost instanceof NamespaceNotFoundError, String(lost));
      assert.equal(lost.namespace, "no-such-namespace");
      await withWorker(async () => {
        const started = await startWorkflow(temporal, waiting, { workflowId: id(), taskQueue });
        const unknown = await rejection(queryWorkflow(temporal, started, "no such query"));
        assert.ok(unknown instanceof QueryNotRegisteredError, String(unknown));
        const abort = new AbortController();
        const result = rejection(workflowResult(temporal, started, { abortSignal: abort.signal }));
        abort.abort();
        assert.match(String((await result).cause), /CANCELLED|aborted/i);
        await terminateWorkflow(temporal, started);
      });
    }),
  },
];
