/**
 * Records histories of the conformance workflows under the official SDK, on a real dev server.
 *
 *   TEMPORAL_CLI=<path of temporal> node test/interop/record-histories.mjs [subject ...]
 *
 * Without subjects all scenarios are recorded. Needs `npm ci` in this folder.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Connection, WorkflowClient } from "@temporalio/client";
import { NativeConnection } from "@temporalio/worker";
import { scenarios } from "../conformance/scenarios/all.mjs";
import { bundleWorkflows, loadActivities } from "./lib/bundle.mjs";
import { serverVersion, startDevServer } from "./lib/dev-server.mjs";
import { spawnNexusHandlers } from "./lib/nexus-handlers.mjs";
import { historiesFolder, officialVersion, workflowsFolder } from "./lib/paths.mjs";
import { quietRuntime } from "./lib/quiet-runtime.mjs";
import { Recorder, readIndex } from "./lib/recorder.mjs";

const wanted = process.argv.slice(2);
const chosen = wanted.length > 0 ? scenarios.filter(({ subject }) => wanted.includes(subject)) : scenarios;
if (wanted.length > chosen.length) throw new Error(`unknown subject among: ${wanted.join(", ")}`);

quietRuntime();
const folders = [".", "configured"];
const indexFileOf = (folder) => join(historiesFolder, folder, "index.json");
/** Entries by subject, by folder. */
const indexes = {};
for (const folder of folders) {
  indexes[folder] = wanted.length > 0 ? ((await readIndex(indexFileOf(folder))).histories ?? {}) : {};
}
const server = await startDevServer();
try {
  const connection = await Connection.connect({ address: server.address });
  const nativeConnection = await NativeConnection.connect({ address: server.address });
  const recorder = new Recorder(
    {
      address: server.address,
      connection,
      nativeConnection,
      client: new WorkflowClient({ connection, identity: "recorder-client" }),
      activities: await loadActivities(),
      bundles: {
        all: await bundleWorkflows(join(workflowsFolder, "mod.ts")),
        broken: await bundleWorkflows(join(workflowsFolder, "broken/tasks.ts")),
        empty: await bundleWorkflows(join(workflowsFolder, "results.ts")),
        configured: await bundleWorkflows(join(workflowsFolder, "configured/mod.ts"), [
          join(workflowsFolder, "configured/interceptors.ts"),
        ]),
      },
    },
    indexes,
  );
  const handlers = chosen.some(({ needs }) => needs) ? await spawnNexusHandlers(server.address) : undefined;
  for (const scenario of chosen) {
    const began = Date.now();
    await recorder.record(scenario);
    console.log(`${scenario.subject}: ${Date.now() - began} ms`);
  }
  await recorder.settle();
  await handlers?.stop();
  await connection.close();
  await nativeConnection.close();
} finally {
  await server.stop();
}
const recordedWith = {
  sdk: `@temporalio/worker ${officialVersion}`,
  server: serverVersion(),
  node: process.version,
};
let histories = 0;
for (const folder of folders) {
  const ordered = Object.fromEntries(Object.entries(indexes[folder]).sort(([a], [b]) => (a < b ? -1 : 1)));
  histories += Object.keys(ordered).length;
  const text = JSON.stringify({ recordedWith, histories: ordered }, null, 1);
  await writeFile(indexFileOf(folder), `${text}\n`);
}
console.log(`${chosen.length} scenarios, ${histories} histories`);
