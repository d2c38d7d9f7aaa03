/** Starts and awaits workflows one after the other, and in groups of 20; prints its own CPU per call pair. */
import { Client, Connection } from "SDK/client";

const { ADDRESS, TASK_QUEUE, COUNT } = process.env;
const connection = await Connection.connect({ address: ADDRESS });
const client = new Client({ connection });
let next = 0;
const round = async () =>
  await client.workflow.execute("one", {
    taskQueue: TASK_QUEUE,
    workflowId: `client-${process.pid}-${next++}`,
    args: [],
  });

const group = async (count) => {
  for (let done = 0; done < count; done += 20) await Promise.all(Array.from({ length: 20 }, round));
};
await group(100);
const before = process.cpuUsage();
await group(Number(COUNT));
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ cpuMs: (user + system) / 1000 / Number(COUNT) }));
await connection.close();
