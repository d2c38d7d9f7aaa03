/** What workflows and activities tell the outside: each thing once, however often history is replayed. */
import assert from "node:assert/strict";
import { log, metricMeter } from "perdure/activity";
import type { InjectedSinks } from "perdure/worker";
import {
  change,
  changeQuietly,
  check,
  end,
  leave,
  leaveQuietly,
  look,
  type Observers,
  observed,
  unfinished,
} from "../case-workflows/observing.ts";
import { linesOf, valuesOf } from "../observed.ts";
import { type Case, type CaseWorld, eventually, rejection } from "./case.ts";

export const measuringActivities = {
  async measured(kind: string): Promise<void> {
    log.info(`measures ${kind}`);
    metricMeter.createCounter("calls").add(2, { kind });
    metricMeter.withTags({ part: "meter" }).createHistogram("lengths").record(7);
  },
};

function failuresOfSinks(taskQueue: string): unknown[] {
  return linesOf({ taskQueue })
    .filter(({ message }) => message === "External sink function threw an error")
    .map(({ meta }) => meta?.["fnName"]);
}

const STEPS = ["start", "timer", "activity", "local activity", "end"];

/** Sinks that keep what they are told. */
function keepingSinks(): {
  readonly once: unknown[][];
  readonly always: string[];
  readonly sinks: InjectedSinks<Observers>;
} {
  const once: unknown[][] = [];
  const always: string[] = [];
  const notes = {
    once: {
      fn: (info: { readonly workflowId: string }, step: string, seen: object) => {
        once.push([info.workflowId, step, seen]);
      },
    },
    always: { fn: (_: unknown, step: string) => void always.push(step), callDuringReplay: true },
    fails: {
      fn: async () => {
        throw new Error("the sink is full");
      },
    },
  };
  // One function is missing, as when a worker is older than its workflows.
  return { once, always, sinks: { notes } as unknown as InjectedSinks<Observers> };
}

async function observe({ client, id, taskQueue }: CaseWorld): Promise<string> {
  const handle = await client.workflow.start(observed, { workflowId: id(), taskQueue });
  assert.equal(await handle.query(look), "looked");
  await rejection(handle.executeUpdate(check, { args: ["bad"] }));
  assert.equal(await handle.executeUpdate(check, { args: ["good"] }), "good");
  assert.equal(await handle.result(), "done");
  return handle.workflowId;
}

/** With a cache and without one: then each task replays all before it. */
const CACHES = [100, 0];

async function warnings(world: CaseWorld, waits: boolean, quietly: boolean): Promise<string[]> {
  const { client, id, taskQueue } = world;
  const handle = await client.workflow.start(unfinished, { workflowId: id(), taskQueue, args: [waits] });
  await handle.signal(quietly ? leaveQuietly : leave);
  const update = await handle.startUpdate(quietly ? changeQuietly : change, { waitForStage: "ACCEPTED" });
  await handle.signal(end);
  assert.equal(await handle.result(), handle.workflowId);
  if (waits) await update.result();
  // The line of the end comes after the warnings.
  await eventually(
    "the line of the end",
    async () =>
      linesOf({ workflowId: handle.workflowId }).some(({ message }) => message === "Workflow completed") ||
      undefined,
  );
  return linesOf({ workflowId: handle.workflowId })
    .filter(({ level }) => level === "WARN")
    .map(({ message }) => message);
}

