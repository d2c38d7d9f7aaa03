import { describe, expect, test } from "vitest";
import type { Job } from "../../src/core/activation.ts";
import { markerTimeMs } from "../../src/core/local-activity-marker.ts";
import { timestampMs } from "../../src/core/wire-time.ts";
import { moved } from "./altered.ts";
import { expectRecordedAnswer } from "./expect-recorded.ts";
import { legible } from "./legible.ts";
import { type Recorded, recorded, subjects, workflowTasks } from "./recorded.ts";
import { hasLocals, localMarkerOf } from "./recorded-locals.ts";
import {
  type Activated,
  type Delivered,
  fullTask,
  ReplayedRun,
  replayHistory,
  stickyTask,
} from "./replay-history.ts";
import { loadWorkflowCode } from "./workflow-code.ts";

/*
 * What independent implementations of a worker get wrong, each looked at in the histories that show it. That the commands are
 * right in every one of these is shown by histories.test.ts; here it is what workflow code is told, and when.
 */

const code = await loadWorkflowCode("mod.ts");

async function activations(subject: string): Promise<readonly Activated["activation"][]> {
  const { activated } = await replayHistory(code, recorded(subject));
  return activated.map(({ activation }) => activation);
}

function kindsOf(jobs: readonly Job[]): readonly string[] {
  return jobs.map(({ kind }) => kind);
}

/** Answers all tasks that were completed, one worker keeping the run. */
async function keptRun(history: Recorded): Promise<readonly Delivered[]> {
  const run = new ReplayedRun(code, history);
  const delivered: Delivered[] = [];
  for (const task of workflowTasks(history.events)) {
    if (task.completed !== undefined) delivered.push(await run.deliver(stickyTask(history, task)));
  }
  run.evict();
  return delivered;
}

/** Validators are called once; and how updates and signals were mixed, the order of accepted updates does not tell. */
function withoutPlaceOfUpdates(jobs: readonly Job[]): readonly Job[] {
  const updates = jobs.flatMap((job) => (job.kind === "doUpdate" ? [{ ...job, runValidator: true }] : []));
  const others = jobs.filter(({ kind }) => kind !== "doUpdate");
  return [...others, ...updates.toSorted((a, b) => (a.updateId < b.updateId ? -1 : 1))];
}

/**
 * Local activities that ended one after the other within a task are told together in a replay, as in the official SDK: what
 * is told is the same, in other activations.
 */
function allJobs(activated: readonly Activated[]): readonly string[] {
  const jobs = activated.flatMap(({ activation }) => withoutPlaceOfUpdates(activation.jobs));
  const told = jobs.filter(({ kind }) => kind !== "notifyHasPatch");
  return told.map((job) => JSON.stringify(legible(withoutTimes(job)), withoutDefaults)).toSorted();
}

/** What was decoded has every field, what core made has not. */
function withoutDefaults(_key: string, value: unknown): unknown {
  if (value === "") return undefined;
  return typeof value === "bigint" ? `${value}` : value;
}

function withoutTimes(job: Job): object {
  return job.kind === "resolveLocalActivity" && job.resolution.kind === "backoff"
    ? { ...job, resolution: { ...job.resolution, originalScheduleTime: undefined } }
    : job;
}

