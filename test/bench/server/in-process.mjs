/**
 * Numbers of the embedded server in this process, under Perdure's own worker; one line of JSON for each.
 *
 *   node test/bench/server/in-process.mjs [names of rows]
 *
 * Needs `npm run build`; `npm run bench:server` runs all of it.
 */

import { readFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Client, Connection } from "perdure/client";
import { EmbeddedServer } from "perdure/server";
import { TestWorkflowEnvironment } from "perdure/testing";
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from "perdure/worker";

const processStart = performance.timeOrigin;
const MB = 1024 * 1024;
const round = (value, digits = 1) => Math.round(value * 10 ** digits) / 10 ** digits;
const rssMb = () => round(process.memoryUsage.rss() / MB, 0);
const quantile = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * share)];

let workflowBundle;
const bundle = async () => {
  workflowBundle ??= await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL("./workflows.mjs", import.meta.url)),
  });
  return workflowBundle;
};

/** CPU time of this thread alone (Linux), in milliseconds. */
const threadCpuMs = () => Number(readFileSync("/proc/self/schedstat", "utf8").split(" ")[0]) / 1e6;

/** The server, and the time that its calls took it in this thread before it waited for anything. */
function timed(server) {
  const port = {
    busyMs: 0,
    unary(...call) {
      const start = performance.now();
      const answer = server.unary(...call);
      port.busyMs += performance.now() - start;
      return answer;
    },
    close: async () => {},
  };
  return port;
}

/** Runs with a server and a connection of its own. */
async function onServer(use, options = {}) {
  const server = new EmbeddedServer(options);
  const port = timed(server);
  const connection = await Connection.connect({ transport: port });
  try {
    return await use({ port, connection, client: new Client({ connection }) });
  } finally {
    await connection.close();
    await server.close();
  }
}

async function withWorker(connection, use, options = {}) {
  const worker = await Worker.create({
    connection,
    taskQueue: "bench",
    workflowBundle: await bundle(),
    activities: { echo: async (value) => value },
    ...options,
  });
  return await worker.runUntil(use);
}

/** Calls `run` with 0 to `count - 1`, so many at a time. */
async function lanes(count, width, run) {
  let next = 0;
  const lane = async () => {
    while (next < count) await run(next++);
  };
  await Promise.all(Array.from({ length: width }, lane));
}

