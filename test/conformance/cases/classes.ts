/** Workflows as decorated classes: what the official SDK does not have, so that there is no recorded history. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Client, WorkflowUpdateFailedError } from "perdure/client";
import type { ApplicationFailure, Payload } from "perdure/common";
import type { PayloadCodec } from "perdure/converter";
import { bundleWorkflowCode, GracefulShutdownPeriodExpiredError, Worker } from "perdure/worker";
import { type Case, type CaseWorld, eventually, rejection } from "./case.ts";

/** Encodes by a letter in front, and takes its time. */
class LetterCodec implements PayloadCodec {
  async encode(payloads: Payload[]): Promise<Payload[]> {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return payloads.map(({ metadata, data = new Uint8Array() }) => ({
      metadata: { ...metadata, letter: Uint8Array.of(120) },
      data: Uint8Array.of(120, ...data),
    }));
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map(({ metadata, data }) => {
      const { letter, ...rest } = metadata ?? {};
      assert.equal(letter?.[0], 120);
      return { metadata: rest, data: data?.subarray(1) ?? new Uint8Array() };
    });
  }
}

async function placeOrder(world: CaseWorld, client: Client): Promise<string> {
  const { id, taskQueue } = world;
  const handle = await client.workflow.start("OrderClass", { workflowId: id(), taskQueue, args: ["tea"] });
  assert.equal(await handle.query("count"), 1);
  assert.equal(await handle.executeUpdate("add", { args: ["milk"] }), 2);
  const refused = await rejection(handle.executeUpdate("add", { args: [""] }));
  assert.ok(refused instanceof WorkflowUpdateFailedError);
  const { message, type } = refused.cause as ApplicationFailure;
  assert.deepEqual([message, type], ["no item", "NoItem"]);
  await handle.signal("somethingElse", 1, { two: 2 });
  assert.deepEqual(await handle.executeUpdate("change", { args: ["x"] }), ["change", 2]);
  assert.deepEqual(await handle.query("whatever", "a"), ["whatever", "a"]);
  await handle.signal("close");
  assert.deepEqual(await handle.result(), {
    greeting: "Hello, tea!",
    items: ["tea", "Hello, milk!"],
    others: [
      ["somethingElse", 1, { two: 2 }],
      ["change", "x"],
    ],
  });
  assert.deepEqual(
    await client.workflow.execute("anyType", { workflowId: id(), taskQueue, args: ["a", 1] }),
    ["anyType", "a", 1],
  );
  return handle.workflowId;
}

/**
 * The first task is answered while its local activity runs; then the worker goes away, and the one that takes the run over gets an
 * update with its first task. The handler is there before the `run` method begins, but its turn comes after.
 */
async function takeOver({ client, id, taskQueue, withWorker }: CaseWorld): Promise<void> {
  const workflowBundle = await bundleOfClasses();
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let calls = 0;
  /** The first call heeds nothing and brings its answer too late. */
  const greet = async (name: string): Promise<string> => {
    calls += 1;
    if (calls === 1) await held;
    return `Hello, ${name}!`;
  };
  const started = { workflowId: id(), taskQueue, args: ["tea"], workflowTaskTimeout: "1 second" } as const;
  const forced = withWorker(
    async () => {
      const handle = await client.workflow.start("OrderClass", { ...started, args: ["tea"] });
      await eventually("the answer to the first task", async () => {
        const { events } = await handle.fetchHistory();
        return (
          events.some(({ attributes }) => attributes.case === "workflowTaskCompletedEventAttributes") ||
          undefined
        );
      });
    },
    { workflowBundle, activities: { greet }, shutdownGraceTime: 50, shutdownForceTime: 300 },
  );
  assert.ok((await rejection(forced)) instanceof GracefulShutdownPeriodExpiredError);
  const handle = client.workflow.getHandle(started.workflowId);
  const items = ["tea", "Hello, milk!"];
  const asked = handle.executeUpdate("add", { args: ["milk"] });
  await withWorker(
    async () => {
      assert.equal(await asked, 2);
      await handle.signal("close");
      assert.deepEqual(await handle.result(), { greeting: "Hello, tea!", items, others: [] });
    },
    { workflowBundle, activities: { greet } },
  );
  release();
  // A replay for a query: were results to change places, no command would tell.
  await withWorker(async () => assert.deepEqual(await handle.query("items"), items), { workflowBundle });
  await Worker.runReplayHistory({ workflowBundle }, await handle.fetchHistory(), started.workflowId);
}

let bundle: Promise<{ code: string }> | undefined;

/** In a bundle of its own, since its dynamic class takes every type. */
function bundleOfClasses(): Promise<{ code: string }> {
  const workflowsPath = fileURLToPath(new URL("../case-workflows/order-class.ts", import.meta.url));
  bundle ??= bundleWorkflowCode({ workflowsPath });
  return bundle;
}

const takenOver: Case = {
  name: "classes: an update with the first task of the worker that takes a run over comes after what that run had done",
  run: takeOver,
};

const placed: readonly Case[] = [100, 0].flatMap((maxCachedWorkflows) => [
  {
    name: `classes: init, updates with validators, local activities, dynamic handlers and workflows (cache of ${maxCachedWorkflows})`,
    async run(world: CaseWorld) {
      const workflowBundle = await bundleOfClasses();
      await world.withWorker(() => placeOrder(world, world.client), { workflowBundle, maxCachedWorkflows });
    },
  },
  {
    name: `classes: the same behind a codec, local activities too (cache of ${maxCachedWorkflows})`,
    async run(world: CaseWorld) {
      const dataConverter = { payloadCodecs: [new LetterCodec()] };
      const client = new Client({ connection: world.connection, dataConverter });
      const workflowBundle = await bundleOfClasses();
      const workflowId = await world.withWorker(() => placeOrder(world, client), {
        workflowBundle,
        maxCachedWorkflows,
        dataConverter,
      });
      // The results of local activities are in markers: encoded as well, though the facts beside them are not.
      const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
      const results = events.flatMap(({ attributes }) =>
        attributes.case === "markerRecordedEventAttributes"
          ? [attributes.value.details["result"]?.payloads[0]?.data[0]]
          : [],
      );
      assert.deepEqual(results, [120, 120]);
    },
  },
]);

export const classCases: readonly Case[] = [...placed, takenOver];
