/**
 * `perdure dev` as users run it: a process of its own, on Node, Bun and Deno, that is asked to stop by signals.
 *
 * `tsx test/cli/dev-processes.ts [node|bun|deno]...`; without a name: all three. Closes with `N passed, N failed, 0 skipped`.
 */
import assert from "node:assert/strict";
import { connect, createServer, type Socket } from "node:net";
import process from "node:process";
import { buildIfStale } from "../harness/build.ts";
import { freePort } from "../harness/real-server.ts";
import { RUNTIMES } from "../harness/runtimes.ts";
import { CliProcess, PATIENCE_MS } from "./cli-process.ts";

type Start = (...args: readonly string[]) => CliProcess;

const SERVICE = "temporal.api.workflowservice.v1.WorkflowService";

async function get(url: string): Promise<Response> {
  return await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
}

async function describeDefault(address: string): Promise<string> {
  const answer = await get(`http://${address}/api/v1/namespaces/default`);
  const body = (await answer.json()) as { readonly namespaceInfo?: { readonly name?: string } };
  return body.namespaceInfo?.name ?? `${answer.status}`;
}

/** A poll that nothing answers, and a connection that says nothing: neither may hold the process. */
async function lean(address: string): Promise<{ readonly poll: Promise<unknown>; readonly socket: Socket }> {
  const [host = "", port = ""] = address.split(":");
  const socket = connect(Number(port), host);
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("connect", resolve));
  const poll = fetch(`http://${address}/${SERVICE}/PollWorkflowTaskQueue`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "connect-protocol-version": "1",
      "connect-timeout-ms": "60000",
    },
    body: JSON.stringify({ namespace: "default", taskQueue: { name: "idle" }, identity: "idle" }),
  }).then(
    (answer) => answer.text(),
    (error: unknown) => error,
  );
  // Long enough for the poll to be there, as a poll of the same queue is told of.
  for (;;) {
    const told = await get(`http://${address}/api/v1/namespaces/default/task-queues/idle?taskQueueType=1`);
    if ((await told.text()).includes('"idle"')) return { poll, socket };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function stopsBy(start: Start, signal: "SIGINT" | "SIGTERM"): Promise<void> {
  const dev = start("--port", "0", "--log-level", "info");
  const address = await dev.address();
  const leaning = await lean(address);
  const ended = await dev.stop(signal);
  assert.deepEqual(ended, { code: 0, signal: null }, dev.err);
  assert.equal(dev.err, `perdure dev: ${signal}, stopping\n`);
  await leaning.poll;
  leaning.socket.destroy();
  await assert.rejects(describeDefault(address));
}

const cases: Readonly<Record<string, (start: Start) => Promise<void>>> = {
  "stops on SIGINT, with polls and connections open": (start) => stopsBy(start, "SIGINT"),
  "stops on SIGTERM, with polls and connections open": (start) => stopsBy(start, "SIGTERM"),
  "says what it serves, and serves it": async (start) => {
    const httpPort = await freePort();
    const args = ["--port", "0", "--http-port", String(httpPort), "--namespace", "other", "--time-skipping"];
    const dev = start(...args);
    const address = await dev.address();
    const http = /HTTP API:\s+(\S+)/.exec(dev.out)?.[1] ?? "";
    assert.ok(http.endsWith(`:${httpPort}`), dev.out);
    assert.match(dev.out, /Namespaces:\s+default, other\n/);
    assert.match(dev.out, /Time:\s+skips when unlocked\n/);
    assert.equal(await describeDefault(address), "default");
    assert.equal(await describeDefault(http), "default");
    assert.deepEqual(await dev.stop("SIGTERM"), { code: 0, signal: null }, dev.err);
    assert.equal(dev.err, "");
  },
  "says that a port is taken, and what to do": async (start) => {
    const holder = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => holder.once("listening", resolve));
    const address = holder.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const dev = start("--ip", "127.0.0.1", "--port", String(port));
    assert.deepEqual(await dev.end(), { code: 2, signal: null });
    assert.ok(dev.err.includes(`perdure dev: port ${port} is taken: another server runs there`), dev.err);
    assert.match(dev.err, /choose one with --port/);
    assert.equal(dev.out, "");
    holder.close();
  },
  "refuses what it cannot heed, with the reason": async (start) => {
    const wrong: readonly (readonly [string[], RegExp])[] = [
      [["--search-attribute", "A=Number"], /--search-attribute is 'A=Number'; it must be name=type/],
      [["--log-level", "loud"], /--log-level is 'loud'; it must be one of debug, info/],
      [["--colour"], /--colour/],
      [["extra"], /'extra' is too much/],
      [["--db-filename", "x.db"], /keeps nothing on disk/],
    ];
    for (const [args, reason] of wrong) {
      const dev = start("--port", "0", ...args);
      assert.deepEqual(await dev.end(), { code: 2, signal: null });
      assert.match(dev.err, reason);
      assert.equal(dev.out, "");
    }
  },
  "writes its log as JSON": async (start) => {
    const dev = start("--port", "0", "--log-level", "info", "--log-format", "json", "--ui-port", "1");
    await dev.address();
    assert.deepEqual(await dev.stop("SIGTERM"), { code: 0, signal: null }, dev.err);
    const lines = dev.err.trim().split("\n");
    const told = lines.map((line) => {
      const { level, msg } = JSON.parse(line) as Readonly<Record<string, string>>;
      return [level, msg];
    });
    assert.deepEqual(told, [
      ["WARN", "there is no web UI here: --ui-port without effect"],
      ["INFO", "SIGTERM, stopping"],
    ]);
  },
  "leaves its port to the next one": async (start) => {
    const port = String(await freePort());
    for (let round = 0; round < 2; round += 1) {
      const dev = start("--port", port);
      assert.equal(await describeDefault(await dev.address()), "default");
      assert.deepEqual(await dev.stop("SIGINT"), { code: 0, signal: null }, dev.err);
    }
  },
};

async function main(): Promise<void> {
  const named = process.argv.slice(2);
  let passed = 0;
  let failed = 0;
  if (!buildIfStale()) throw new Error("the build failed");
  for (const runtime of RUNTIMES.filter((name) => named.length === 0 || named.includes(name))) {
    for (const [title, run] of Object.entries(cases)) {
      const started: CliProcess[] = [];
      const start: Start = (...args) => {
        const dev = new CliProcess(runtime, ["dev", ...args]);
        started.push(dev);
        return dev;
      };
      try {
        await run(start);
        passed += 1;
        console.log(`ok   ${runtime}: ${title}`);
      } catch (error) {
        failed += 1;
        console.log(`FAIL ${runtime}: ${title}\n${error instanceof Error ? error.stack : String(error)}`);
      } finally {
        for (const dev of started) dev.kill();
      }
    }
  }
  console.log(`${passed} passed, ${failed} failed, 0 skipped`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
