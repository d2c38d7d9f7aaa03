import { expect, test } from "vitest";
import { vmPlatform } from "../../runtimes/node-api/sandbox-vm.ts";
import { startInlineEngine } from "../../src/engine/inline.ts";
import type { FromThread, ToThread, WorkerFacts } from "../../src/engine/protocol.ts";
import { encodeGetWorkflowExecutionHistoryResponse } from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { completed, MainThread, threadInit, workerFacts } from "../engine/main-thread.ts";
import { onTaskQueue } from "./altered.ts";
import { expectRecordedAnswer } from "./expect-recorded.ts";
import {
  eventsBetween,
  type Recorded,
  type RecordedTask,
  recorded,
  subjects,
  workflowTasks,
} from "./recorded.ts";
import { RecordedLocals } from "./recorded-locals.ts";
import { stickyTask, taskBytes } from "./replay-history.ts";
import { bundleOf } from "./workflow-code.ts";

/** One worker serves all; a workflow that returns the name of its task queue can't take part. */
const histories = subjects
  // An engine has one deployment version; these runs move between versions.
  .filter((subject) => !subject.startsWith("versioning-"))
  .map(recorded)
  .filter(({ workflowType }) => workflowType !== "infoOfRun")
  .map((history) => onTaskQueue(history, workerFacts.taskQueue));
const bundle = bundleOf("mod.ts");
const official = { sdkName: "temporal-typescript", sdkVersion: "1.24.0" };
const PAGE = 9;

/** Answers requests for pages from the histories, as they were when the task in work was handed out. */
function pageServer(reached: ReadonlyMap<string, number>): (message: FromThread) => ToThread | undefined {
  return (message) => {
    if (message.kind !== "wantPage") return undefined;
    const { runId, token, requestId } = message;
    const history = histories.find((one) => one.runId === runId)!;
    const from = token.length === 0 ? 1 : Number(new TextDecoder().decode(token));
    const end = reached.get(runId)!;
    const to = Math.min(from + PAGE - 1, end);
    const bytes = encodeGetWorkflowExecutionHistoryResponse({
      history: { events: eventsBetween(history.events, from, to) },
      nextPageToken: new TextEncoder().encode(to < end ? String(to + 1) : ""),
    });
    return { kind: "page", requestId, page: { kind: "bytes", bytes } };
  };
}

/** Runs local activities as recorded. */
function localWorker(reached: ReadonlyMap<string, number>): (message: FromThread) => ToThread | undefined {
  const runs = new Map<string, { readonly instance: number; readonly locals: RecordedLocals }>();
  return (message) => {
    if (message.kind === "localActivities") {
      const { runId, instance } = message;
      let run = runs.get(runId);
      if (run?.instance !== instance) {
        run = { instance, locals: new RecordedLocals(histories.find((one) => one.runId === runId)!, false) };
        runs.set(runId, run);
      }
      run.locals.take(message);
      return undefined;
    }
    if (message.kind !== "awaitLocals") return undefined;
    const { runId, taskId } = message;
    const { instance, locals } = runs.get(runId)!;
    const next = locals.next(reached.get(runId)!);
    if (next.kind !== "localResults") return { kind: "heartbeatTask", runId, taskId };
    return { kind: "localActivityResult", runId, instance, result: next.results[0]! };
  };
}

async function engineWith(
  facts: Partial<WorkerFacts>,
  reached: ReadonlyMap<string, number>,
): Promise<MainThread> {
  const main = new MainThread();
  const engine = startInlineEngine(vmPlatform({ alwaysTimed: false }), main.receive);
  main.connect((message) => engine.post(message));
  const pages = pageServer(reached);
  const locals = localWorker(reached);
  main.onRequest = (message) => pages(message) ?? locals(message);
  const ready = main.next("ready");
  main.post(threadInit(await bundle, { ...official, registeredActivities: ["default"], ...facts }));
  await ready;
  return main;
}

/** Answered tasks of a run, oldest first. */
function tasksOf(history: Recorded): readonly RecordedTask[] {
  return workflowTasks(history.events).filter((task) => task.completed !== undefined);
}

const mostTasks = Math.max(...histories.map((history) => tasksOf(history).length));

test.each([
  ["all runs fit in the cache", 1000, false],
  ["the cache has room for a few, the others are fetched and replayed", 7, true],
  ["no cache: each task is fetched and replayed", 0, true],
])("all runs at once in one engine, interleaved: %s", async (_name, maxCachedWorkflows, fetches) => {
  const reached = new Map<string, number>();
  const main = await engineWith({ maxCachedWorkflows }, reached);
  // The n-th tasks of all runs at once, then all runs are idle.
  for (let round = 0; round < mostTasks; round++) {
    const answers = histories.map(async (history) => {
      const task = tasksOf(history)[round];
      if (task === undefined) return;
      reached.set(history.runId, task.startedId);
      const message = await main.run(history.runId, taskBytes(history, stickyTask(history, task)));
      const answer = { kind: "completed", request: completed(message) } as const;
      expectRecordedAnswer({ answer, activated: [], evicted: undefined, pagesFetched: [] }, history, task);
    });
    await Promise.all(answers);
  }
  expect(main.of("completion").length).toBe(histories.flatMap(tasksOf).length);
  expect(main.of("wantPage").length > 0).toBe(fetches);
  expect(main.of("fatal")).toEqual([]);
  main.post({ kind: "close" });
});
