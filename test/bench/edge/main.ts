/**
 * `npm run bench:edge`: what a client adds to the cold start of a Worker, in CPU of workerd from its start to its first answer; for each
 * program the median of 20 starts, in turns.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { buildIfStale } from "../../harness/build.ts";
import { freePort } from "../../harness/real-server.ts";
import { runtimeCommand } from "../../harness/runtimes.ts";
import { workerdConfig } from "../../harness/workerd-process.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const STARTS = 20;
/** To reach, more than an empty Worker takes. */
const MOST_MS = 5;
/** Linux counts the CPU of processes in hundredths of a second; `schedstat` counts nanoseconds. */
const NANOSECONDS = 1e6;

const answer = 'fetch: () => new Response("here")';
const options = '{ address: "http://127.0.0.1:1" }';
const edge = (protocol: string): string =>
  `import { ${protocol}, signalWorkflow, startWorkflow } from "perdure/edge";
const temporal = ${protocol}(${options});
export default { start: () => startWorkflow(temporal, "w", {}), signal: () => signalWorkflow(temporal, {}, "s"), ${answer} };`;

const programs: Readonly<Record<string, string>> = {
  "an empty Worker": `export default { ${answer} };`,
  "start and signal by HTTP/JSON": edge("httpJson"),
  "start and signal by Connect": edge("connect"),
  "start and signal by gRPC-Web": edge("grpcWeb"),
  "all of perdure/edge": `import * as edge from "perdure/edge"; export default { edge: () => Object.keys(edge), ${answer} };`,
  "perdure/client by HTTP/JSON": `import { Client, Connection } from "perdure/client";
const connection = Connection.lazy({ address: "http://127.0.0.1:1", protocol: "http-json" });
export default { client: () => new Client({ connection }), ${answer} };`,
};

async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd"],
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}

/** CPU in ms that a process and its threads have used. */
function cpuMs(pid: number): number {
  const text = readFileSync(`/proc/${pid}/schedstat`, "utf8");
  return Number(text.split(" ")[0]) / NANOSECONDS;
}

/** CPU of the main thread of a new workerd, where the Worker runs, until its first answer. */
async function coldStart(script: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "perdure-cold-"));
  const port = await freePort();
  writeFileSync(join(folder, "worker.js"), script);
  writeFileSync(join(folder, "config.capnp"), workerdConfig(port));
  const child = spawn(runtimeCommand("workerd"), ["serve", join(folder, "config.capnp")], {
    stdio: "ignore",
  });
  try {
    for (;;) {
      if (child.exitCode !== null) throw new Error(`workerd ended with ${child.exitCode}`);
      const text = await fetch(`http://127.0.0.1:${port}/`).then(
        (response) => response.text(),
        () => undefined,
      );
      if (text === "here") return cpuMs(child.pid ?? 0);
      if (text !== undefined) throw new Error(`the Worker answered ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  } finally {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function main(): Promise<void> {
  if (!buildIfStale()) throw new Error("the build failed");
  const scripts = new Map<string, string>();
  for (const [name, source] of Object.entries(programs)) scripts.set(name, await bundled(source));
  const taken = new Map<string, number[]>([...scripts.keys()].map((name) => [name, []]));
  const load = loadavg()[0] ?? 0;
  for (let round = 0; round <= STARTS; round++)
    for (const [name, script] of scripts) {
      const ms = await coldStart(script);
      // The first round reads workerd itself from the disk.
      if (round > 0) taken.get(name)?.push(ms);
    }
  const empty = median(taken.get("an empty Worker") ?? []);
  console.log(`workerd, ${STARTS} starts each, load ${load.toFixed(1)} before\n`);
  console.log("| Worker | gzipped | CPU to the first answer | more than an empty one | to reach | reached |");
  console.log("|---|---|---|---|---|---|");
  for (const [name, script] of scripts) {
    const ms = median(taken.get(name) ?? []);
    const more = ms - empty;
    const isEmpty = script === scripts.get("an empty Worker");
    const goal =
      isEmpty || !name.startsWith("start") ? "| |" : `≤ ${MOST_MS} ms | ${more <= MOST_MS ? "yes" : "no"} |`;
    const kilobytes = (gzipSync(script).length / 1000).toFixed(1);
    console.log(
      `| ${name} | ${kilobytes} KB | ${ms.toFixed(1)} ms | ${isEmpty ? "" : `${more.toFixed(1)} ms`} | ${goal}`,
    );
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
