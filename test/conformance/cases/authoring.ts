/** Parts of the authoring API that leave no trace in histories. */
import assert from "node:assert/strict";
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
];
