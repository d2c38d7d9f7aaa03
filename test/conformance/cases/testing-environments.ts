/** Test environments as a whole: many at once, their ends, the real dev server, assertions, activities without a server. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Context } from "perdure/activity";
import { ApplicationFailure, Connection, WorkflowFailedError } from "perdure/client";
import { defineSearchAttributeKey, TypedSearchAttributes } from "perdure/common";
import {
  MockActivityEnvironment,
  TestWorkflowEnvironment,
  workflowInterceptorModules,
} from "perdure/testing";
import { bundleWorkflowCode } from "perdure/worker";
import { findTemporal } from "../../harness/real-server.ts";
import { greeting } from "../case-workflows/plain.ts";
import { asserting, sleeper } from "../case-workflows/skipping.ts";
import { type Case, rejection } from "./case.ts";
import { inEnvironment } from "./testing-environment.ts";

const DAY = 24 * 3600 * 1000;
const MANY = 300;

/** Starts a program on the runtime that runs this one, and gives its exit code and what it printed. */
function program(file: string): Promise<{ readonly code: number | null; readonly printed: string }> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [...runtimeArguments(), path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.on("data", (chunk: unknown) => {
    printed += String(chunk);
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, printed })));
}

/** Which server listens there; nothing when none does. Throws when it listens and does not answer as a server of Temporal's. */
async function clusterAt(address: string | undefined): Promise<string | undefined> {
  let connection: Connection;
  try {
    connection = await Connection.connect({
      address: address ?? assert.fail("no address"),
      connectTimeout: "2s",
    });
  } catch (error) {
    assert.match(String(error), /Failed to connect/);
    return undefined;
  }
  try {
    return (await connection.workflowService.getClusterInfo({})).clusterId;
  } finally {
    await connection.close();
  }
}

function runtimeArguments(): string[] {
  if ("Deno" in globalThis) return ["run", "--allow-all", "--quiet", "--no-check"];
  return "Bun" in globalThis ? ["run"] : ["--import", "tsx"];
}

