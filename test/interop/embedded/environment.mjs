/** The official testing package's environments, unchanged, on `perdure dev`. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { defineSearchAttributeKey, SearchAttributeType } from "@temporalio/common";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker } from "@temporalio/worker";
import { withServerPrograms } from "./server-programs.mjs";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const taskQueue = "official-environment";
const start = (...args) => ({ taskQueue, workflowId: `env-${randomUUID()}`, args });

function near(actual, expected) {
  ok(actual >= expected && actual < expected + MINUTE_MS, `${actual} is not ${expected}`);
}

/** Time stands: nobody waits, so that only real time passes. */
async function assertStands(env) {
  const before = await env.currentTimeMs();
  await new Promise((resolve) => setTimeout(resolve, 100));
  near(await env.currentTimeMs(), before);
}

const cases = {
  async "a result lets time skip, and then it stands again"(env) {
    const before = await env.currentTimeMs();
    near(await env.client.workflow.execute("sleepsADay", start()), DAY_MS);
    near(await env.currentTimeMs(), before + DAY_MS);
    await assertStands(env);
  },

  async "several results at a time"(env) {
    const all = [1, 2, 3].map(() => env.client.workflow.execute("sleepsADay", start()));
    for (const slept of await Promise.all(all)) near(slept, DAY_MS);
    await assertStands(env);
  },

  async "sleep moves time by what it was told"(env) {
    const handle = await env.client.workflow.start("sleepsADay", start());
    const before = await env.currentTimeMs();
    await env.sleep("12 hours");
    near(await env.currentTimeMs(), before + DAY_MS / 2);
    equal((await handle.describe()).status.name, "RUNNING");
    await env.sleep("1 day");
    equal((await handle.describe()).status.name, "COMPLETED");
    near(await handle.result(), DAY_MS);
  },

  async "sleep beside a result"(env) {
    const handle = await env.client.workflow.start("sleepsADay", start());
    const [slept] = await Promise.all([handle.result(), env.sleep("2 days")]);
    near(slept, DAY_MS);
    await assertStands(env);
  },

  async "sleep in an activity"(env) {
    const { first, ms } = await env.client.workflow.execute("timerOrActivity", start());
    equal(first, "timer");
    near(ms, DAY_MS);
  },

  async "activity mocks, signals before and after a deadline"(env, reminded) {
    const late = start();
    equal(await env.client.workflow.execute("reminder", late), "reminded");
    deepEqual(reminded, [late.workflowId]);
    const handle = await env.client.workflow.start("reminder", start());
    await env.sleep("29 days");
    await handle.signal("finish");
    equal(await handle.result(), "paid");
  },

  async "nested locks"({ connection, client }) {
    const { testService } = connection;
    await testService.lockTimeSkipping({});
    const waiting = client.workflow.execute("sleepsADay", start());
    const early = new Promise((resolve) => setTimeout(resolve, 200, "locked"));
    equal(await Promise.race([waiting, early]), "locked");
    await testService.unlockTimeSkipping({});
    near(await waiting, DAY_MS);
  },

  async "failures and time-outs of workflows"({ client }) {
    await rejects(client.workflow.execute("failing", start()), ({ cause }) => cause?.message === "as told");
    const short = { ...start(), workflowExecutionTimeout: "1 hour" };
    await rejects(
      client.workflow.execute("sleepsADay", short),
      ({ cause }) => cause?.name === "TimeoutFailure",
    );
  },
};

async function timeSkipping(report, workflowBundle, path) {
  const executable = { type: "existing-path", path };
  const env = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
  const reminded = [];
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    workflowBundle,
    workflowThreadPoolSize: 1,
    activities: {
      sleepsInEnvironment: (duration) => env.sleep(duration),
      remind: (id) => {
        reminded.push(id);
        return "reminded";
      },
    },
  });
  await worker.runUntil(async () => {
    // One after the other: the environment's clock is one.
    for (const [name, test] of Object.entries(cases))
      await report.check(`official test environment: ${name}`, () => test(env, reminded));
  });
  await env.teardown();
}

async function local(workflowBundle, path) {
  const server = {
    executable: { type: "existing-path", path },
    namespace: "orders",
    searchAttributes: [defineSearchAttributeKey("CustomerId", SearchAttributeType.KEYWORD)],
    extraArgs: ["--headless"],
  };
  const env = await TestWorkflowEnvironment.createLocal({ server });
  const existing = await TestWorkflowEnvironment.createFromExistingServer({
    address: env.address,
    namespace: "orders",
  });
  const worker = await Worker.create({
    connection: existing.nativeConnection,
    namespace: existing.namespace,
    taskQueue,
    workflowBundle,
    workflowThreadPoolSize: 1,
  });
  await worker.runUntil(async () => {
    equal(await env.client.workflow.execute("countDown", start(1)), true);
    equal((await existing.client.workflow.count("CustomerId IS NULL")).count, 2);
  });
  await existing.teardown();
  await env.teardown();
}

/** Environments that start `perdure dev` as their test server and as their dev server. */
export async function runEnvironment(report, workflowBundle) {
  await withServerPrograms(async ({ testServer, devServer }) => {
    await timeSkipping(report, workflowBundle, testServer);
    await report.check("official test environment: createLocal, createFromExistingServer", () =>
      local(workflowBundle, devServer),
    );
  });
}
