import { describe, expect, test } from "vitest";
import type { Payload } from "../../src/gen/codec/temporal/api/common/v1/message.ts";
import { QueryResultType } from "../../src/gen/codec/temporal/api/enums/v1/query.ts";
import { expectRecordedAnswer } from "./expect-recorded.ts";
import { legible } from "./legible.ts";
import { eventsBetween, type RecordedTask, recorded, workflowTasks } from "./recorded.ts";
import { type Answer, fullTask, ReplayedRun, stickyTask, type TaskToDeliver } from "./replay-history.ts";
import { loadWorkflowCode } from "./workflow-code.ts";

const code = await loadWorkflowCode("mod.ts");
const history = recorded("query-counter");
const tasks = workflowTasks(history.events);
const utf8 = new TextEncoder();

const json = (value: unknown): Payload => ({
  metadata: { encoding: utf8.encode("json/plain") },
  data: utf8.encode(JSON.stringify(value)),
  externalPayloads: [],
});
const total = { queryType: "total" };
const describeItems = { queryType: "describe", queryArgs: { payloads: [json("items")] } };

/** What the counter stands at after a task, read from its history. */
function stateAfter({ startedId }: RecordedTask): { sum: number; isClosed: boolean } {
  let sum = 0;
  let isClosed = false;
  for (const { attributes } of eventsBetween(history.events, 1, startedId)) {
    if (attributes.case === "activityTaskCompletedEventAttributes") {
      sum = JSON.parse(new TextDecoder().decode(attributes.value.result?.payloads[0]?.data)) as number;
    }
    if (attributes.case === "workflowExecutionSignaledEventAttributes") {
      isClosed ||= attributes.value.signalName === "close";
    }
  }
  return { sum, isClosed };
}

/** Last event written for a task. */
function lastEventOf({ startedId, commandEvents }: RecordedTask): number {
  return Number(commandEvents.at(-1)?.eventId ?? startedId + 1);
}

function expectAnswer(answer: Answer, value: unknown): void {
  expect(answer.kind).toBe("queried");
  if (answer.kind !== "queried") return;
  expect(answer.request.completedType).toBe(QueryResultType.ANSWERED);
  expect(legible(answer.request.queryResult)).toEqual(legible({ payloads: [json(value)] }));
}

describe.each(tasks)("after the task of event $startedId", (task) => {
  const { sum, isClosed } = stateAfter(task);
  const description = `${sum} items, ${isClosed ? "closed" : "open"}`;
  /** A query with a task of its own, for a worker without the run. */
  const fresh: TaskToDeliver = {
    events: eventsBetween(history.events, 1, lastEventOf(task)),
    previousStartedId: task.startedId,
    startedId: 0,
  };

  test("a new worker replays and answers", async () => {
    for (const [query, value] of [
      [total, sum],
      [describeItems, description],
    ] as const) {
      const run = new ReplayedRun(code, history);
      const { answer, activated } = await run.deliver({ ...fresh, legacyQuery: query });
      expectAnswer(answer, value);
      expect(activated.every(({ activation }) => activation.isReplaying)).toBe(true);
      run.evict();
    }
  });

  test("the new worker goes on with the run: the events that came with the query are not applied twice", async () => {
    const run = new ReplayedRun(code, history);
    expectAnswer((await run.deliver({ ...fresh, legacyQuery: total })).answer, sum);
    for (const next of tasks.slice(tasks.indexOf(task) + 1)) {
      expectRecordedAnswer(await run.deliver(stickyTask(history, next)), history, next);
    }
    run.evict();
  });

  test("a worker that has the run answers, with or without the last events", async () => {
    const run = new ReplayedRun(code, history);
    expectRecordedAnswer(await run.deliver(fullTask(history, task)), history, task);
    if (run.evicted) {
      expect(isClosed).toBe(true);
      return;
    }
    const query = { previousStartedId: task.startedId, startedId: 0 };
    const since = eventsBetween(history.events, task.startedId + 1, lastEventOf(task));
    for (const events of [[], since, since]) {
      expectAnswer((await run.deliver({ ...query, events, legacyQuery: total })).answer, sum);
      expectAnswer((await run.deliver({ ...query, events, legacyQuery: describeItems })).answer, description);
    }
    for (const next of tasks.slice(tasks.indexOf(task) + 1)) {
      expectRecordedAnswer(await run.deliver(stickyTask(history, next)), history, next);
    }
    run.evict();
  });

  test("queries that ride on the task are answered with it", async () => {
    const run = new ReplayedRun(code, history);
    const queries = { a: total, b: describeItems, c: { queryType: "nobody" } };
    const delivered = await run.deliver({ ...fullTask(history, task), queries });
    expectRecordedAnswer({ ...delivered, activated: delivered.activated.slice(0, -1) }, history, task);
    const { answer } = delivered;
    const results = answer.kind === "completed" ? answer.request.queryResults : {};
    expect(legible(results["a"]?.answer)).toEqual(legible({ payloads: [json(sum)] }));
    expect(legible(results["b"]?.answer)).toEqual(legible({ payloads: [json(description)] }));
    expect(results["c"]).toMatchObject({
      resultType: QueryResultType.FAILED,
      errorMessage: expect.stringContaining("did not register a handler for nobody"),
    });
    run.evict();
  });
});

describe("odd queries", () => {
  const last = tasks.at(-1)!;
  const closed: TaskToDeliver = { events: history.events, previousStartedId: last.startedId, startedId: 0 };

  test("bug class 40: a closed run is replayed, answers, ends nothing, and leaves the cache", async () => {
    const run = new ReplayedRun(code, history);
    const { answer, evicted } = await run.deliver({ ...closed, legacyQuery: describeItems });
    expectAnswer(answer, "9 items, closed");
    expect(evicted).toBe("ended");
  });

  test("a query that nobody handles fails, and only the query", async () => {
    const run = new ReplayedRun(code, history);
    const first = tasks[0]!;
    await run.deliver(fullTask(history, first));
    const query = { events: [], previousStartedId: first.startedId, startedId: 0 };
    const { answer } = await run.deliver({ ...query, legacyQuery: { queryType: "nobody" } });
    expect(answer).toMatchObject({
      kind: "queried",
      request: { completedType: QueryResultType.FAILED, errorMessage: expect.stringContaining("nobody") },
    });
    expectRecordedAnswer(await run.deliver(stickyTask(history, tasks[1]!)), history, tasks[1]!);
    run.evict();
  });

  test("a query about a state that is past is left for the server to ask again", async () => {
    const run = new ReplayedRun(code, history);
    await run.deliver(fullTask(history, tasks[1]!));
    const stale = { events: [], previousStartedId: tasks[0]!.startedId, startedId: 0, legacyQuery: total };
    expect((await run.deliver(stale)).answer).toEqual({ kind: "dropped", why: "Query expired" });
    run.evict();
  });

  test("bug class 42: a query whose replay goes wrong fails as a query", async () => {
    const other = recorded("activity-one");
    const run = new ReplayedRun(code, history);
    const { answer, evicted } = await run.deliver({
      events: [history.events[0]!, ...other.events.slice(1)],
      previousStartedId: 9,
      startedId: 0,
      legacyQuery: total,
    });
    expect(answer).toMatchObject({
      kind: "queried",
      request: {
        completedType: QueryResultType.FAILED,
        errorMessage: expect.stringContaining("[TMPRL1100]"),
      },
    });
    expect(evicted).toBe("nondeterminism");
  });
});
