/** Local activities, where workers come and go and what histories do not show. */
import assert from "node:assert/strict";
import { localRepeated } from "../case-workflows/locals.ts";
import type { Case, CaseWorld } from "./case.ts";

type Events = Awaited<ReturnType<ReturnType<CaseWorld["client"]["workflow"]["getHandle"]>["fetchHistory"]>>;

/** The repeated attempts that each answered workflow task reported. */
function repeatedAttempts({ events = [] }: Events): (number | undefined)[] {
  return events.flatMap(({ attributes }) =>
    attributes?.case === "workflowTaskCompletedEventAttributes"
      ? [attributes.value.meteringMetadata?.nonfirstLocalActivityExecutionAttempts]
      : [],
  );
}

export const localActivityCases: readonly Case[] = [
  {
    name: "local activities: the server hears of attempts that later workflow tasks repeated",
    async run({ client, id, taskQueue, withWorker }) {
      let calls = 0;
      const failing = async (times: number): Promise<number> => {
        calls += 1;
        if (calls <= times) throw new Error(`attempt ${calls}`);
        return calls;
      };
      const workflowId = id();
      const started = {
        workflowId,
        taskQueue,
        args: [12] as [number],
        workflowTaskTimeout: "1 second",
      } as const;
      await withWorker(async () => assert.equal(await client.workflow.execute(localRepeated, started), 13), {
        activities: { failing },
      });
      const [first, ...later] = repeatedAttempts(await client.workflow.getHandle(workflowId).fetchHistory());
      assert.equal(first, 0);
      // The last task tells the result: attempts before it in the same task are not told of, as with Temporal's own core.
      assert.equal(later.at(-1), 0);
      const middle = later.slice(0, -1).map((count) => count ?? 0);
      assert.ok(middle.length > 0 && middle.every((count) => count >= 2 && count <= 5), `${first}, ${later}`);
    },
  },
];
