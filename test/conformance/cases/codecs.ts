/** Converters and codecs. */
import assert from "node:assert/strict";
import { Client } from "perdure/client";
import type { Payload } from "perdure/common";
import type { PayloadCodec } from "perdure/converter";
import { echo, greeting } from "../case-workflows/plain.ts";
import { type Case, type CaseWorld, eventually, rejection } from "./case.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Turns every byte around, after a while, and marks what it touched. */
class SlowCodec implements PayloadCodec {
  batches = 0;
  readonly #delayMs: number;

  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    await this.#wait();
    return payloads.map(({ metadata, data }) => ({
      metadata: { encoding: text("binary/flipped"), original: metadata?.["encoding"] ?? text("") },
      data: data?.map((byte) => byte ^ 0xff) ?? new Uint8Array(),
    }));
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    await this.#wait();
    return payloads.map(({ metadata, data }) => {
      assert.equal(new TextDecoder().decode(metadata?.["encoding"]), "binary/flipped");
      return {
        metadata: { encoding: metadata?.["original"] ?? text("") },
        data: data?.map((byte) => byte ^ 0xff) ?? new Uint8Array(),
      };
    });
  }

  async #wait(): Promise<void> {
    this.batches++;
    await new Promise((resolve) => setTimeout(resolve, this.#delayMs));
  }
}

class ThrowingCodec implements PayloadCodec {
  async encode(): Promise<Payload[]> {
    throw new Error("the key store is away");
  }
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads;
  }
}

function clientWith({ connection }: CaseWorld, codec: PayloadCodec): Client {
  return new Client({ connection, dataConverter: { payloadCodecs: [codec] } });
}

export const codecCases: readonly Case[] = [
  {
    name: "codec: 50 ms latency on every payload, and the server sees only encoded bytes",
    async run(world) {
      const codec = new SlowCodec(50);
      const client = clientWith(world, codec);
      await world.withWorker(
        async () => {
          const handle = await client.workflow.start(greeting, {
            workflowId: world.id(),
            taskQueue: world.taskQueue,
            args: ["Ada"],
          });
          assert.equal(await handle.result(), "Hello, Ada!");
          for (const { attributes } of (await handle.fetchHistory()).events) {
            if (attributes.case !== "activityTaskScheduledEventAttributes") continue;
            const encoding = attributes.value.input?.payloads[0]?.metadata["encoding"];
            assert.equal(new TextDecoder().decode(encoding), "binary/flipped");
          }
        },
        { dataConverter: { payloadCodecs: [codec] } },
      );
    },
  },
  {
    name: "codec: one that throws fails the task, and the error says what it said",
    async run(world) {
      const { client, id, taskQueue } = world;
      await world.withWorker(
        async () => {
          const handle = await client.workflow.start(echo, { workflowId: id(), taskQueue, args: ["x"] });
          const message = await eventually("a failed task", async () => {
            for (const { attributes } of (await handle.fetchHistory()).events) {
              if (attributes.case === "workflowTaskFailedEventAttributes")
                return attributes.value.failure?.message;
            }
            return undefined;
          });
          assert.match(message, /the key store is away/);
          await handle.terminate();
        },
        { dataConverter: { payloadCodecs: [new ThrowingCodec()] } },
      );
    },
  },
  {
    name: "codec: one that throws in the client fails the call",
    async run(world) {
      const client = clientWith(world, new ThrowingCodec());
      const error = await rejection(
        client.workflow.start(echo, { workflowId: world.id(), taskQueue: world.taskQueue, args: ["x"] }),
      );
      assert.match(
        `${error.message} ${(error.cause as Error | undefined)?.message}`,
        /the key store is away/,
      );
    },
  },
  {
    name: "converter: undefined, null, bytes, unicode and nesting survive",
    async run({ client, id, taskQueue, withWorker }) {
      await withWorker(async () => {
        const values = [
          undefined,
          null,
          true,
          -0.5,
          "naïve 🫖 \u2028",
          [1, [2]],
          { a: { b: null } },
          new Uint8Array([0, 255, 7]),
        ];
        for (const value of values) {
          assert.deepEqual(
            await client.workflow.execute(echo, { workflowId: id(), taskQueue, args: [value] }),
            value,
          );
        }
      });
    },
  },
];
