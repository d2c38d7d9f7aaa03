/** The command `perdure`, on the runtime that runs the scenarios. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtimeArguments } from "../worker-processes.ts";
import { type Case, type CaseWorld, eventually } from "./case.ts";

/** Deno runs the sources, as it does with all scenarios. */
const built = "Deno" in globalThis ? "runtimes/node-api/cli.ts" : "dist/runtimes/node-api/cli.js";
const program = fileURLToPath(new URL(`../../../${built}`, import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function perdure({ address }: CaseWorld, ...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [...runtimeArguments(), program, ...args], {
    env: { ...process.env, TEMPORAL_ADDRESS: address },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: unknown) => {
    out += String(chunk);
  });
  child.stderr.on("data", (chunk: unknown) => {
    err += String(chunk);
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, out, err };
}

function version(name: "before" | "after"): string {
  return fileURLToPath(new URL(`../case-workflows/changed/${name}.ts`, import.meta.url));
}

/** Two runs of the old version, which the server lists; gives the query for them. */
async function listedRuns(world: CaseWorld): Promise<string> {
  const { client, taskQueue, bundles } = world;
  const query = `TaskQueue="${taskQueue}"`;
  await world.withWorker(
    async () => {
      for (let runs = 0; runs < 2; runs++) {
        const handle = await client.workflow.start("changed", { workflowId: world.id(), taskQueue });
        await handle.signal("finish", "");
        await handle.result();
      }
    },
    { workflowBundle: bundles.before },
  );
  await eventually("both runs listed as completed", async () => {
    const { count } = await client.workflow.count(`${query} AND ExecutionStatus="Completed"`);
    return count === 2 ? true : undefined;
  });
  return query;
}

export const commandLineCases: readonly Case[] = [
  {
    name: "perdure replay downloads the runs of a query: what fits, what no longer does, and why",
    async run(world) {
      const query = await listedRuns(world);
      const good = await perdure(world, "replay", "--workflows", version("before"), "--query", query);
      assert.equal(good.code, 0, good.err);
      assert.match(good.out, /\n2 ok\s*$/);

      const bad = await perdure(world, "replay", "--workflows", version("after"), "--query", query, "--json");
      assert.equal(bad.code, 1, bad.err);
      assert.match(bad.out, /ActivityTaskScheduled/);
      assert.match(bad.out, /after\.ts/);
    },
  },
  {
    name: "perdure replay says what is wrong with a query and with an address",
    async run(world) {
      const workflows = version("before");
      const query = await perdure(world, "replay", "--workflows", workflows, "--query", "WorkflowType=");
      assert.equal(query.code, 2);
      assert.match(query.err, /invalid query/i);

      const nowhere = ["--address", "127.0.0.1:1", "--query", 'WorkflowType="changed"'];
      const address = await perdure(world, "replay", "--workflows", workflows, ...nowhere);
      assert.equal(address.code, 2);
      assert.match(address.err, /127\.0\.0\.1:1/);
    },
  },
];
