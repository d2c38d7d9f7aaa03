/** The official TypeScript SDK on a server whose time skips, driven through TestService as its test environment does. */
import { equal, ok } from "node:assert/strict";
import { Client, Connection } from "@temporalio/client";
// How the SDK's own test environment gets its TestService.
import { InternalConnectionOptionsSymbol } from "@temporalio/client/lib/connection.js";
import { officialWorker } from "./typescript.mjs";

const DAY_MS = 86_400_000;

/** A workflow that sleeps a day ends at once when time is unlocked, and not before. */
export async function runTime(report, address, workflowBundle) {
  const connection = await Connection.connect({
    address,
    [InternalConnectionOptionsSymbol]: { supportsTestService: true },
  });
  const client = new Client({ connection });
  const worker = await officialWorker(address, workflowBundle);
  const now = async () => Number((await connection.testService.getCurrentTime({})).time.seconds) * 1_000;
  await report.check("official TypeScript SDK: time that skips", async () => {
    const start = await now();
    const handle = await client.workflow.start("sleepsADay", {
      taskQueue: worker.taskQueue,
      workflowId: "sleeps-a-day",
    });
    equal((await handle.describe()).status.name, "RUNNING");
    await connection.testService.unlockTimeSkipping({});
    const slept = await handle.result();
    await connection.testService.lockTimeSkipping({});
    ok(slept >= DAY_MS && slept < DAY_MS + 60_000, `slept ${slept} ms`);
    ok((await now()) >= start + DAY_MS);
  });
  await report.check("official TypeScript SDK: sleeping in time that skips", async () => {
    const start = await now();
    await connection.testService.unlockTimeSkippingWithSleep({ duration: { seconds: 3_600 } });
    const passed = (await now()) - start;
    ok(passed >= 3_600_000 && passed < 3_660_000, `passed ${passed} ms`);
  });
  await worker.stop();
  await connection.close();
}
