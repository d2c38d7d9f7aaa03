/** Where a workflow waits: the stack trace queries. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { enhancedStackTraceQuery, stackTraceQuery, workflowMetadataQuery } from "perdure/workflow";
import { spoilsStacks, waysToSpoil } from "../case-workflows/own-stacks.ts";
import { release, waits } from "../case-workflows/waits.ts";
import { type Case, eventually } from "./case.ts";

const file = fileURLToPath(new URL("../case-workflows/waits.ts", import.meta.url));
const lines = readFileSync(file, "utf8").split("\n");

/** Lines of the workflow that say so of themselves. */
const waitingLines = lines.flatMap((line, index) => (line.includes("// waits: ") ? [index + 1] : []));
const overLines = lines.flatMap((line, index) => (line.includes("// over") ? [index + 1] : []));

const spoilingFile = fileURLToPath(new URL("../case-workflows/own-stacks.ts", import.meta.url));
const spoiltLine =
  readFileSync(spoilingFile, "utf8")
    .split("\n")
    .findIndex((line) => line.includes("// waits here")) + 1;
const spoilt = new RegExp(`own-stacks\\.ts:${spoiltLine}:\\d+`);

const linesIn = (text: string): Set<number> =>
  new Set(Array.from(text.matchAll(/waits\.ts:(\d+):\d+/g), ([, line]) => Number(line)));

export const stackCases: readonly Case[] = [
  {
    name: "stacks: a query names every place at which a workflow waits, cached or not",
    async run({ client, id, taskQueue, withWorker }) {
      await withWorker(
        async () => {
          const handle = await client.workflow.start(waits, { workflowId: id(), taskQueue });
          await eventually("all waits", async () => {
            const { raw } = await handle.describe();
            // The activity is scheduled by the last task before the wait.
            return raw.pendingWorkflowTask === undefined && raw.pendingActivities.length > 0
              ? true
              : undefined;
          });
          const text = await handle.query(stackTraceQuery);
          for (const line of waitingLines)
            assert.ok(linesIn(text).has(line), `line ${line} is not in:\n${text}`);
          for (const line of overLines) assert.ok(!linesIn(text).has(line), `line ${line} is in:\n${text}`);
          assert.match(text, /at (async )?(Lock\.)?acquire|at Lock\.acquire/);
          assert.doesNotMatch(text, /workflow-bundle\.js|perdure:workflow-runtime/);
          assert.equal(await handle.query("__stack_trace"), text);
          const enhanced = await handle.query(enhancedStackTraceQuery);
          assert.equal(enhanced.sdk.name, "perdure");
          const places = new Set(enhanced.stacks.flatMap((stack) => stack.locations.map(({ line }) => line)));
          for (const line of waitingLines) assert.ok(places.has(line));
          assert.deepEqual(Object.keys(enhanced.sources), [file]);
          assert.equal(enhanced.sources[file]?.[0]?.content, lines.join("\n"));
          const { definition } = await handle.query(workflowMetadataQuery);
          assert.equal(definition.type, "waits");
          // The workflow goes on as if nobody had asked.
          await handle.signal(release);
          assert.equal(await handle.result(), "released");
        },
        { showStackTraceSources: true },
      );
    },
  },
  {
    name: "stacks: whatever a workflow does to errors, it is found where it waits, and goes on",
    async run({ client, id, taskQueue, withWorker }) {
      await withWorker(async () => {
        for (const way of waysToSpoil) {
          const handle = await client.workflow.start(spoilsStacks, {
            workflowId: id(),
            taskQueue,
            args: [way],
          });
          // The second answer comes from a run that has been asked before.
          for (const again of [1, 2]) {
            assert.match(await handle.query(stackTraceQuery), spoilt, `${way}, query ${again}`);
            const { stacks } = await handle.query(enhancedStackTraceQuery);
            const lines = stacks.flatMap((stack) => stack.locations.map(({ line }) => line));
            assert.ok(lines.includes(spoiltLine), `${way}, query ${again}: lines ${lines}`);
          }
          await handle.signal(release);
          assert.equal(await handle.result(), way);
        }
      });
    },
  },
];