export const observingCases: readonly Case[] = [
  ...CACHES.map((maxCachedWorkflows) => ({
    name: `sinks: called once each, and during replay when they ask for it (cache of ${maxCachedWorkflows})`,
    async run(world: CaseWorld) {
      const { once, always, sinks } = keepingSinks();
      const workflowId = await world.withWorker(() => observe(world), {
        activities: measuringActivities,
        maxCachedWorkflows,
        sinks,
      });
      const steps = once.filter(([, step]) => step !== "query");
      assert.deepEqual(
        steps,
        STEPS.map((step) => [workflowId, step, { at: new Date(0), list: [step] }]),
      );
      assert.ok(once.some(([, step]) => step === "query"));
      assert.deepEqual([...new Set(always)], STEPS);
      const replayed = always.length > STEPS.length;
      assert.equal(replayed, maxCachedWorkflows === 0, `${always}`);
      // What fails in a sink, or is no sink here, is the worker's to tell and not the workflow's to suffer from.
      const failures = failuresOfSinks(world.taskQueue);
      assert.deepEqual([...new Set(failures)].sort(), ["fails", "missing"]);
    },
  })),
  ...CACHES.map((maxCachedWorkflows) => ({
    name: `log: lines of workflows, queries, validators and activities come once (cache of ${maxCachedWorkflows})`,
    async run(world: CaseWorld) {
      const workflowId = await world.withWorker(() => observe(world), {
        activities: measuringActivities,
        maxCachedWorkflows,
        sinks: keepingSinks().sinks,
      });
      const told = linesOf({ workflowId }).filter(({ level }) => level === "INFO");
      const messages = told.map(({ message }) => message);
      for (const wanted of [
        ...STEPS.map((step) => `at ${step}`),
        "at query",
        "at validator of bad",
        "at validator of good",
        "measures normal",
        "measures local",
      ]) {
        assert.equal(messages.filter((message) => message === wanted).length, 1, `${wanted} in ${messages}`);
      }
      const { meta } = told.find(({ message }) => message === "at timer") ?? {};
      const { namespace, taskQueue, workflowType, step, sdkComponent } = meta ?? {};
      assert.deepEqual(
        { namespace, taskQueue, workflowType, step, sdkComponent },
        {
          namespace: "default",
          taskQueue: world.taskQueue,
          workflowType: "observed",
          step: "timer",
          sdkComponent: "workflow",
        },
      );
    },
  })),
  ...CACHES.map((maxCachedWorkflows) => ({
    name: `metrics: values of workflows and activities count once, with their tags (cache of ${maxCachedWorkflows})`,
    async run(world: CaseWorld) {
      const { sinks } = keepingSinks();
      await world.withWorker(() => observe(world), {
        activities: measuringActivities,
        maxCachedWorkflows,
        sinks,
      });
      const { taskQueue } = world;
      const found = valuesOf(taskQueue);
      const outer = { namespace: "default", taskQueue };
      const inWorkflow = { ...outer, workflowType: "observed" };
      const named = (name: string): readonly object[] =>
        found.filter((value) => value.name === name).map(({ value, tags }) => ({ value, tags }));
      assert.deepEqual(
        named("steps"),
        STEPS.map((step) => ({ value: 1, tags: { ...inWorkflow, of: "observed", step } })),
      );
      assert.deepEqual(named("sizes"), [{ value: 1.5, tags: inWorkflow }]);
      assert.deepEqual(named("level"), [{ value: 2, tags: inWorkflow }]);
      assert.deepEqual(named("open"), [{ value: -1, tags: inWorkflow }]);
      const inActivity = { ...outer, activityType: "measured" };
      assert.deepEqual(named("calls"), [
        { value: 2, tags: { ...inActivity, kind: "normal" } },
        { value: 2, tags: { ...inActivity, kind: "local" } },
      ]);
      assert.deepEqual(
        named("lengths"),
        [1, 2].map(() => ({ value: 7, tags: { ...inActivity, part: "meter" } })),
      );
    },
  })),
  {
    name: "handlers: the worker warns of those that are unfinished at the end, unless their policy or waiting says otherwise",
    async run(world) {
      await world.withWorker(async () => {
        const [updates, signals, ...more] = (await warnings(world, false, false)).sort().reverse();
        assert.match(`${updates}`, /\[TMPRL1102\].*update handlers were still running.*change/s);
        assert.match(`${signals}`, /\[TMPRL1102\].*signal handlers were still running.*leave/s);
        assert.deepEqual(more, []);
        assert.deepEqual(await warnings(world, false, true), []);
        assert.deepEqual(await warnings(world, true, false), []);
      });
    },
  },
];
