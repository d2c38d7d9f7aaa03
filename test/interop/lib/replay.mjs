/** Replays histories with the official SDK, over the same conformance sources. */
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { historyFromJSON } from "@temporalio/common/lib/proto-utils.js";
import { Worker } from "@temporalio/worker";
import { configuredWorker } from "../../conformance/scenarios/configured.mjs";
import { bundleWorkflows } from "./bundle.mjs";
import { historiesFolder, workflowsFolder } from "./paths.mjs";

async function histories(files) {
  const read = [];
  for (const file of files) {
    const history = historyFromJSON(JSON.parse(await readFile(file, "utf8")));
    const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
    if (!started) throw new Error(`${file} does not begin with the start of a workflow`);
    read.push({ history, workflowId: started.workflowId || "unknown" });
  }
  return read;
}

/** The histories of a folder: its `*.json` files except `index.json`. */
export async function historyFilesIn(folder) {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json") && name !== "index.json");
  return names.sort().map((name) => join(folder, name));
}

/** The worker that histories of most scenarios are replayed by. */
async function plainWorker() {
  return { workflowBundle: await bundleWorkflows(join(workflowsFolder, "mod.ts")) };
}

/** The worker of the scenarios whose histories need what it was configured with. */
async function configuredReplayWorker() {
  const interceptors = [join(workflowsFolder, "configured/interceptors.ts")];
  return {
    workflowBundle: await bundleWorkflows(join(workflowsFolder, "configured/mod.ts"), interceptors),
    workflowFailureErrorTypes: configuredWorker.workflowFailureErrorTypes,
  };
}

/** Replays each file; returns `{ file, error? }` for each, in order. */
export async function replayFiles(files, worker) {
  const options = { ...(worker ?? (await plainWorker())), replayName: "perdure-interop" };
  const results = [];
  const inputs = await histories(files);
  for await (const { error } of Worker.runReplayHistories(options, inputs)) {
    const file = files[results.length];
    results.push(error ? { file, error } : { file });
  }
  return results;
}

/** Replays the histories of folders, prints each failure and the sum, and sets the exit code. */
export async function replayAndReport(...folders) {
  const files = (await Promise.all(folders.map(historyFilesIn))).flat();
  const { histories: subjects } = JSON.parse(
    await readFile(join(historiesFolder, "configured/index.json"), "utf8"),
  );
  const isConfigured = (file) => Object.hasOwn(subjects, basename(file, ".json"));
  const configured = files.filter(isConfigured);
  const results = await replayFiles(files.filter((file) => !isConfigured(file)));
  if (configured.length > 0) results.push(...(await replayFiles(configured, await configuredReplayWorker())));
  const failed = results.filter(({ error }) => error);
  for (const { file, error } of failed) console.log(`FAILED ${file}: ${error.message}`);
  console.log(`${results.length - failed.length} passed, ${failed.length} failed, 0 skipped`);
  if (failed.length > 0 || results.length === 0) process.exitCode = 1;
}
