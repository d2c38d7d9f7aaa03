import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { bundleWorkflows } from "../../runtimes/node-api/bundler.ts";
import { vmPlatform } from "../../runtimes/node-api/sandbox-vm.ts";
import type * as core from "../../src/core/run.ts";
import { startInlineEngine } from "../../src/engine/inline.ts";
import { SandboxTimeoutError } from "../../src/engine/sandbox.ts";
import { completed, failed, MainThread, threadInit, value } from "./main-thread.ts";
import { HistoryBuilder } from "./task-builder.ts";

const stops = vi.hoisted(() => ({ left: 1 }));

// The time limit strikes at the last moment of a step of a replay: when core has gone on, and waits for a page.
vi.mock("../../src/core/run.ts", async (original) => {
  const real = await original<typeof core>();
  const step: typeof real.step = (run, input) => {
    const effects = real.step(run, input);
    if (input.kind !== "completion" || run.stage !== "page" || stops.left-- <= 0) return effects;
    throw new SandboxTimeoutError("stopped");
  };
  return { ...real, step };
});

test("a time limit that strikes while core replays fails the task, and the run starts anew with the next one", async () => {
  const workflowsPath = fileURLToPath(new URL("./fixtures/order-workflow.ts", import.meta.url));
  const main = new MainThread();
  const engine = startInlineEngine(vmPlatform({ alwaysTimed: true }), main.receive);
  main.connect((message) => engine.post(message));
  const ready = main.next("ready");
  main.post(threadInit(await bundleWorkflows({ workflowsPath })));
  await ready;

  const history = new HistoryBuilder("order", ["o-1"]);
  const { runId } = history;
  history.startTask().completeTask();
  history.fireTimer("1", history.startTimer("1")).startTask().completeTask();
  history.completeActivity(history.scheduleActivity("1", "charge"), "receipt").startTask();
  main.onRequest = (message) =>
    message.kind === "wantPage"
      ? { kind: "page", requestId: message.requestId, page: { kind: "bytes", bytes: history.page(10, 99) } }
      : undefined;
  const task = (): Uint8Array =>
    history.fullTask({
      history: { events: history.events.slice(0, 10) },
      nextPageToken: new Uint8Array([1]),
      previousStartedEventId: 8,
      queries: { q1: { queryType: "stage" } },
    });
  const evicted = main.next("evicted", (message) => message.runId === runId);
  const answer = await main.run(runId, task());
  expect(stops.left).toBe(0);
  expect(failed(answer).failure?.message).toMatch(/^\[TMPRL1101\]/);
  await evicted;

  const { queryResults } = completed(await main.run(runId, task()));
  expect(value(queryResults.q1?.answer?.payloads[0])).toBe("approving");
});
