/** Workflows as decorated classes: what the official SDK does not have, so that there is no recorded history. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Client, WorkflowUpdateFailedError } from "perdure/client";
import type { ApplicationFailure, Payload } from "perdure/common";
import type { PayloadCodec } from "perdure/converter";
import { bundleWorkflowCode } from "perdure/worker";
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
  // A query within the first task would end that task before its local activity.
  await eventually("the end of the first local activity", async () => {
    const { events } = await handle.fetchHistory();
    return events.some(({ attributes }) => attributes.case === "markerRecordedEventAttributes") || undefined;
  });
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

let bundle: Promise<{ code: string }> | undefined;

/** In a bundle of its own, since its dynamic class takes every type. */
function bundleOfClasses(): Promise<{ code: string }> {
  const workflowsPath = fileURLToPath(new URL("../case-workflows/order-class.ts", import.meta.url));
  bundle ??= bundleWorkflowCode({ workflowsPath });
  return bundle;
}

export const classCases: readonly Case[] = [100, 0].flatMap((maxCachedWorkflows) => [
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
