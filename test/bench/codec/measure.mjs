// One measurement in a process of its own; prints JSON.
// node --expose-gc measure.mjs history <module> <bytes> <events> | import <module>
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const WARM_UP = 10;
const ROUNDS = 15;
const [kind, path, data, events] = process.argv.slice(2);

/** Modules of ours are ES modules; @temporalio/proto is CommonJS in a folder. */
async function load() {
  if (path.endsWith(".mjs")) return await import(pathToFileURL(path).href);
  const proto = createRequire(import.meta.url)(path);
  const type = proto.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryResponse;
  return { decode: (bytes) => type.decode(bytes), encode: (message) => type.encode(message).finish() };
}

/** Microseconds per event, warm: the median of some rounds. */
function warm(call) {
  for (let i = 0; i < WARM_UP; i++) call();
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    call();
    return performance.now() - start;
  });
  return ((times.sort((a, b) => a - b)[ROUNDS >> 1] ?? 0) * 1000) / Number(events);
}

const rssBefore = process.memoryUsage.rss();
const cpuBefore = process.cpuUsage();
const start = performance.now();
const module = await load();
const ms = performance.now() - start;
const { user, system } = process.cpuUsage(cpuBefore);
if (kind === "import") {
  console.log(
    JSON.stringify({ ms, cpu: (user + system) / 1000, rss: (process.memoryUsage.rss() - rssBefore) / 1e6 }),
  );
} else {
  const bytes = new Uint8Array(readFileSync(data));
  module.decode(bytes);
  const first = performance.now() - start;
  const decode = warm(() => module.decode(bytes));
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  const message = module.decode(bytes);
  globalThis.gc();
  const heap = (process.memoryUsage().heapUsed - before) / Number(events);
  const written = module.encode(message);
  if (Buffer.compare(written, bytes) !== 0) throw new Error("encoding gives other bytes than were decoded");
  const encode = warm(() => module.encode(message));
  console.log(JSON.stringify({ decode, encode, first, heap }));
}
