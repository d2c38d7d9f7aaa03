import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { historyToJson } from "../../src/gen/codec/temporal/api/history/v1/message.json.ts";
import { encodeHistory, type History } from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import {
  DeterminismViolationError,
  ReplayError,
  type ReplayHistory,
  type ReplayResult,
  Worker,
} from "../../src/worker/mod.ts";
import { DeterminismViolationError as OfWorkflows } from "../../src/workflow/mod.ts";
import { ofType, swapped, withTimerBefore } from "../replay/altered.ts";
import { recorded, subjects } from "../replay/recorded.ts";
import { bundleOf } from "../replay/workflow-code.ts";

let workflowBundle: { readonly code: string };

beforeAll(async () => {
  workflowBundle = { code: await bundleOf("mod.ts") };
});

function historyOf(subject: string): History {
  return { events: [...recorded(subject).events] };
}

/** A run that has got no further than its first task. */
function historyOfLoop(): ReplayHistory {
  const events = [
    {
      eventType: "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED",
      workflowExecutionStartedEventAttributes: {
        workflowType: { name: "loopsAtOnce" },
        taskQueue: { name: "q" },
        originalExecutionRunId: "loop-run",
        firstExecutionRunId: "loop-run",
        attempt: 1,
        workflowTaskTimeout: "10s",
        workflowRunTimeout: "0s",
        workflowExecutionTimeout: "0s",
      },
    },
    {
      eventType: "EVENT_TYPE_WORKFLOW_TASK_SCHEDULED",
      workflowTaskScheduledEventAttributes: { taskQueue: { name: "q" }, attempt: 1 },
    },
    {
      eventType: "EVENT_TYPE_WORKFLOW_TASK_STARTED",
      workflowTaskStartedEventAttributes: { scheduledEventId: "2" },
    },
  ];
  return {
    events: events.map((event, index) => ({
      eventId: `${index + 1}`,
      eventTime: "2026-01-01T00:00:00Z",
      ...event,
    })),
  };
}

async function errorOf(
  history: ReplayHistory,
  bundle: { readonly code: string } = workflowBundle,
): Promise<unknown> {
  try {
    await Worker.runReplayHistory({ workflowBundle: bundle }, history);
    return undefined;
  } catch (error) {
    return error;
  }
}

function jsonText(subject: string): string {
  return readFileSync(new URL(`../histories/official-1.24.0-${subject}.json`, import.meta.url), "utf8");
}

describe("forms of a history", () => {
  const history = historyOf("activity-chain");
  const pascal = jsonText("activity-chain").replace(/"EVENT_TYPE_([A-Z_]+)"/g, (_, name: string) =>
    JSON.stringify(
      name
        .split("_")
        .map((word) => word[0] + word.slice(1).toLowerCase())
        .join(""),
    ),
  );
  test.each<[string, ReplayHistory]>([
    ["as fetched", history],
    ["encoded", encodeHistory(history)],
    ["JSON as recorded", jsonText("activity-chain")],
    ["JSON with short names of enums", pascal],
    ["parsed JSON", historyToJson(history) as unknown as { readonly events: readonly unknown[] }],
  ])("%s", async (_, form) => {
    expect(await errorOf(form)).toBeUndefined();
  });

  test.each<[string, ReplayHistory]>([
    ["text that is no JSON", "{"],
    ["JSON of something else", "[1]"],
    ["no event", { events: [] }],
    ["bytes that are no message", new Uint8Array([0xff, 0xff])],
    ["the middle of a history", { events: history.events.slice(4) }],
  ])("%s is refused", async (_, form) => {
    const error = await errorOf(form);
    expect(error).toBeInstanceOf(ReplayError);
    expect(error).toMatchObject({ code: "REPLAY", reason: "badHistory" });
  });

  test("what is no history at all is a type error", async () => {
    expect(await errorOf(7 as unknown as string)).toBeInstanceOf(TypeError);
    expect(await errorOf(null as unknown as string)).toBeInstanceOf(TypeError);
  });
});

