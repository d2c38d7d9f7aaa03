import { expect, test } from "vitest";
import { openOwnServer } from "../harness/own-server.ts";

test("a worker that was not heard of for five minutes is gone", async () => {
  const own = openOwnServer();
  const { workflow } = own.services;
  const namespace = "default";
  const beat = (workerInstanceKey: string): Promise<unknown> =>
    workflow.recordWorkerHeartbeat({ namespace, workerHeartbeat: [{ workerInstanceKey, status: 1 }] });
  await beat("a");
  await beat("b");
  own.wall.advance(4 * 60_000);
  await beat("a");
  own.wall.advance(2 * 60_000);
  const { workers } = await workflow.listWorkers({ namespace });
  expect(workers.map(({ workerInstanceKey }) => workerInstanceKey)).toEqual(["a"]);
  await expect(workflow.describeWorker({ namespace, workerInstanceKey: "b" })).rejects.toThrow(
    "Worker b not found",
  );
  await own.close();
});

test("pages of workers go on after the last key", async () => {
  const own = openOwnServer();
  const { workflow } = own.services;
  const namespace = "default";
  const workerHeartbeat = ["c", "a", "b", "e", "d"].map((workerInstanceKey) => ({ workerInstanceKey }));
  await workflow.recordWorkerHeartbeat({ namespace, workerHeartbeat });
  const keys: string[][] = [];
  let nextPageToken: Uint8Array = new Uint8Array(0);
  do {
    const page = await workflow.listWorkers({ namespace, pageSize: 2, nextPageToken });
    keys.push(page.workers.map(({ workerInstanceKey }) => workerInstanceKey));
    nextPageToken = page.nextPageToken;
  } while (nextPageToken.length > 0);
  expect(keys).toEqual([["a", "b"], ["c", "d"], ["e"]]);
  await own.close();
});
