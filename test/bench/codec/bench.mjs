// Bench of the codecs: decoding and encoding a long history, and the time to import them, against protobuf-es and
// protobufjs (as the official SDK has it). Run: node test/bench/codec/bench.mjs
// Each number comes from fresh processes. protobufjs is installed into .cache/, never into the dependencies.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { historyResponse } from "./history.mjs";

const PROTOBUFJS = "@temporalio/proto@1.24.0";
const EVENTS = 5000;
const RUNS = 9;
const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(dirname(here)));
const cache = join(root, ".cache", "bench-codec");
const gen = join(root, "src", "gen");

function installOfficial() {
  const target = join(cache, "official");
  if (existsSync(join(target, "node_modules", "@temporalio", "proto"))) return target;
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, "package.json"), '{ "private": true }');
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", PROTOBUFJS], {
    cwd: target,
  });
  return target;
}

function sources(folder, keep) {
  return readdirSync(join(gen, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && keep(path))
    .sort()
    .map((path) => join(gen, folder, path));
}

const namespaces = (paths) =>
  paths.map((path, i) => `export * as m${i} from ${JSON.stringify(`./${relative(root, path)}`)};`).join("\n");

/** Bundles one entry, given as source text, and returns the file. */
async function bundle(name, contents, minify = true) {
  const outfile = join(cache, `${name}.mjs`);
  await build({
    stdin: { contents, resolveDir: root, loader: "ts" },
    outfile,
    bundle: true,
    minify,
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "error",
  });
  return outfile;
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

function child(...args) {
  const output = execFileSync(process.execPath, ["--expose-gc", join(here, "measure.mjs"), ...args], {
    encoding: "utf8",
  });
  return JSON.parse(output);
}

/** Fresh processes, one after the other; the median of each number. */
function repeat(runs, ...args) {
  const results = Array.from({ length: runs }, () => child(...args));
  return Object.fromEntries(
    Object.keys(results[0]).map((key) => [key, median(results.map((result) => result[key]))]),
  );
}

async function bundles() {
  const isService = (path) => path.endsWith("/service.ts") || path === "grpc/health/v1/health.ts";
  const response = `"./src/gen/codec/temporal/api/workflowservice/v1/request_response.ts"`;
  const service = `"./src/gen/codec/temporal/api/workflowservice/v1/service.ts"`;
  const esResponse = `"./src/gen/es/temporal/api/workflowservice/v1/request_response_pb.ts"`;
  return {
    history: await bundle(
      "history",
      `export { decodeGetWorkflowExecutionHistoryResponse as decode, encodeGetWorkflowExecutionHistoryResponse as encode } from ${response};`,
      false,
    ),
    esHistory: await bundle(
      "es-history",
      `import { fromBinary, toBinary } from "@bufbuild/protobuf";
       import { GetWorkflowExecutionHistoryResponseSchema as schema } from ${esResponse};
       export const decode = (bytes) => fromBinary(schema, bytes);
       export const encode = (message) => toBinary(schema, message);`,
      false,
    ),
    client: await bundle("client", namespaces(sources("codec", isService))),
    codecs: await bundle(
      "codecs",
      namespaces(sources("codec", (path) => isService(path) || path.endsWith(".handlers.ts"))),
    ),
    everything: await bundle("everything", namespaces(sources("codec", () => true))),
    es: await bundle("es", namespaces(sources("es", () => true))),
    edge: await bundle("edge", `export { startWorkflowExecution, signalWorkflowExecution } from ${service};`),
  };
}

function row(name, cells) {
  console.log(`${name.padEnd(34)}${cells.map((cell) => String(cell).padStart(14)).join("")}`);
}

const official = installOfficial();
const files = await bundles();
const { encode } = await import(pathToFileURL(files.history).href);
const bytes = encode(historyResponse(EVENTS));
const data = join(cache, "history.bin");
writeFileSync(data, bytes);
const pbjs = join(official, "node_modules", "@temporalio", "proto");

console.log(
  `node ${process.version}; history of ${EVENTS} events, ${bytes.length} bytes; medians of ${RUNS} processes\n`,
);
row("", ["decode µs/ev", "encode µs/ev", "first ms", "heap B/event"]);
for (const [name, module] of [
  ["perdure", files.history],
  ["protobuf-es", files.esHistory],
  ["protobufjs (@temporalio/proto)", pbjs],
]) {
  const { decode, encode: write, first, heap } = repeat(RUNS, "history", module, data, String(EVENTS));
  row(name, [decode.toFixed(2), write.toFixed(2), first.toFixed(0), heap.toFixed(0)]);
}
console.log();
row("import in a fresh process", ["ms", "CPU ms", "RSS MB", "min KB", "gzip KB"]);
for (const [name, module] of [
  ["perdure: all services", files.client],
  ["perdure: clients and servers", files.codecs],
  ["perdure: with JSON, visitors, all", files.everything],
  ["perdure: start and signal only", files.edge],
  ["protobuf-es: all messages", files.es],
  ["protobufjs (@temporalio/proto)", pbjs],
]) {
  const { ms, cpu, rss } = repeat(RUNS, "import", module);
  const text = module.endsWith(".mjs") ? readFileSync(module) : undefined;
  const size =
    text === undefined
      ? ["-", "-"]
      : [text.length, gzipSync(text, { level: 9 }).length].map((n) => (n / 1000).toFixed(1));
  row(name, [ms.toFixed(1), cpu.toFixed(1), rss.toFixed(1), ...size]);
}
