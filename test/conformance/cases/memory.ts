/** A workflow that fills the heap of its thread. */
import assert from "node:assert/strict";
import { finish, state, waiting } from "../case-workflows/plain.ts";
import { startWorkerProcess, type WorkerProcess } from "../worker-processes.ts";
import { type Case, type CaseWorld, eventually } from "./case.ts";

/** Where a thread has a heap of its own that can be full without ending the process. */
const SURVIVES = !("Deno" in globalThis);

async function recoversFromHoarding({ address, client, id, taskQueue }: CaseWorld): Promise<void> {
  const start = async (): Promise<WorkerProcess> =>
    await startWorkerProcess({ address, taskQueue, workflows: "case-workflows", heapMb: 160 });
  let worker = await start();
  try {
    const others = [];
    for (let index = 0; index < 10; index++) {
      const options = { workflowId: id(), taskQueue, workflowTaskTimeout: "3 seconds" as const };
      others.push(await client.workflow.start(waiting, options));
    }
    for (const handle of others) assert.equal(await handle.query(state), "waiting");
    const hoarding = await client.workflow.start("hoards", { workflowId: id(), taskQueue, args: [] });
    await hoarding.signal(finish, "go");
    if (!SURVIVES) {
      // The runtime ends the whole process; a supervisor starts it again.
      await worker.exited;
      await hoarding.terminate();
      worker = await start();
    }
    let exited = false;
    void worker.exited.then(() => {
      exited = true;
    });
    for (const handle of others) await handle.signal(finish, "on");
    for (const handle of others) assert.equal(await handle.result(), "on");
    if ("Bun" in globalThis) {
      // The engine refuses the allocation, which fails the task; on a busy machine filling the heap takes so long that the deadlock
      // detection is there first.
      const why = await eventually("the task fails", async () => {
        const { events } = await hoarding.fetchHistory();
        for (const { attributes } of events)
          if (attributes.case === "workflowTaskFailedEventAttributes")
            return attributes.value.failure?.message;
        return undefined;
      });
      assert.match(why ?? "", /out of memory|potential deadlock/i);
    }
    if (SURVIVES) await hoarding.terminate();
    assert.equal(exited, false);
  } finally {
    await worker.kill();
  }
}

export const memoryCases: readonly Case[] = [
  {
    name: "memory: a workflow that fills the heap does not keep others from their end",
    run: recoversFromHoarding,
  },
];
