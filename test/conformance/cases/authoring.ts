/** Parts of the authoring API that leave no trace in histories. */
import assert from "node:assert/strict";
import type { TemporalDuration } from "perdure/common";
import { type Case, rejection } from "./case.ts";

export const authoringCases: readonly Case[] = [
  {
    name: "authoring: default handlers, a trigger and a value kept through waits",
    async run({ client, id, taskQueue, withWorker }) {
      await withWorker(
        async () => {
          const handle = await client.workflow.start("anyName", { workflowId: id(), taskQueue, args: [] });
          await handle.signal("first", 1);
          assert.deepEqual(await handle.query("anything", "a", "b"), ["anything", 2, 1]);
          await handle.signal("second");
          assert.deepEqual(await handle.result(), [[["first", 1], ["second"]], "after second", "ada"]);
        },
        { maxCachedWorkflows: 0 },
      );
    },
  },
  {
    name: "authoring: times as Temporal.Duration, and the clock of Temporal.Now, where the runtime has Temporal",
    async run({ client, id, taskQueue, withWorker }) {
      const { Temporal } = globalThis as {
        readonly Temporal?: { readonly Duration: { from(text: string): TemporalDuration } };
      };
      const minute = Temporal === undefined ? "1 minute" : Temporal.Duration.from("PT1M");
      const refusal =
        'Invalid time of sleep(): "P1W". How long its weeks are depends on a calendar: give days and less, ' +
        "or round the Temporal.Duration with a relativeTo first";
      await withWorker(
        async () => {
          const workflowId = id();
          const result = await client.workflow.execute("temporalTimes", {
            workflowId,
            taskQueue,
            args: [],
            workflowRunTimeout: minute,
          });
          assert.deepEqual(
            result,
            Temporal === undefined ? "none" : [true, "UTC", false, refusal, "Hello, Ada!"],
          );
          const { events = [] } = await client.workflow.getHandle(workflowId).fetchHistory();
          const started = events[0]?.attributes;
          assert.equal(started?.case, "workflowExecutionStartedEventAttributes");
          assert.equal(started.value.workflowRunTimeout?.seconds, 60n);
        },
        { maxCachedWorkflows: 0 },
      );
    },
  },
  {
    name: "authoring: errors that fail the workflow, by its definition and by its worker",
    async run({ client, id, taskQueue, withWorker }) {
      await withWorker(
        async () => {
          for (const [type, message] of [
            ["failsByDefinition", "none left"],
            ["failsByWorker", "too far"],
          ] as const) {
            const error = await rejection(
              client.workflow.execute(type, { workflowId: id(), taskQueue, args: [] }),
            );
            assert.equal((error.cause as Error).message, message);
          }
        },
        { workflowFailureErrorTypes: { failsByWorker: ["RangeError"] } },
      );
    },
  },
  {
    name: "authoring: code that is not deterministic fails the workflow where the worker says so, under each of its names",
    async run({ client, id, taskQueue, withWorker }) {
      const kinds = ["NondeterminismError", "DeterminismViolationError", "Error"];
      for (const kind of kinds) {
        await withWorker(
          async () => {
            const started = { workflowId: id(), taskQueue, args: [] };
            const error = await rejection(client.workflow.execute("forgetful", started));
            assert.match((error.cause as Error).message, /TMPRL1100|[Nn]ondeterminism/);
          },
          // Without a cache the second task replays the first one.
          { maxCachedWorkflows: 0, workflowFailureErrorTypes: { "*": [kind] } },
        );
      }
    },
  },
];
