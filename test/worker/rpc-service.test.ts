import { expect, test } from "vitest";
import { GrpcStatus } from "../../src/platform/rpc-port.ts";
import type { RawCallOptions } from "../../src/transport/connection.ts";
import { RpcWorkerService, type WorkerIdentity } from "../../src/worker/rpc-service.ts";
import { rpcError } from "./fake-server.ts";

const identity: WorkerIdentity = {
  namespace: "ns",
  taskQueue: "queue",
  stickyQueue: "sticky",
  identity: "me",
  buildId: "build",
  workerInstanceKey: "key",
  deployment: undefined,
  buildIdBasedVersioning: true,
  maxTaskQueueActivitiesPerSecond: undefined,
};

test("bug class 53: the goodbye of a worker is sent once, whatever becomes of it", async () => {
  const calls: { readonly path: string; readonly retry: RawCallOptions["retry"] }[] = [];
  const unary = (path: string, _bytes: Uint8Array, { retry }: RawCallOptions): Promise<never> => {
    calls.push({ path, retry });
    return Promise.reject(rpcError(GrpcStatus.UNAVAILABLE));
  };
  const service = new RpcWorkerService(() => ({ unary }), identity);
  await expect(service.shutdownWorker({ workflow: true, activity: true })).rejects.toThrow();
  // The connection itself would repeat a call.
  expect(calls).toEqual([{ path: expect.stringMatching(/\/ShutdownWorker$/), retry: false }]);
});
