/**
 * Clients that we did not write, unchanged, on the embedded server: the official TypeScript SDK, the Temporal CLI and the Python
 * SDK, each through a port of `perdure dev`.
 *
 *   npx tsx test/interop/embedded/main.mjs [gateway] [typescript] [cli] [python] [time] [environment] [mock]
 *
 * `SERVER=host:port` names another server instead, say the real one, which must pass too (with `time` and `environment` left out).
 *
 * The word `gateway`, or `GATEWAY=1`, puts a `perdure gateway` between them and the server.
 *
 * Prints what failed, then `N passed, N failed, N skipped`.
 */
import { fileURLToPath } from "node:url";
import { buildIfStale } from "../../harness/build.ts";
import { findTemporal, SEARCH_ATTRIBUTES } from "../../harness/real-server.ts";
import { bundleWorkflows } from "../lib/bundle.mjs";
import { quietRuntime } from "../lib/quiet-runtime.mjs";
import { runCli } from "./cli.mjs";
import { startDev, startGateway } from "./dev-process.mjs";
import { runEnvironment } from "./environment.mjs";
import { runMockActivities } from "./mock-activities.mjs";
import { preparePython, runPython } from "./python.mjs";
import { Report } from "./report.mjs";
import { runTime } from "./time.mjs";
import { officialWorker, runTypescript } from "./typescript.mjs";

const asked = process.argv.slice(2);
const throughGateway = process.env.GATEWAY === "1" || asked.includes("gateway");
const words = asked.filter((word) => word !== "gateway");
const wanted = (part) => words.length === 0 || words.includes(part);

const attributes = Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => [
  "--search-attribute",
  `${name}=${type}`,
]);

/** Without Python there are no Python SDK and no Temporal CLI: only CI must have them. */
async function prepared(what, prepare) {
  try {
    return await prepare();
  } catch (error) {
    if (process.env.CI === "true") throw error;
    console.log(`NOT RUN: ${what} on the embedded server: ${error.message}`);
    return undefined;
  }
}

if (!buildIfStale()) throw new Error("the build failed");
quietRuntime();
const report = new Report();
const python = wanted("python") ? await prepared("the Python SDK", preparePython) : undefined;
const temporal = wanted("cli") ? await prepared("the Temporal CLI", () => findTemporal().path) : undefined;
const workflowBundle = await bundleWorkflows(fileURLToPath(new URL("workflows.mjs", import.meta.url)));
const other = process.env.SERVER;
const upstream = other ? { address: other, stop: async () => {} } : await startDev(...attributes);
const server = throughGateway ? await startGateway(upstream.address) : upstream;
const skipping = await startDev("--time-skipping");
try {
  const worker = await officialWorker(server.address, workflowBundle);
  await Promise.all([
    wanted("typescript") && runTypescript(report, server.address),
    temporal && runCli(report, { temporal, address: server.address, taskQueue: worker.taskQueue }),
    python && runPython(report, python, server.address),
    wanted("time") && runTime(report, skipping.address, workflowBundle),
    wanted("environment") && runEnvironment(report, workflowBundle),
    wanted("mock") && runMockActivities(report),
  ]);
  await worker.stop();
} finally {
  await server.stop();
  if (server !== upstream) await upstream.stop();
  await skipping.stop();
}
process.exitCode = report.close() ? 0 : 1;
