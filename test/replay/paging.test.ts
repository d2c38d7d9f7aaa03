import { describe, expect, test } from "vitest";
import { expectRecordedAnswer } from "./expect-recorded.ts";
import { legible } from "./legible.ts";
import {
  eventsBetween,
  type Recorded,
  type RecordedTask,
  recorded,
  subjects,
  workflowTasks,
} from "./recorded.ts";
import { fullTask, type Pages, ReplayedRun, replayTask, type TaskToDeliver } from "./replay-history.ts";
import { loadWorkflowCode } from "./workflow-code.ts";

const code = await loadWorkflowCode("mod.ts");
const pageSizes = [1, 3, 7] as const;

interface Split {
  /** Size of the first page, which comes with the task; 0 when history has to be fetched from the start. */
  readonly first: number;
  readonly size: number;
  /** An empty page with a token comes before each page, and an empty one without at the end. */
  readonly emptyPages?: boolean;
}

/** Pages of the events of a task. */
function pagesOf(events: TaskToDeliver["events"], { first, size, emptyPages }: Split): Pages {
  return (token) => {
    const from = token === "" ? first : Number(/\d+/.exec(token)?.[0]);
    if (emptyPages && !token.startsWith("now")) {
      return { events: [], nextPageToken: from < events.length ? `now ${from}` : "" };
    }
    const to = Math.min(from + size, events.length);
    return {
      events: events.slice(from, to),
      nextPageToken: to < events.length || emptyPages ? `at ${to}` : "",
    };
  };
}

/** The task with the first page only. */
function firstPage(task: TaskToDeliver, { first }: Split): TaskToDeliver {
  return { ...task, events: task.events.slice(0, first), nextPageToken: `at ${first}` };
}

const answered = (history: Recorded): readonly RecordedTask[] =>
  workflowTasks(history.events).filter(({ completed }) => completed !== undefined);

describe.each(subjects)("%s", (subject) => {
  const history = recorded(subject);

  test.each(pageSizes)("bug class 2: replays from pages of %i events, wherever they end", async (size) => {
    const whole = replayTask(history);
    const split = { first: size, size };
    const run = new ReplayedRun(code, history, { pages: pagesOf(whole.events, split) });
    const unpaged = await new ReplayedRun(code, history).deliver(whole);
    const { answer, activated } = await run.deliver(
      size < whole.events.length ? firstPage(whole, split) : whole,
    );
    expect(answer).toEqual(unpaged.answer);
    expect(legible(activated)).toEqual(legible(unpaged.activated));
  });

  test.each(pageSizes)("bug class 2: answers each task as recorded from pages of %i events", async (size) => {
    for (const task of answered(history)) {
      const full = fullTask(history, task);
      if (full.events.length <= size) continue;
      const split = { first: size, size };
      const run = new ReplayedRun(code, history, { pages: pagesOf(full.events, split) });
      const delivered = await run.deliver(firstPage(full, split));
      expect(delivered.pagesFetched.length).toBe(Math.ceil(full.events.length / size) - 1);
      expectRecordedAnswer(delivered, history, task);
      run.evict();
    }
    expect(answered(history).length).toBeGreaterThan(0);
  });

  test("bug class 2: empty pages with a token, and a token to an empty page", async () => {
    for (const task of answered(history)) {
      const full = fullTask(history, task);
      const split = { first: 2, size: 3, emptyPages: true };
      const run = new ReplayedRun(code, history, { pages: pagesOf(full.events, split) });
      expectRecordedAnswer(await run.deliver(firstPage(full, split)), history, task);
      run.evict();
    }
  });

  test.each([
    ["with", "the server lists them with the rest", 0],
    ["without", "they are in the task alone", 2],
  ])(
    "bug class 5: a sticky task at a worker without the run, last events fetched %s: %s",
    async (_with, _why, missing) => {
      for (const task of answered(history)) {
        const full = fullTask(history, task);
        const events = full.events.slice(0, full.events.length - missing);
        const run = new ReplayedRun(code, history, { pages: pagesOf(events, { first: 0, size: 4 }) });
        const tail = eventsBetween(full.events, Math.max(task.previousStartedId + 1, 2), task.startedId);
        const delivered = await run.deliver({ ...full, events: tail });
        expect(delivered.pagesFetched[0]).toBe("");
        expectRecordedAnswer(delivered, history, task);
        run.evict();
      }
    },
  );
});
