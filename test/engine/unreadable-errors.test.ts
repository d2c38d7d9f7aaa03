import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { bundleWorkflows } from "../../runtimes/node-api/bundler.ts";
import { vmPlatform } from "../../runtimes/node-api/sandbox-vm.ts";
import { startInlineEngine } from "../../src/engine/inline.ts";
import { commandNames, failed, MainThread, threadInit } from "./main-thread.ts";
import { HistoryBuilder } from "./task-builder.ts";

/* Errors of workflow code that cannot be read fail the task they belong to, not the thread. */

async function startEngine(): Promise<MainThread> {
  const workflowsPath = fileURLToPath(new URL("./fixtures/unreadable-errors.ts", import.meta.url));
  const main = new MainThread();
  const engine = startInlineEngine(vmPlatform({ alwaysTimed: false }), main.receive);
  main.connect((message) => engine.post(message));
  const ready = main.next("ready");
  main.post(threadInit(await bundleWorkflows({ workflowsPath }), {}));
  await ready;
  return main;
}

test.each([
  ["stackRefused", "prepared"],
  ["stackThrows", "no stack"],
  ["messageThrows", "no message"],
])("%s", async (workflowType, message) => {
  const main = await startEngine();
  const history = new HistoryBuilder(workflowType);
  const { failure } = failed(await main.run(history.runId, history.startTask().task()));
  expect(failure?.message).toContain(message);
  // The thread goes on with other runs.
  const next = new HistoryBuilder("stackRefusedAndWaits");
  expect(commandNames(await main.run(next.runId, next.startTask().task()))).toEqual([]);
});
