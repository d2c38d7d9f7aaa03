import { describe, expect, test } from "vitest";
import { EventType } from "../../src/gen/codec/temporal/api/enums/v1/event_type.ts";
import { expectRecordedAnswer } from "./expect-recorded.ts";
import { type Recorded, type RecordedTask, recorded, subjects, workflowTasks } from "./recorded.ts";
import { hasLocals } from "./recorded-locals.ts";
import { fullTask, ReplayedRun, stickyTask } from "./replay-history.ts";
import { loadWorkflowCode } from "./workflow-code.ts";

const code = await loadWorkflowCode("mod.ts");
/** A worker is not told that its run was terminated. */
const wasTerminated = ({ events }: Recorded): boolean =>
  events.at(-1)?.eventType === EventType.WORKFLOW_EXECUTION_TERMINATED;

const metadata = { queryType: "__temporal_workflow_metadata" };

describe.each(subjects)("%s", (subject) => {
  const history = recorded(subject);
  // Tasks that failed or timed out never came to an answer: this worker did not see them.
  const tasks = workflowTasks(history.events).filter(({ completed }) => completed !== undefined);

  async function play(run: ReplayedRun, some: readonly RecordedTask[]): Promise<void> {
    for (const task of some)
      expectRecordedAnswer(await run.deliver(stickyTask(history, task)), history, task);
  }

  test("one worker keeps the run and answers task after task as recorded", async () => {
    const run = new ReplayedRun(code, history);
    await play(run, tasks);
    expect(run.evicted).toBe(subject !== "open-run" && !wasTerminated(history));
    run.evict();
  });

  test("the run changes workers before each task: replay, then sticky tasks", async () => {
    for (const [index, task] of tasks.entries()) {
      const run = new ReplayedRun(code, history);
      expectRecordedAnswer(await run.deliver(fullTask(history, task)), history, task);
      await play(run, tasks.slice(index + 1));
      run.evict();
      expect(run.evicted).toBe(true);
    }
  });

  test("bug class 10: the whole history comes with each task of a cached run", async () => {
    const run = new ReplayedRun(code, history);
    for (const task of tasks) {
      const delivered = await run.deliver(fullTask(history, task));
      expectRecordedAnswer(delivered, history, task);
      expect(delivered.activated.filter(({ activation }) => activation.isReplaying)).toEqual([]);
    }
    run.evict();
  });

  test("bug classes 4 and 37: a query after each task changes nothing", async () => {
    const run = new ReplayedRun(code, history);
    for (const task of tasks) {
      expectRecordedAnswer(await run.deliver(stickyTask(history, task)), history, task);
      if (run.evicted) break;
      const { startedId } = task;
      const query = { events: [], previousStartedId: startedId, startedId: 0, legacyQuery: metadata };
      const { answer } = await run.deliver(query);
      expect(answer).toMatchObject({ kind: "queried", request: { completedType: 1 } });
    }
    run.evict();
  });

  // Local activities would go on in another task; see test/core/local-activities.test.ts.
  if (hasLocals(history)) return;

  test("bug class 39: a query that rides on each task is answered with it, after the commands were made", async () => {
    const run = new ReplayedRun(code, history);
    for (const task of tasks) {
      const delivered = await run.deliver({ ...stickyTask(history, task), queries: { q: metadata } });
      const { answer, activated } = delivered;
      const queries = activated.filter(({ activation }) => activation.jobs[0]?.kind === "queryWorkflow");
      expect(queries).toEqual(activated.slice(-1));
      expect(answer).toMatchObject({ request: { queryResults: { q: { resultType: 1 } } } });
      expectRecordedAnswer({ ...delivered, activated: activated.slice(0, -1) }, history, task);
    }
    run.evict();
  });
});
