/** Workflow code that is changed under running workflows. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { WorkflowHandle } from "perdure/client";
import { bundleWorkflowCode, type PatchActivationInput, type WorkerOptions } from "perdure/worker";
import { type Case, type CaseWorld, eventually } from "./case.ts";

type Phase = "before" | "with" | "deprecated" | "after";

async function bundleOf(phase: Phase): Promise<{ code: string }> {
  const path = new URL(`../case-workflows/patched/${phase}.ts`, import.meta.url);
  return await bundleWorkflowCode({ workflowsPath: fileURLToPath(path) });
}

/** A worker with the code of one phase, while `use` runs. */
async function deploy(
  world: CaseWorld,
  phase: Phase,
  use: () => Promise<void>,
  options: Partial<WorkerOptions> = {},
): Promise<void> {
  const workflowBundle = await bundleOf(phase);
  await world.withWorker(use, {
    workflowBundle,
    stickyQueueScheduleToStartTimeout: "1 second",
    ...options,
  });
}

type Greetings = () => Promise<string>;

async function started({ client, id, taskQueue }: CaseWorld): Promise<WorkflowHandle<Greetings>> {
  const handle = await client.workflow.start<Greetings>("greetings", { workflowId: id(), taskQueue });
  await eventually("a workflow that waits", async () => {
    const { events } = await handle.fetchHistory();
    const last = events.at(-1)?.attributes.case;
    const isDone = events.some(
      ({ attributes }) => attributes.case === "activityTaskCompletedEventAttributes",
    );
    return isDone && last === "workflowTaskCompletedEventAttributes" ? true : undefined;
  });
  return handle;
}

async function finished(handle: WorkflowHandle<Greetings>): Promise<string> {
  await handle.signal("finish", "");
  return await handle.result();
}

async function markers(handle: WorkflowHandle<Greetings>): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  return events.flatMap(({ attributes }) => {
    if (attributes.case !== "markerRecordedEventAttributes") return [];
    const data = attributes.value.details["patch-data"]?.payloads[0]?.data;
    return [new TextDecoder().decode(data)];
  });
}

const OLD = "Hello, old!";
const NEW = "Hello, new! Hello, and more!";

export const patchCases: readonly Case[] = [
  {
    name: "patches: a change deployed in phases, with runs of each phase going on in the next",
    async run(world) {
      const runs: WorkflowHandle<Greetings>[] = [];
      const begin = async (): Promise<void> => void runs.push(await started(world));
      await deploy(world, "before", begin);
      await deploy(world, "with", async () => {
        assert.equal(await finished(runs[0]!), OLD);
        await begin();
      });
      await deploy(world, "deprecated", async () => {
        assert.equal(await finished(runs[1]!), NEW);
        await begin();
      });
      await deploy(world, "after", async () => {
        assert.equal(await finished(runs[2]!), NEW);
        await begin();
        assert.equal(await finished(runs[3]!), NEW);
      });
      const recorded = await Promise.all(runs.map(markers));
      assert.deepEqual(recorded, [
        [],
        ['{"id":"greet-more","deprecated":false}'],
        ['{"id":"greet-more","deprecated":true}'],
        [],
      ]);
    },
  },
  {
    name: "patches: the worker decides whether a new run takes a patch, and a replay keeps to it",
    async run(world) {
      const asked: PatchActivationInput[] = [];
      const patchActivationCallback = (input: PatchActivationInput): boolean => {
        asked.push(input);
        return false;
      };
      let run: WorkflowHandle<Greetings> | undefined;
      const begin = async (): Promise<void> => {
        run = await started(world);
      };
      await deploy(world, "with", begin, { patchActivationCallback });
      assert.deepEqual(
        asked.map(({ patchId, workflowInfo }) => [
          patchId,
          workflowInfo.workflowType,
          workflowInfo.workflowId,
        ]),
        [["greet-more", "greetings", run!.workflowId]],
      );
      assert.ok(asked[0]!.workflowInfo.startTime instanceof Date);
      await deploy(world, "with", async () => assert.equal(await finished(run!), OLD));
      assert.deepEqual(await markers(run!), []);
    },
  },
  {
    name: "patches: a decision that throws fails the task, not the workflow",
    async run(world) {
      const { client, id, taskQueue } = world;
      const run = await client.workflow.start<Greetings>("greetings", { workflowId: id(), taskQueue });
      const patchActivationCallback = (): boolean => {
        throw new Error("cannot decide");
      };
      const failed = async (): Promise<void> => {
        const message = await eventually("a failed task", async () => {
          const { events } = await run.fetchHistory();
          const found = events.find(({ attributes: a }) => a.case === "workflowTaskFailedEventAttributes");
          return found?.attributes.case === "workflowTaskFailedEventAttributes"
            ? found.attributes.value.failure?.message
            : undefined;
        });
        assert.match(message, /patchActivationCallback failed for patch greet-more: cannot decide/);
      };
      await deploy(world, "with", failed, { patchActivationCallback });
      await deploy(world, "with", async () => assert.equal(await finished(run), NEW));
    },
  },
];
