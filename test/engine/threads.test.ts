import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { workerPlatform } from "../../runtimes/node/worker.ts";
import type { WorkerFacts } from "../../src/engine/protocol.ts";
import type { WorkflowThread } from "../../src/platform/worker-platform.ts";
import { commandNames, failed, MainThread, threadInit } from "./main-thread.ts";
import { orderToCompletion } from "./scenario.ts";
import { HistoryBuilder } from "./task-builder.ts";

const fixture = fileURLToPath(new URL("./fixtures/order-workflow.ts", import.meta.url));
const bundle = workerPlatform.bundle({ workflowsPath: fixture });

interface Started extends AsyncDisposable {
  readonly main: MainThread;
  readonly thread: WorkflowThread;
  readonly words: Int32Array;
  readonly deaths: Error[];
}

async function start(facts: Partial<WorkerFacts> = {}): Promise<Started> {
  const main = new MainThread();
  const deaths: Error[] = [];
  const init = threadInit(await bundle, facts);
  const thread = await workerPlatform.startThread(init, {
    message: main.receive,
    died: (error) => deaths.push(error),
  });
  main.connect((message) => thread.post(message));
  const words = new Int32Array(init.progress!);
  return { main, thread, words, deaths, [Symbol.asyncDispose]: () => thread.terminate() };
}

const LOOPING = /^DeadlockError: \[TMPRL1101\].*\n +at looping \(.*order-workflow\.ts:5\d:\d+\)$/;

describe("a workflow thread", () => {
  test("says that it is ready with the types it has, and runs a workflow to its end", async () => {
    await using started = await start();
    expect(started.main.of("ready")[0]?.workflowTypes).toEqual(expect.arrayContaining(["order", "fan"]));
    await orderToCompletion(started.main);
    expect(started.deaths).toEqual([]);
  });

  test("that loops shows it by its progress words, and can be ended", async () => {
    const { main, thread, words, deaths } = await start();
    const history = new HistoryBuilder("looping");
    void main.give(history.runId, history.startTask().task());
    await expect.poll(() => Atomics.load(words, 0) % 2).toBe(1);
    const seen = Atomics.load(words, 0);
    await expect.poll(() => Atomics.load(words, 1)).toBe(1);
    expect(Atomics.load(words, 0)).toBe(seen);
    await thread.terminate();
    expect(deaths).toEqual([]);
  });

  test("in quarantine stops a loop by itself, fails that task, and goes on with other runs", async () => {
    await using started = await start({ deadlockTimeoutMs: 100 });
    const { main } = started;
    for (let round = 0; round < 3; round++) {
      const looping = new HistoryBuilder("looping");
      const answer = await main.run(looping.runId, looping.startTask().task(), { timed: true });
      expect(failed(answer).failure?.message).toContain("[TMPRL1101]");
      // A thread that has seen this loop before need not know the stack again.
      const stack = failed(answer).failure?.stackTrace ?? "";
      if (round === 0 || stack !== "") expect(stack).toMatch(LOOPING);
      const next = new HistoryBuilder("order", ["o-1"]);
      expect(commandNames(await main.run(next.runId, next.startTask().task()))).toEqual(["startTimer"]);
    }
    expect(started.deaths).toEqual([]);
  });

  test("fails the task of an unhandled rejection with the user's file", async () => {
    await using started = await start();
    const history = new HistoryBuilder("unhandled");
    const { failure } = failed(await started.main.run(history.runId, history.startTask().task()));
    expect(failure?.message).toContain("nobody caught me");
    expect(JSON.stringify(failure)).toContain("order-workflow.ts");
    expect(started.main.of("fatal")).toEqual([]);
  });

  test("does not start with a bundle that can't be read", async () => {
    const main = new MainThread();
    const starting = workerPlatform.startThread(threadInit("nonsense"), {
      message: main.receive,
      died: () => {},
    });
    await expect(starting).rejects.toThrow(/bundleWorkflowCode/);
  });

  test("starts with workflow code that throws when it is loaded, and fails its tasks with that error", async () => {
    const broken = fileURLToPath(new URL("./fixtures/broken-workflow.ts", import.meta.url));
    const main = new MainThread();
    const init = threadInit(await workerPlatform.bundle({ workflowsPath: broken }));
    const thread = await workerPlatform.startThread(init, { message: main.receive, died: () => {} });
    main.connect((message) => thread.post(message));
    const history = new HistoryBuilder("anything");
    const { failure } = failed(await main.run(history.runId, history.startTask().task()));
    expect(failure?.message).toBe("broken at the top");
    expect(failure?.stackTrace).toContain(`initialise (${broken}:2:9)`);
    await thread.terminate();
  });
});
