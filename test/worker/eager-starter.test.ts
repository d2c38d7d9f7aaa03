import { expect, test } from "vitest";
import {
  decodePollWorkflowTaskQueueResponse,
  encodePollWorkflowTaskQueueResponse,
} from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { FixedSlots } from "../../src/worker/slots/fixed.ts";
import { WorkerEagerStarter } from "../../src/worker/workflow/eager-starter.ts";
import { turn } from "./manual-clock.ts";

const task = decodePollWorkflowTaskQueueResponse(
  encodePollWorkflowTaskQueueResponse({
    taskToken: Uint8Array.of(1, 2),
    workflowExecution: { workflowId: "w", runId: "r" },
    history: { events: [{ eventId: 1n }] },
  }),
);

test("a place is a slot of the pollers, and its task goes the way of polled ones", () => {
  const slots = new FixedSlots(2);
  const taken: { readonly bytes: Uint8Array; readonly release: () => void }[] = [];
  const starter = new WorkerEagerStarter({
    namespace: "default",
    taskQueue: "orders",
    slots,
    deployment: { deploymentName: "shop", buildId: "7", workerVersioningMode: 2 },
    accept: (bytes, permit) => void taken.push({ bytes, release: () => permit.release() }),
  });
  expect(starter).toMatchObject({ namespace: "default", taskQueue: "orders" });
  const [first, second] = [starter.tryReserve(), starter.tryReserve()];
  expect(first?.deployment).toEqual({ deploymentName: "shop", buildId: "7", workerVersioningMode: 2 });
  expect(starter.tryReserve()).toBeUndefined();
  second?.release();
  expect(slots.used).toBe(1);
  first?.accept(task);
  expect(decodePollWorkflowTaskQueueResponse(taken[0]!.bytes)).toEqual(task);
  expect(slots.used).toBe(1);
  taken[0]!.release();
  expect(slots.used).toBe(0);
});

test("it is idle when each place was given back or has its task", async () => {
  const slots = new FixedSlots(2);
  const permits: { release(): void }[] = [];
  const facts = { namespace: "default", taskQueue: "orders", deployment: undefined };
  const accept = (_task: Uint8Array, permit: { release(): void }): void => void permits.push(permit);
  const starter = new WorkerEagerStarter({ ...facts, slots, accept });
  await starter.idle();
  const [first, second] = [starter.tryReserve(), starter.tryReserve()];
  expect(starter.tryReserve()).toBeUndefined();
  let idle = false;
  const waiting = starter.idle().then(() => {
    idle = true;
  });
  second?.release();
  await turn();
  expect(idle).toBe(false);
  first?.accept(task);
  await waiting;
  // The slot is that of the task now.
  expect([permits.length, slots.used]).toEqual([1, 1]);
});
