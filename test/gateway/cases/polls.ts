/** Many long polls at a time. */
import assert from "node:assert/strict";
import process from "node:process";
import { type Fault, until } from "../../transport/fault.ts";
import { type Rig, statusOf, withGateway } from "./rig.ts";

const POLLS = 1_000;
const CALLERS = 8;
/** Of clients, gateway and server, which share this process; some 40 MB are usual. */
const MOST_GROWN = 250e6;
const NAMESPACE = "default";

/** Starts so many workflows, some at a time. */
async function start({ connect }: Rig, queue: string, workflows: number): Promise<void> {
  const { workflowService } = connect();
  for (let first = 0; first < workflows; first += 50) {
    await Promise.all(
      Array.from({ length: Math.min(50, workflows - first) }, (_, n) =>
        workflowService.startWorkflowExecution({
          namespace: NAMESPACE,
          taskQueue: { name: queue },
          workflowId: `${queue}-${first + n}`,
          workflowType: { name: "t" },
          requestId: `${queue}-${first + n}`,
        }),
      ),
    );
  }
}

export const polls: readonly Fault[] = [
  {
    name: `${POLLS} at a time: each task comes to one of them, none is lost, and memory stays`,
    run: () =>
      withGateway({}, async (rig) => {
        const connections = Array.from({ length: CALLERS }, () => rig.connect());
        const before = process.memoryUsage().rss;
        const got: string[] = [];
        const waiting = Array.from({ length: POLLS }, async (_, n) => {
          const { workflowService } = connections[n % CALLERS] as (typeof connections)[number];
          const poll = { namespace: NAMESPACE, taskQueue: { name: "many" }, identity: `p${n}` };
          const task = await workflowService.pollWorkflowTaskQueue(poll);
          got.push(task.workflowExecution?.workflowId ?? "nothing");
        });
        await until(() => rig.polls() === POLLS, `${POLLS} polls`, 60_000);
        await start(rig, "many", POLLS);
        await Promise.all(waiting);
        assert.equal(got.length, POLLS);
        assert.deepEqual(new Set(got), new Set(Array.from({ length: POLLS }, (_, n) => `many-${n}`)));
        assert.equal(rig.polls(), 0);
        const grown = process.memoryUsage().rss - before;
        assert.ok(grown < MOST_GROWN, `${Math.round(grown / 1e6)} MB more`);
      }),
  },
  {
    name: "callers that leave by the hundred, again and again, leave nothing behind and take no task",
    run: () =>
      withGateway({}, async (rig) => {
        const rounds: number[] = [];
        for (let round = 0; round < 4; round++) {
          const connection = rig.connect();
          const leaving = Array.from({ length: 250 }, () =>
            statusOf(
              connection.workflowService.pollWorkflowTaskQueue({
                namespace: NAMESPACE,
                taskQueue: { name: "left" },
              }),
            ),
          );
          await until(() => rig.polls() === 250, "250 polls", 30_000);
          await connection.close();
          assert.deepEqual(new Set(await Promise.all(leaving)), new Set([14]));
          await until(() => rig.polls() === 0, "their end", 30_000);
          rounds.push(process.memoryUsage().rss);
        }
        assert.ok((rounds.at(-1) ?? 0) - (rounds[0] ?? 0) < MOST_GROWN / 2, rounds.join());
        await start(rig, "left", 20);
        const { workflowService } = rig.connect();
        const tasks = await Promise.all(
          Array.from({ length: 20 }, () =>
            workflowService.pollWorkflowTaskQueue(
              { namespace: NAMESPACE, taskQueue: { name: "left" } },
              { deadline: Date.now() + 20_000 },
            ),
          ),
        );
        const ids = new Set(tasks.map((task) => task.workflowExecution?.workflowId));
        assert.equal(ids.size, 20);
        assert.ok(!ids.has(undefined));
      }),
  },
];