export const testingEnvironmentCases: readonly Case[] = [
  {
    name: "testing: hundreds of environments side by side, each with its own time",
    async run() {
      await Promise.all(
        Array.from({ length: MANY }, async (_, index) => {
          await using env = await TestWorkflowEnvironment.createTimeSkipping();
          const days = index + 1;
          const beforeMs = await env.currentTimeMs();
          const handle = await env.client.workflow.start("nobody-works-on-it", {
            taskQueue: "tests",
            workflowId: "the-same",
            startDelay: `${days} days`,
          });
          await env.sleep(days * DAY - 60_000);
          assert.equal((await handle.fetchHistory()).events.length, 1);
          await env.sleep("1 minute");
          assert.equal((await handle.fetchHistory()).events.length, 2);
          const sleptMs = (await env.currentTimeMs()) - beforeMs - days * DAY;
          assert.ok(sleptMs >= 0 && sleptMs < 60_000, `${sleptMs} ms`);
        }),
      );
    },
  },
  {
    name: "testing: environments with workers side by side",
    async run(world) {
      await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          inEnvironment(world, async ({ env, start }) => {
            const [startMs, endMs] = await env.client.workflow.execute(sleeper, {
              ...start(),
              args: [index + 1],
            });
            assert.ok(Math.abs(endMs - startMs - (index + 1) * DAY) < 5_000);
          }),
        ),
      );
    },
  },
  {
    name: "testing: a process with environments ends by itself, torn down or not",
    async run() {
      const { code, printed } = await program("../testing-exit.ts");
      assert.deepEqual({ code, printed: printed.trim() }, { code: 0, printed: "done" });
    },
  },
  {
    name: "testing: what comes after teardown says that the connection is closed",
    run: (world) =>
      inEnvironment(world, async ({ start }) => {
        const env = await TestWorkflowEnvironment.createTimeSkipping();
        const handle = await env.client.workflow.start(sleeper, { ...start(), args: [1] });
        const sleeping = rejection(env.sleep("1 day").then(() => env.sleep("1 day")));
        const waiting = rejection(handle.result());
        await Promise.all([env.teardown(), env.teardown()]);
        await env.teardown();
        for (const error of [await rejection(env.sleep(1)), await rejection(env.currentTimeMs())]) {
          assert.match(error.message, /the connection is closed/);
        }
        const started = await rejection(env.client.workflow.start(sleeper, { ...start(), args: [1] }));
        assert.match(`${started.message} ${started.cause}`, /the connection is closed/);
        for (const error of [await sleeping, await waiting]) {
          assert.match(`${error.message} ${error.cause}`, /the connection is closed/);
        }
        await env.settle();
      }),
  },
  {
    name: "testing: createLocal lives in real time, with the namespace and search attributes it was told",
    async run({ bundles }) {
      const customer = defineSearchAttributeKey("CustomerId", "KEYWORD");
      await using env = await TestWorkflowEnvironment.createLocal({
        server: { namespace: "orders", searchAttributes: [customer] },
        client: { identity: "the test" },
      });
      assert.equal(env.namespace, "orders");
      assert.equal(env.supportsTimeSkipping, false);
      assert.ok(Math.abs((await env.currentTimeMs()) - Date.now()) < 1_000);
      await env.registerSearchAttributes({ Amount: "INT" });
      const amount = defineSearchAttributeKey("Amount", "INT");
      const handle = await env.client.workflow.start(greeting, {
        taskQueue: "tests",
        workflowId: "order-1",
        args: ["you"],
        typedSearchAttributes: new TypedSearchAttributes([
          { key: customer, value: "ada" },
          { key: amount, value: 5 },
        ]),
      });
      const query = 'CustomerId = "ada" AND Amount > 4';
      assert.equal((await env.client.workflow.count(query)).count, 1);
      const start = performance.now();
      await env.sleep(50);
      assert.ok(performance.now() - start >= 45);
      await handle.terminate();
      assert.ok(bundles.cases);
    },
  },
  {
    name: "testing: createLocal with the real dev server runs it as a process, and ends it",
    async run({ bundles, id }) {
      const { Worker } = await import("perdure/worker");
      const { caseActivities } = await import("../case-activities.ts");
      let cluster: string | undefined;
      const env = await TestWorkflowEnvironment.createLocal({
        server: {
          type: "dev-server",
          existingPath: findTemporal().path,
          namespace: "orders",
          searchAttributes: { CustomerId: "KEYWORD" },
        },
      });
      try {
        const worker = await Worker.create({
          connection: env.nativeConnection,
          namespace: env.namespace,
          taskQueue: "tests",
          workflowBundle: bundles.cases,
          activities: caseActivities,
        });
        const options = { taskQueue: "tests", workflowId: id(), args: ["you"] as [string] };
        assert.equal(await worker.runUntil(env.client.workflow.execute(greeting, options)), "Hello, you!");
        await assert.rejects(env.settle(), /embedded servers only/);
        const endpoint = await env.createNexusEndpoint(`payments-${id()}`, "tests");
        await env.deleteNexusEndpoint(endpoint);
        await assert.rejects(env.deleteNexusEndpoint(endpoint), /NOT_FOUND/);
        const existing = await TestWorkflowEnvironment.createFromExistingServer({
          address: env.address ?? assert.fail("no address"),
          namespace: "orders",
        });
        assert.equal(await existing.client.workflow.getHandle(options.workflowId).result(), "Hello, you!");
        await existing.teardown();
        cluster = await clusterAt(env.address);
      } finally {
        await env.teardown();
      }
      assert.ok(cluster);
      // Somebody else's server may have come to its port meanwhile.
      assert.notEqual(await clusterAt(env.address), cluster);
    },
  },
  {
    name: "testing: a failed assertion fails the workflow with the interceptors for it",
    async run(world) {
      const workflowBundle = await bundleWorkflowCode({
        workflowsPath: fileURLToPath(new URL("../case-workflows/skipping.ts", import.meta.url)),
        workflowInterceptorModules,
      });
      await inEnvironment(
        world,
        async ({ env, start }) => {
          assert.equal(await env.client.workflow.execute(asserting, { ...start(), args: [1] }), 1);
          const error = await rejection(env.client.workflow.execute(asserting, { ...start(), args: [2] }));
          assert.ok(error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure);
          assert.equal(error.cause.type, "AssertionError");
          assert.equal(error.cause.nonRetryable, true);
        },
        { workflowBundle },
      );
    },
  },
  {
    name: "testing: an activity without a server uses the client that it is given",
    async run(world) {
      await inEnvironment(world, async ({ env, start }) => {
        const activity = new MockActivityEnvironment({}, { client: env.client });
        const greet = (name: string): Promise<string> =>
          Context.current().client.workflow.execute(greeting, { ...start(), args: [name] });
        assert.equal(await activity.run(greet, "Ada"), "Hello, Ada!");
      });
      const cancelled = new MockActivityEnvironment();
      await using env = await TestWorkflowEnvironment.createLocal();
      const sleeping = cancelled.run(() => env.sleep("1 hour"));
      cancelled.cancel();
      assert.equal((await rejection(sleeping)).name, "CancelledFailure");
    },
  },
];