const rows = {
  /** From nothing to the first answered call; ≤ 50 ms. The process's own start and the modules' loading are told apart. */
  async start() {
    const times = [];
    for (let index = 0; index < 20; index++) {
      const start = performance.now();
      await onServer(async () => times.push(performance.now() - start));
    }
    return { firstMs: round(times[0]), medianMs: round(quantile(times, 0.5), 2), rssMb: rssMb() };
  },

  /** One activity each, so many under way; ≥ 500 a second, ≤ 1.5 ms of CPU of the server each. */
  async throughput({ count = 4_000, inFlight = 50 } = {}) {
    return await onServer(async ({ connection, client, port }) =>
      withWorker(connection, async () => {
        const run = (index) =>
          client.workflow.execute("one", { workflowId: `w-${index}`, taskQueue: "bench", args: [index] });
        await lanes(300, inFlight, (index) => run(`warm-${index}`));
        const cpu = process.cpuUsage();
        const start = performance.now();
        const { busyMs } = port;
        const thread = threadCpuMs();
        const turned = performance.eventLoopUtilization();
        await lanes(count, inFlight, run);
        const seconds = (performance.now() - start) / 1000;
        const { user, system } = process.cpuUsage(cpu);
        // On a machine that does other things too, a part of the time is spent waiting for a core.
        const { active } = performance.eventLoopUtilization(turned);
        const running = (threadCpuMs() - thread) / active;
        return {
          perSecond: round(count / seconds, 0),
          serverMsEach: round(((port.busyMs - busyMs) * running) / count, 2),
          cpuMsEach: round((user + system) / 1000 / count, 2),
          rssMb: rssMb(),
        };
      }),
    );
  },

  /** Start to result of one activity, one after the other; p50 ≤ 5 ms. */
  async latency({ count = 500 } = {}) {
    return await onServer(async ({ connection, client }) =>
      withWorker(connection, async () => {
        const times = [];
        for (let index = 0; index < count + 100; index++) {
          const start = performance.now();
          await client.workflow.execute("one", {
            workflowId: `w-${index}`,
            taskQueue: "bench",
            args: [index],
          });
          if (index >= 100) times.push(performance.now() - start);
        }
        return { p50Ms: round(quantile(times, 0.5), 2), p99Ms: round(quantile(times, 0.99), 2) };
      }),
    );
  },

  /** Workflows that sleep random days up to a year, with time skipping; ≤ 5 s. */
  async skipping({ count = 1_000 } = {}) {
    const env = await TestWorkflowEnvironment.createTimeSkipping();
    const result = await withWorker(env.connection, async () => {
      const cpu = process.cpuUsage();
      const start = performance.now();
      await Promise.all(
        Array.from({ length: count }, (_, index) =>
          env.client.workflow.execute("sleeper", {
            workflowId: `w-${index}`,
            taskQueue: "bench",
            args: [1 + ((index * 7919) % 365)],
          }),
        ),
      );
      const seconds = round((performance.now() - start) / 1000, 2);
      const { user, system } = process.cpuUsage(cpu);
      return { seconds, cpuSeconds: round((user + system) / 1e6, 2) };
    });
    await env.teardown();
    return result;
  },

  /** Open workflows that wait on a timer; 100,000 in ≤ 1 GB. A raw worker puts them there: the server alone is measured. */
  async open({ count = Number(process.env.COUNT ?? 100_000) } = {}) {
    const before = rssMb();
    return await onServer(async ({ connection, client }) => {
      const { workflowService } = connection;
      const namespace = "default";
      const start = performance.now();
      // As many tasks are taken as workflows are started, as a worker does that keeps up.
      await lanes(count, 20, async (index) => {
        await client.workflow.start("sleeper", { taskQueue: "bench", workflowId: `w-${index}` });
        const { taskToken } = await workflowService.pollWorkflowTaskQueue(
          { namespace, taskQueue: { name: "bench" }, identity: "bench" },
          { deadline: Date.now() + 60_000 },
        );
        const startTimer = { timerId: "1", startToFireTimeout: { seconds: 86_400n * 30n, nanos: 0 } };
        await workflowService.respondWorkflowTaskCompleted({
          namespace,
          taskToken,
          commands: [
            { commandType: 3, attributes: { case: "startTimerCommandAttributes", value: startTimer } },
          ],
        });
      });
      const seconds = round((performance.now() - start) / 1000);
      globalThis.gc?.();
      const { count: running } = await client.workflow.count('ExecutionStatus = "Running"');
      const heapMb = round(process.memoryUsage().heapUsed / MB, 0);
      return { running, rssMb: rssMb(), rssBeforeMb: before, heapMb, seconds };
    });
  },

  /** Paging a history of 50,000 events, as a client does; p99 of the event loop's delay ≤ 50 ms. */
  async paging({ events = 50_000 } = {}) {
    return await onServer(async ({ connection, client }) => {
      const handle = await client.workflow.start("listener", { workflowId: "long", taskQueue: "nobody" });
      const { workflowService } = connection;
      const signal = {
        namespace: "default",
        workflowExecution: { workflowId: "long" },
        signalName: "note",
      };
      // The server allows so many signals to a run; the rest are timers of tasks.
      const signals = Math.min(events, 9_900);
      for (let index = 0; index < signals; index++) await workflowService.signalWorkflowExecution(signal);
      let total = signals + 2;
      while (total < events) {
        const { taskToken } = await workflowService.pollWorkflowTaskQueue(
          { namespace: "default", taskQueue: { name: "nobody" }, identity: "bench" },
          { deadline: Date.now() + 60_000 },
        );
        const marker = {
          commandType: 9,
          attributes: { case: "recordMarkerCommandAttributes", value: { markerName: "m" } },
        };
        const commands = Array.from({ length: Math.min(2_000, events - total) }, () => marker);
        await workflowService.respondWorkflowTaskCompleted({
          namespace: "default",
          taskToken,
          commands,
          forceCreateNewWorkflowTask: true,
        });
        total += commands.length + 3;
      }
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      // It measures from its own first turn on.
      await new Promise((resolve) => setTimeout(resolve, 20));
      delay.reset();
      const start = performance.now();
      const history = await handle.fetchHistory();
      const seconds = (performance.now() - start) / 1000;
      // A delay counts when the loop turns.
      await new Promise((resolve) => setTimeout(resolve, 20));
      delay.disable();
      return {
        events: history.events.length,
        seconds: round(seconds, 2),
        delayP99Ms: round(delay.percentile(99) / 1e6),
        delayMaxMs: round(delay.max / 1e6),
      };
    });
  },
};

Runtime.install({ logger: new DefaultLogger("ERROR") });
const chosen = process.argv.slice(2);
for (const [name, measure] of Object.entries(rows)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const result = await measure();
  const whole = name === "start" ? { sinceProcessStartMs: round(Date.now() - processStart, 0) } : {};
  console.log(JSON.stringify({ row: name, ...result, ...whole }));
}