describe.each(subjects)("%s", (subject) => {
  const history = recorded(subject);

  test("bug classes 1 and 15: replay tells workflow code the same, in as many activations, as it was told at first", async () => {
    const seen = ({ activation }: Activated): unknown => {
      const { timestampMs, historyLength, historySizeBytes, continueAsNewSuggested } = activation;
      // Only a replay knows patches beforehand.
      const jobs = withoutPlaceOfUpdates(activation.jobs.filter(({ kind }) => kind !== "notifyHasPatch"));
      return legible({ jobs, timestampMs, historyLength, historySizeBytes, continueAsNewSuggested });
    };
    const live = (await keptRun(history)).flatMap(({ activated }) => activated);
    const { activated } = await replayHistory(code, history);
    if (hasLocals(history)) expect(allJobs(activated)).toEqual(allJobs(live));
    else expect(activated.map(seen)).toEqual(live.map(seen));
    expect(live.some(({ activation }) => activation.isReplaying)).toBe(false);
  });

  test("bug class 14: time is that of the tasks that took effect, and never goes back", async () => {
    const { activated } = await replayHistory(code, history);
    const times = activated.map(({ activation }) => activation.timestampMs);
    const effective = workflowTasks(history.events).filter((task) => task.completed !== undefined);
    const starts = effective.map(({ startedId }) => timestampMs(history.events[startedId - 1]!.eventTime!));
    const ends = history.events.flatMap((event) => localMarkerOf(event)?.completeTime ?? []);
    const known = [...starts, ...ends.map(markerTimeMs)];
    expect(times.filter((time) => !known.includes(time))).toEqual([]);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});

describe("bug class 3: signals belong to the next task that takes effect, before all else", () => {
  test.each(["signal-before-first-task", "signal-with-start"])("%s", async (subject) => {
    const [first, ...others] = await activations(subject);
    expect(kindsOf(first!.jobs)).toEqual(["initializeWorkflow", "signalWorkflow"]);
    expect(others).toEqual([]);
  });

  test("a signal that came before timers and activities ended, to one activation with them", async () => {
    const [, second] = await activations("order-of-resolutions");
    expect(kindsOf(second!.jobs)).toEqual([
      "signalWorkflow",
      ...["resolveActivity", "resolveActivity", "fireTimer", "fireTimer"],
    ]);
  });

  test("a signal that came after them all the same, and the commands are the same", async () => {
    const history = recorded("order-of-resolutions");
    for (const place of [12, 14, 16, 17]) {
      const late = moved(history, 10, place);
      const [, task] = workflowTasks(late.events);
      const run = new ReplayedRun(code, late);
      const delivered = await run.deliver(fullTask(late, task!));
      expectRecordedAnswer(delivered, late, task!);
      expect(delivered.activated.at(-1)!.activation.jobs[0]!.kind).toBe("signalWorkflow");
      run.evict();
    }
  });

  test.each(["task-timed-out-later", "worker-killed-in-the-middle"])(
    "%s: a signal before an attempt that came to nothing",
    async (subject) => {
      const jobs = (await activations(subject)).map((activation) => kindsOf(activation.jobs));
      expect(jobs).toEqual([
        ["initializeWorkflow"],
        ["resolveActivity"],
        ["signalWorkflow"],
        ["resolveActivity"],
      ]);
    },
  );
});

describe("bug classes 9 and 13: attempts that failed or timed out leave no trace", () => {
  test.each(["task-failed-then-fixed", "task-failed-unknown-type", "task-timed-out-first"])(
    "%s",
    async (subject) => {
      const jobs = (await activations(subject)).map((activation) => kindsOf(activation.jobs));
      expect(jobs).toEqual([["initializeWorkflow"], ["resolveActivity"], ["fireTimer"]]);
    },
  );

  test("the task after them is live, with the flags of those before", async () => {
    const history = recorded("task-failed-then-fixed");
    const task = workflowTasks(history.events).find(({ startedId }) => startedId === 15)!;
    expect(task.attempt).toBe(3);
    const run = new ReplayedRun(code, history);
    const delivered = await run.deliver(fullTask(history, task));
    expectRecordedAnswer(delivered, history, task);
    expect(delivered.activated.map(({ activation }) => activation.isReplaying)).toEqual([true, false]);
    run.evict();
  });

  test("what the code answered with failed as recorded", async () => {
    const history = recorded("task-failed-then-fixed");
    const broken = await loadWorkflowCode("broken/tasks.ts");
    for (const task of workflowTasks(history.events).filter(({ startedId }) => [9, 12].includes(startedId))) {
      const { answer, evicted } = await new ReplayedRun(broken, history).deliver(fullTask(history, task));
      const { attributes } = history.events[task.startedId]!;
      if (attributes.case !== "workflowTaskFailedEventAttributes") throw new Error("no failed task");
      const { cause, failure } = attributes.value;
      const { message, source } = failure!;
      const stackTrace = expect.stringMatching(
        /^Error: a defect[^\n]*\n +at fixedLater \(.*broken\/tasks\.ts:10:\d+\)$/,
      );
      expect(answer).toMatchObject({ kind: "failed", cause, failure: { message, source, stackTrace } });
      expect(evicted).toBe("workflowFailed");
    }
  });

  test("a workflow type that the bundle lacks fails the task with the recorded words", async () => {
    const history = recorded("task-failed-unknown-type");
    const others = await loadWorkflowCode("timers.ts");
    const [task] = workflowTasks(history.events);
    const { answer } = await new ReplayedRun(others, history).deliver(fullTask(history, task!));
    const { attributes } = history.events[3]!;
    if (attributes.case !== "workflowTaskFailedEventAttributes") throw new Error("no failed task");
    const { cause, failure } = attributes.value;
    expect(answer).toMatchObject({
      kind: "failed",
      cause,
      failure: { message: expect.stringContaining(failure!.message) },
    });
  });
});

describe("bug classes 12 and 16: flags", () => {
  test("a language flag is recorded in the first task that asks for it", () => {
    const flagged = subjects.flatMap((subject) =>
      workflowTasks(recorded(subject).events).filter(
        ({ completed }) => completed?.sdkMetadata?.langUsedFlags.length,
      ),
    );
    // Compared, each of them, by histories.test.ts.
    expect(flagged.length).toBeGreaterThan(20);
  });

  test("the flags of a replayed task are known before its code runs", async () => {
    const flags = (await activations("scope-nested")).map(({ availableFlags }) => availableFlags);
    expect(flags).toEqual([[], [1], [1], [1]]);
  });

  test("workflow code knows the build that a replayed task ran on", async () => {
    const history = recorded("activity-chain");
    const builds = workflowTasks(history.events).map(({ completed }) => completed!.workerVersion!.buildId);
    expect(builds[0]).toMatch(/^@temporalio\/worker@1\.24\.0\+/);
    const versions = (await activations("activity-chain")).map(({ deploymentVersion }) => deploymentVersion);
    expect(versions).toEqual(builds.map((buildId) => ({ deploymentName: "", buildId })));
  });

  test("taking over a run, a worker writes its name once and repeats no flag", async () => {
    const history = recorded("scope-nested");
    const sdk = { sdkName: "perdure", sdkVersion: "0.0.1" };
    const run = new ReplayedRun(code, history, { sdk });
    const [, , third, fourth] = workflowTasks(history.events);
    const answers = [
      await run.deliver(fullTask(history, third!)),
      await run.deliver(stickyTask(history, fourth!)),
    ];
    expect(answers.map(({ answer }) => answer.kind === "completed" && answer.request.sdkMetadata)).toEqual([
      { ...sdk, coreUsedFlags: [], langUsedFlags: [] },
      // History as delivered says that the official SDK went on.
      { ...sdk, coreUsedFlags: [], langUsedFlags: [] },
    ]);
    run.evict();
  });
});

describe("bug class 18: an activity is resolved once, whatever comes later", () => {
  test.each([
    ["activity-try-cancel-then-more", "it completes after it was cancelled"],
    ["activity-abandon", "it goes on after it was abandoned"],
    ["activity-wait-cancellation-returns", "it ends well though it was cancelled"],
    ["activity-wait-cancellation-fails", "it fails though it was cancelled"],
  ])("%s: %s", async (subject) => {
    const jobs = (await activations(subject)).flatMap((activation) => activation.jobs);
    const seqs = jobs.flatMap((job) => (job.kind === "resolveActivity" ? [job.seq] : []));
    expect(seqs).toEqual([...new Set(seqs)]);
    expect(seqs).toContain(1);
  });
});

describe("bug class 19: what is cancelled before it was sent is not sent", () => {
  test.each(["timer-cancelled-at-once", "timer-global-cleared-at-once", "activity-cancelled-before-sent"])(
    "%s: its number is used up",
    async (subject) => {
      const history = recorded(subject);
      const [first] = await keptRun(history);
      const asked = first!.activated.flatMap(({ completion }) =>
        completion.kind === "success" ? completion.commands.map(({ kind }) => kind) : [],
      );
      const sent = first!.answer.kind === "completed" ? first!.answer.request.commands : [];
      expect(asked.length).toBeGreaterThan(sent.length);
      expect(sent.length).toBe(workflowTasks(history.events)[0]!.commandEvents.length);
    },
  );
});

describe("bug classes 22 and 23: commands beside the one that ends the run", () => {
  test.each(["continue-as-new-open-timer-1", "cancel-with-cleanup", "timer-race-activity-wins"])(
    "%s: that one is the last, and alone of its kind",
    async (subject) => {
      const { answer } = (await keptRun(recorded(subject))).at(-1)!;
      const cases = answer.kind === "completed" ? answer.request.commands.map((c) => c.attributes.case) : [];
      const ends = cases.map((name) =>
        /^(complete|fail|cancel|continueAsNew)WorkflowExecution/.test(name ?? ""),
      );
      expect(ends).toEqual(cases.map((_, index) => index === cases.length - 1));
      expect(cases.length).toBeGreaterThan(0);
    },
  );
});

test("a reset run draws from a new seed after the reset, and from the old one before it", async () => {
  const seeds = (await activations("reset")).flatMap(({ jobs }) =>
    jobs.flatMap((job) => ("randomnessSeed" in job ? [[job.kind, job.randomnessSeed] as const] : [])),
  );
  expect(seeds.map(([kind]) => kind)).toEqual(["initializeWorkflow", "updateRandomSeed"]);
  expect(seeds[0]![1]).not.toBe(seeds[1]![1]);
});
