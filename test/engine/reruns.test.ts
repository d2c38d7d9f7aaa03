import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { bundleWorkflows } from "../../runtimes/node-api/bundler.ts";
import { vmPlatform } from "../../runtimes/node-api/sandbox-vm.ts";
import { startInlineEngine } from "../../src/engine/inline.ts";
import { WorkflowTaskFailedCause } from "../../src/gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { type CompletionMessage, commandNames, failed, MainThread, threadInit } from "./main-thread.ts";
import { orderToCompletion } from "./scenario.ts";
import { HistoryBuilder, json } from "./task-builder.ts";

async function engineFor(fixture: string, replayOnEveryTask = true): Promise<MainThread> {
  const workflowsPath = fileURLToPath(new URL(`./fixtures/${fixture}`, import.meta.url));
  const main = new MainThread();
  const engine = startInlineEngine(vmPlatform({ alwaysTimed: false }), main.receive);
  main.connect((message) => engine.post(message));
  const ready = main.next("ready");
  main.post(threadInit(await bundleWorkflows({ workflowsPath }), { replayOnEveryTask }));
  await ready;
  return main;
}

function refusal(completion: CompletionMessage): { message: string; stack: string } {
  const { cause, failure } = failed(completion);
  expect(cause).toBe(WorkflowTaskFailedCause.NON_DETERMINISTIC_ERROR);
  expect(completion.failure?.reason).toBe("nondeterminism");
  return { message: failure?.message ?? "", stack: failure?.stackTrace ?? "" };
}

describe("replayOnEveryTask", () => {
  test("another value in the first task", async () => {
    const main = await engineFor("not-deterministic.ts");
    const history = new HistoryBuilder("realTime");
    const evicted = main.next("evicted");
    const { message, stack } = refusal(await main.run(history.runId, history.startTask().task()));
    expect(message).toMatch(
      /^\[TMPRL1100\] Nondeterminism error: replayOnEveryTask ran the workflow again .*: command 1 of this task was scheduleActivityTask \(activityId '1', activityType 'charge'/,
    );
    expect(stack).toMatch(/at (async )?realTime \(.*fixtures\/not-deterministic\.ts:\d+:\d+\)/);
    await evicted;
  });

  test("what was done in an earlier task is not done again", async () => {
    const main = await engineFor("not-deterministic.ts");
    const history = new HistoryBuilder("otherCommand");
    expect(commandNames(await main.run(history.runId, history.startTask().task()))).toEqual(["startTimer"]);
    history.completeTask();
    history.fireTimer("1", history.startTimer("1")).startTask();
    const answer = await main.run(history.runId, history.task());
    const { message, stack } = refusal(answer);
    expect(message).toContain(
      "replayOnEveryTask ran the workflow again from its start and found a difference",
    );
    expect(message).toContain("TimerStarted");
    expect(stack).toMatch(/at (async )?otherCommand \(.*not-deterministic\.ts:\d+:\d+\)/);
  });

  test("code that is deterministic goes on as without it, and logs once", async () => {
    const main = await engineFor("not-deterministic.ts");
    const history = new HistoryBuilder("deterministic");
    const first = await main.run(history.runId, history.startTask().task());
    expect(commandNames(first)).toEqual([
      "recordMarker",
      "upsertWorkflowSearchAttributes",
      "scheduleActivityTask",
    ]);
    const logged = main.of("observed").flatMap(({ calls }) => calls.filter((call) => call.kind === "log"));
    expect(logged.filter((call) => call.kind === "log" && call.message === "begins")).toHaveLength(1);
    expect(main.of("observed").every(({ runId }) => runId === history.runId)).toBe(true);
  });

  test("a workflow with timers, activities, signals and queries runs to its end", async () => {
    await orderToCompletion(await engineFor("order-workflow.ts"));
  });

  test.each([["realTimeBesideLocal"], ["deterministicWithLocal"]])(
    "of a task with local activities, what came before the first end is compared: %s",
    async (workflowType) => {
      const main = await engineFor("not-deterministic.ts");
      const history = new HistoryBuilder(workflowType);
      const wanted = main.next("localActivities");
      const answer = main.give(history.runId, history.startTask().task());
      const { runId, instance } = await wanted;
      const result = {
        seq: 2,
        end: { kind: "completed", result: json(1) },
        attempt: 1,
        runtimeMs: 5,
      } as const;
      main.post({ kind: "localActivityResult", runId, instance, result });
      if (workflowType === "deterministicWithLocal") {
        const names = ["scheduleActivityTask", "recordMarker", "startTimer"];
        expect(commandNames(await answer)).toEqual(names);
      } else {
        expect(refusal(await answer).message).toContain("command 1 of this task was scheduleActivityTask");
      }
      expect(main.of("localActivities").flatMap(({ schedule }) => schedule)).toHaveLength(1);
    },
  );

  test.each([["realTimeAfterLocals"], ["deterministicAfterLocals"]])(
    "what follows local activities in the last task is compared: %s",
    async (workflowType) => {
      const main = await engineFor("not-deterministic.ts");
      const history = new HistoryBuilder(workflowType);
      let wanted = main.next("localActivities");
      const answer = main.give(history.runId, history.startTask().task());
      const ended = async (seq: number, runtimeMs: number): Promise<void> => {
        const { runId, instance } = await wanted;
        const result = {
          seq,
          end: { kind: "completed", result: json(seq) },
          attempt: 1,
          runtimeMs,
        } as const;
        main.post({ kind: "localActivityResult", runId, instance, result });
      };
      if (workflowType === "deterministicAfterLocals") {
        // The second one ends first.
        await ended(2, 5);
        await ended(1, 9);
        const names = ["recordMarker", "recordMarker", "completeWorkflowExecution"];
        expect(commandNames(await answer)).toEqual(names);
      } else {
        await wanted;
        const next = main.next("localActivities");
        await ended(1, 5);
        wanted = next;
        await ended(2, 5);
        expect(refusal(await answer).message).toContain(
          "command 3 of this task was completeWorkflowExecution",
        );
      }
    },
  );

  test.each([["realTimeAfterLocal"], ["deterministicAfterLocal"]])(
    "what follows a local activity that ended between two tasks is compared: %s",
    async (workflowType) => {
      const main = await engineFor("not-deterministic.ts");
      const history = new HistoryBuilder(workflowType);
      const wanted = main.next("localActivities");
      // A query ends the task while the local activity runs.
      const first = main.run(
        history.runId,
        history.startTask().task({ queries: { q: { queryType: "__stack_trace" } } }),
      );
      const { runId, instance } = await wanted;
      expect(commandNames(await first)).toEqual([]);
      const end = { kind: "completed", result: json(1) } as const;
      const result = { seq: 1, end, attempt: 1, runtimeMs: 5 };
      main.post({ kind: "localActivityResult", runId, instance, result });
      history.completeTask();
      const second = await main.run(history.runId, history.startTask().task());
      if (workflowType === "deterministicAfterLocal") {
        expect(commandNames(second)).toEqual(["recordMarker", "scheduleActivityTask"]);
      } else {
        expect(refusal(second).message).toContain("command 2 of this task was scheduleActivityTask");
      }
      expect(main.of("localActivities").flatMap(({ schedule }) => schedule)).toHaveLength(1);
    },
  );

  test("without the option nothing is run again", async () => {
    const main = await engineFor("not-deterministic.ts", false);
    const history = new HistoryBuilder("realTime");
    const answer = await main.run(history.runId, history.startTask().task());
    expect(commandNames(answer)).toEqual(["scheduleActivityTask"]);
  });
});
