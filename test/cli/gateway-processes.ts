/**
 * `perdure gateway` as users run it: a process of its own, on Node, Bun and Deno, whose file of tokens changes while it serves.
 *
 * `tsx --tsconfig tsconfig.check.json test/cli/gateway-processes.ts [node|bun|deno]...`; without a name: all three, at once, since most of it is waiting until the
 * gateway looks at the file. Closes with `N passed, N failed, 0 skipped`.
 */
import assert from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { Client, Connection, type ConnectionOptions } from "../../src/client/mod.ts";
import { EmbeddedServer } from "../../src/server/mod.ts";
import { buildIfStale } from "../harness/build.ts";
import { RUNTIMES, type RuntimeName } from "../harness/runtimes.ts";
import { until } from "../transport/fault.ts";
import { CliProcess, PATIENCE_MS } from "./cli-process.ts";

const OLD = "token-before-0123456789";
const NEW = "token-afterwards-0123456789";
const listOf = (token: string): string => JSON.stringify([{ token, name: "shop" }]);

/** A file that others write and this process can only name. */
class TokensFile {
  readonly folder: string = mkdtempSync(join(tmpdir(), "perdure-gateway-"));
  readonly path: string = join(this.folder, "tokens.json");

  /** As those do it who want nobody to see half of it. */
  write(content: string): void {
    const other = join(this.folder, "new.json");
    writeFileSync(other, content);
    renameSync(other, this.path);
  }
}

/** The poll is at the server, so it was let through. */
async function pollArrives(server: EmbeddedServer): Promise<void> {
  const { workflowService } = await Connection.connect({ transport: server });
  const queue = { namespace: "default", taskQueue: { name: "orders" }, taskQueueType: 1 };
  const end = Date.now() + PATIENCE_MS;
  while ((await workflowService.describeTaskQueue(queue)).pollers.length === 0) {
    assert.ok(Date.now() < end, "no poll arrived");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The status of a call with a token: 0 is good. */
async function statusWith(connection: Connection): Promise<number> {
  const options = { retry: false, deadline: Date.now() + PATIENCE_MS } as const;
  return connection.workflowService.countWorkflowExecutions({ namespace: "default" }, options).then(
    () => 0,
    (error: { readonly status: number }) => error.status,
  );
}

async function tokensChange(runtime: RuntimeName): Promise<void> {
  const server = new EmbeddedServer();
  const upstream = (await server.listen()).address;
  const file = new TokensFile();
  file.write(listOf(OLD));
  // All that README names for it on Deno.
  const permissions = ["--allow-net=127.0.0.1", `--allow-read=${file.folder}`];
  const args = ["gateway", "--upstream", upstream, "--listen", "0", "--tokens", file.path, "--quiet"];
  const gateway = new CliProcess(runtime, args, permissions);
  const connections: Connection[] = [];
  const connect = (options: ConnectionOptions): Connection => {
    const connection = Connection.lazy({ tls: false, interceptors: [], ...options });
    connections.push(connection);
    return connection;
  };
  try {
    const address = await gateway.address();
    const before = connect({ address, apiKey: OLD });
    const after = connect({ address: `http://${address}`, protocol: "connect", apiKey: NEW });
    assert.deepEqual([await statusWith(before), await statusWith(after)], [0, 16]);
    const poll = before.workflowService.pollWorkflowTaskQueue({
      namespace: "default",
      taskQueue: { name: "orders" },
      identity: "old",
    });
    await pollArrives(server);

    file.write(listOf(NEW).slice(1));
    await until(() => gateway.err.includes("not usable"), "the look at a broken file");
    assert.match(
      gateway.err,
      /new tokens are not usable, the old stay in force: --tokens: \S+ is not JSON\n/,
    );
    assert.deepEqual([await statusWith(before), await statusWith(after)], [0, 16]);

    file.write(listOf(NEW));
    await until(() => gateway.err.includes("took the new tokens"), "the look at the new file");
    // On the connection that the old token made, too.
    assert.deepEqual([await statusWith(before), await statusWith(after)], [16, 0]);
    const { workflow } = new Client({ connection: after });
    await workflow.start("order", { taskQueue: "orders", workflowId: "order-1" });
    assert.equal((await poll).workflowExecution?.workflowId, "order-1");
    assert.ok(!gateway.err.includes("token-"), "a token was printed");
    assert.deepEqual(await gateway.stop("SIGTERM"), { code: 0, signal: null }, gateway.err);
  } finally {
    gateway.kill();
    for (const connection of connections) await connection.close();
    await server.close();
    rmSync(file.folder, { recursive: true });
  }
}

async function main(): Promise<void> {
  const named = process.argv.slice(2);
  if (!buildIfStale()) throw new Error("the build failed");
  const runtimes = RUNTIMES.filter((name) => named.length === 0 || named.includes(name));
  const results = await Promise.allSettled(runtimes.map(tokensChange));
  let failed = 0;
  for (const [index, result] of results.entries()) {
    const title = `${runtimes[index]}: a new file of tokens is taken while calls go on, a broken one is not`;
    if (result.status === "fulfilled") {
      console.log(`ok   ${title}`);
      continue;
    }
    failed += 1;
    const { reason } = result;
    console.log(`FAIL ${title}\n${reason instanceof Error ? reason.stack : String(reason)}`);
  }
  console.log(`${results.length - failed} passed, ${failed} failed, 0 skipped`);
  process.exitCode = failed > 0 || results.length === 0 ? 1 : 0;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