describe("many histories", () => {
  test("results come in order, on several threads, also for the same run twice", async () => {
    const given = [...subjects, ...subjects.slice(0, 5)].map((subject) => recorded(subject));
    const histories = given.map(({ workflowId, events }) => ({
      workflowId,
      history: { events: [...events] },
    }));
    const results = [];
    for await (const result of Worker.runReplayHistories(
      { workflowBundle, workflowThreadPoolSize: 2 },
      histories,
    )) {
      results.push(result);
    }
    expect(results.filter(({ error }) => error !== undefined)).toEqual([]);
    expect(results.map(({ workflowId, runId }) => ({ workflowId, runId }))).toEqual(
      given.map(({ workflowId, runId }) => ({ workflowId, runId })),
    );
  });

  test("one that fails does not hold up the others", async () => {
    const bad = ofType(recorded("activity-one"), "timerSleep");
    const histories = [bad, recorded("activity-one")].map(({ workflowId, events }) => ({
      workflowId,
      history: { events: [...events] },
    }));
    const errors = [];
    for await (const { error } of Worker.runReplayHistories({ workflowBundle }, histories))
      errors.push(error?.name);
    expect(errors).toEqual([expect.any(String), undefined]);
  });

  test("a source that fails: the results of what it gave come first", async () => {
    async function* failing(): AsyncGenerator<{ workflowId: string; history: History }> {
      yield { workflowId: "w", history: historyOf("activity-one") };
      throw new Error("lost");
    }
    const seen: unknown[] = [];
    const all = (async () => {
      for await (const { workflowId } of Worker.runReplayHistories({ workflowBundle }, failing())) {
        seen.push(workflowId);
      }
    })();
    await expect(all).rejects.toThrow("lost");
    expect(seen).toEqual(["w"]);
  });

  test("leaving the loop ends the source", async () => {
    let ended = false;
    async function* endless(): AsyncGenerator<{ workflowId: string; history: History }> {
      try {
        for (;;) yield { workflowId: "w", history: historyOf("activity-one") };
      } finally {
        ended = true;
      }
    }
    for await (const { error } of Worker.runReplayHistories({ workflowBundle }, endless())) {
      expect(error).toBeUndefined();
      break;
    }
    await vi.waitFor(() => expect(ended).toBe(true));
  });
});

describe("what failed", () => {
  test("code without a command that history has", async () => {
    const { events } = withTimerBefore(recorded("activity-chain"), 5);
    const error = (await errorOf({ events: [...events] })) as DeterminismViolationError;
    expect(error).toBeInstanceOf(DeterminismViolationError);
    expect(error).toBeInstanceOf(OfWorkflows);
    expect(error.name).toBe("DeterminismViolationError");
    expect(error.message).toMatch(
      /^Replay failed with a nondeterminism error\. This means that the workflow code as written/,
    );
    const { report } = error;
    expect(report?.event).toEqual({ eventId: 5, type: "TimerStarted", about: "timer id '77'" });
    expect(report?.neighbours.map(({ eventId }) => eventId)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(report?.command?.description).toContain("activity");
    expect(report?.command?.stack).toMatch(/^\s+at .*workflows\/activities\.ts:\d+:\d+/m);
    expect(report?.command?.stack).not.toContain("perdure:workflow-runtime");
    expect(error.message).toContain("> 5 TimerStarted: timer id '77'");
    expect(error.message).toMatch(/workflow code: .*activity[^\n]*\n\s+at .*activities\.ts:/);
  });

  test("a workflow type that the code does not have", async () => {
    // A bundle without a default workflow, which would run for any type.
    const bundle = { code: await bundleOf("activities.ts") };
    const error = await errorOf({ events: [...ofType(recorded("activity-one"), "nowhere").events] }, bundle);
    expect(error).toMatchObject({ name: "ReplayError", reason: "workflowTaskFailed" });
    expect((error as Error).message).toContain("nowhere");
  });

  test("events in another order", async () => {
    const { events } = swapped(recorded("activity-chain"), 6, 7);
    expect(await errorOf({ events: [...events] })).toMatchObject({
      name: "ReplayError",
      reason: "badHistory",
      report: { event: { eventId: 6 } },
    });
  });

  test("code that does not yield: the error has the stack of the loop, and others are not held up", async () => {
    const looping = { workflowId: "looping", history: historyOfLoop() };
    const good = { workflowId: "good", history: historyOf("activity-one") };
    const codes = { workflowsPath: fileURLToPath(new URL("looping-workflows.ts", import.meta.url)) };
    const results: ReplayResult[] = [];
    const two = Worker.runReplayHistories({ ...codes, workflowThreadPoolSize: 1 }, [looping, looping, good]);
    for await (const result of two) results.push(result);
    for (const { error } of results.slice(0, 2)) {
      expect(error).toMatchObject({ name: "ReplayError", reason: "deadlock" });
      expect(error?.message).toMatch(/\[TMPRL1101\].* of run loop-run did not yield within 5000 ms/);
      expect(error?.message).toMatch(/\n +at loopsAtOnce \(.*worker\/looping-workflows\.ts:\d+:\d+\)/);
    }
    expect(results).toHaveLength(3);
    expect(results[2]).toMatchObject({ workflowId: "good", events: good.history.events.length });
    expect(results[2]?.error).toBeUndefined();
  }, 60_000);

  test("no code is an error of the options", async () => {
    await expect(Worker.runReplayHistory({}, historyOf("activity-one"))).rejects.toThrow("workflowsPath");
  });
});
