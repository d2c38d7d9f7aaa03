/**
 * Runs scenarios and cases on the runtime that executes this file and writes one JSON line for each.
 *
 *   runner.ts <report file> [words that names must contain, names after `=`, or `*3` for every third]
 */
import { appendFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import type { ClientHost } from "./columns.ts";
import { startHostedClients } from "./hosted/hosted-clients.ts";
import { jobs } from "./jobs.ts";
import type { Plan } from "./verdicts.ts";
import { createWorld } from "./world.ts";

const CONCURRENCY = 3;
/** For one scenario, on a busy machine. */
const LIMIT_MS = 150_000;

/** Where the clients live, if not here. */
const host = process.env["CLIENT_HOST"] as ClientHost | undefined;
const isAboutClients = (process.env["CLIENT_PROTOCOL"] ?? "grpc") !== "grpc";
const NOT_OF_THE_CLIENT = "it does nothing by a client that the columns of gRPC do not show";

function runtimeVersion(): string {
  const { bun, deno, node } = process.versions;
  if (bun !== undefined) return `Bun ${bun}`;
  return deno === undefined ? `Node ${node}` : `Deno ${deno}`;
}

async function withLimit(work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not end in ${LIMIT_MS / 1000} s`)), LIMIT_MS);
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

async function main(report: string, words: readonly string[]): Promise<void> {
  writeFileSync(report, "");
  const write = (line: object): void => appendFileSync(report, `${JSON.stringify(line)}\n`);
  const isMeant = (name: string, index: number): boolean =>
    words.some((word) => {
      if (word.startsWith("=")) return name === word.slice(1);
      return word.startsWith("*") ? index % Number(word.slice(1)) === 0 : name.includes(word);
    });
  const chosen = jobs.filter(({ name }, index) => words.length === 0 || isMeant(name, index));
  const unknown = words.filter(
    (word) => word.startsWith("=") && jobs.every(({ name }) => `=${name}` !== word),
  );
  if (unknown.length > 0) throw new Error(`there are no scenarios ${unknown.join(", ")}`);
  const world = await createWorld(process.env["TEMPORAL_ADDRESS"] ?? "localhost:7233");
  const hosted = host === undefined ? undefined : await startHostedClients(host, world);
  const plan: Plan = {
    planned: chosen.map(({ name }) => name),
    all: jobs.map(({ name }) => name),
    version: hosted?.version ?? runtimeVersion(),
  };
  write(plan);
  const queue = chosen[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (const job of queue) {
      if (isAboutClients && job.hosted === undefined) {
        write({ name: job.name, ok: false, ms: 0, apart: NOT_OF_THE_CLIENT });
        continue;
      }
      if (job.missing !== undefined) {
        write({ name: job.name, ok: false, ms: 0, missing: job.missing });
        continue;
      }
      const start = performance.now();
      let error: string | undefined;
      await withLimit(hosted ? hosted.run(job) : job.run(world)).catch((reason: unknown) => {
        error = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
      });
      write({ name: job.name, ok: error === undefined, ms: Math.round(performance.now() - start), error });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
  await hosted?.close();
  await world.close();
}

const [report, ...words] = process.argv.slice(2);
if (!report) throw new Error("runner.ts needs the path of the report file");
await main(report, words);
process.exit(0);
