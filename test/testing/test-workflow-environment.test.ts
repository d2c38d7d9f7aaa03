import { setTimeout as delay } from "node:timers/promises";
import { Client, WorkflowFailedError } from "perdure/client";
import { TestWorkflowEnvironment, TimeSkippingClient } from "perdure/testing";
import { expect, onTestFinished, test } from "vitest";
import { EmbeddedServer } from "../../src/server/server.ts";
import { Connection } from "../../src/transport/connection.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** A workflow on which nobody works: it begins a day from now, and can only be ended. */
const tomorrow = { taskQueue: "nobody", startDelay: "1 day" } as const;

/** Waits until time has moved by a day; the test's own timeout is what ends it otherwise. */
async function untilNextDay(env: TestWorkflowEnvironment, sinceMs: number): Promise<void> {
  while ((await env.currentTimeMs()) < sinceMs + DAY_MS) await delay(5);
}

test("waiting for a result lets time skip, but not where that is disabled", async () => {
  await using env = await TestWorkflowEnvironment.createTimeSkipping();
  const beforeMs = await env.currentTimeMs();
  const one = await env.client.workflow.start("unknown", { ...tomorrow, workflowId: "one" });
  const waiting = await env.autoTimeSkippingDisabled(async () => {
    const result = one.result().catch((error: unknown) => error);
    await env.settle();
    expect((await env.currentTimeMs()) - beforeMs).toBeLessThan(MINUTE_MS);
    await env.sleep("1 hour");
    const sleptMs = (await env.currentTimeMs()) - beforeMs;
    expect(sleptMs).toBeGreaterThanOrEqual(DAY_MS / 24);
    expect(sleptMs).toBeLessThan(DAY_MS / 24 + MINUTE_MS);
    // Nested: the inner end does not end the outer one.
    await env.autoTimeSkippingDisabled(() => undefined);
    const other = one.result().catch((error: unknown) => error);
    await env.settle();
    expect((await env.currentTimeMs()) - beforeMs).toBeLessThan(DAY_MS / 24 + MINUTE_MS);
    return { ended: Promise.all([result, other]) };
  });
  const last = one.result().catch((error: unknown) => error);
  await untilNextDay(env, beforeMs);
  await one.terminate();
  for (const error of [...(await waiting.ended), await last]) {
    expect(error).toBeInstanceOf(WorkflowFailedError);
  }
  await expect(env.autoTimeSkippingDisabled(() => Promise.reject(new RangeError("own")))).rejects.toThrow(
    "own",
  );
  const afterMs = await env.currentTimeMs();
  const two = await env.client.workflow.start("unknown", { ...tomorrow, workflowId: "two" });
  const result = two.result().catch((error: unknown) => error);
  await untilNextDay(env, afterMs);
  await two.terminate();
  expect(await result).toBeInstanceOf(WorkflowFailedError);
});

test("a time-skipping client made by hand skips as the environment's own does", async () => {
  await using env = await TestWorkflowEnvironment.createTimeSkipping();
  const { connection, namespace } = env;
  const client = new TimeSkippingClient({ connection, namespace });
  const beforeMs = await env.currentTimeMs();
  const handle = await client.workflow.start("unknown", { ...tomorrow, workflowId: "one" });
  const result = handle.result().catch((error: unknown) => error);
  await untilNextDay(env, beforeMs);
  await handle.terminate();
  expect(await result).toBeInstanceOf(WorkflowFailedError);
});

test("has the names by which older tests of the official SDK reach its clients", async () => {
  await using env = await TestWorkflowEnvironment.createLocal();
  expect(env.workflowClient).toBe(env.client.workflow);
  expect(env.asyncCompletionClient).toBe(env.client.activity);
  expect(env.nativeConnection).toBe(env.connection);
  expect(env.connectionOptions).toEqual({});
  expect(env.address).toBeUndefined();
});

test("tells how it connected to an existing server, so that others can connect alike", async () => {
  const server = new EmbeddedServer({ namespaces: ["orders"] });
  onTestFinished(() => server.close());
  const { address } = await server.listen({ port: 0 });
  const connectionOptions = { metadata: { team: "tests" } };
  const env = await TestWorkflowEnvironment.createFromExistingServer({
    address,
    namespace: "orders",
    connectionOptions,
  });
  expect(env).toMatchObject({ address, namespace: "orders", connectionOptions, supportsTimeSkipping: false });
  await env.registerSearchAttributes({ CustomerId: "KEYWORD" });
  const { keys } = await env.connection.workflowService.getSearchAttributes({});
  expect(keys).toHaveProperty("WorkflowId");
  const other = await Connection.connect({ ...env.connectionOptions, address: env.address! });
  const client = new Client({ connection: other, namespace: env.namespace });
  await env.client.workflow.start("unknown", { ...tomorrow, workflowId: "one" });
  expect((await client.workflow.count("CustomerId IS NULL")).count).toBe(1);
  await other.close();
  await env.teardown();
  // The server is not the environment's own: it still answers.
  const again = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace: "orders" });
  expect((await again.client.workflow.getHandle("one").describe()).status.name).toBe("RUNNING");
  await again.teardown();
});

test("a sleep that outlives its environment says so, as does one that comes after", async () => {
  const env = await TestWorkflowEnvironment.createLocal();
  const sleeping = expect(env.sleep("1 hour")).rejects.toThrow("the test environment is torn down");
  await Promise.all([env.teardown(), env.teardown(), env[Symbol.asyncDispose]()]);
  await sleeping;
  await expect(env.sleep(1)).rejects.toThrow("the test environment is torn down");
});
