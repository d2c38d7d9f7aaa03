import { expect, test } from "vitest";
import { WorkflowServiceHandlers } from "../../../src/gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import { WorkflowServiceMethods } from "../../../src/gen/codec/temporal/api/workflowservice/v1/service.ts";
import { GrpcStatus } from "../../../src/platform/rpc-port.ts";
import { Dispatcher } from "../../../src/server/rpc/dispatcher.ts";

test("a call that has to wait for the event loop, and whose caller leaves meanwhile, reaches no handler", async () => {
  const dispatcher = new Dispatcher({ admit: () => {}, onDefect: () => {} });
  const polled: string[] = [];
  dispatcher.declare(WorkflowServiceHandlers);
  dispatcher.register(WorkflowServiceHandlers, {
    pollWorkflowTaskQueue: ({ identity }) => {
      polled.push(identity);
      return {};
    },
  });
  const { path, encode } = WorkflowServiceMethods.pollWorkflowTaskQueue;
  const poll = (identity: string, signal?: AbortSignal): Promise<unknown> =>
    dispatcher.unary(path, encode({ identity }), { signal });
  await poll("first");
  // Longer than calls may follow each other without a pause.
  const endMs = performance.now() + 20;
  while (performance.now() < endMs);
  const leave = new AbortController();
  const left = poll("left", leave.signal);
  const stayed = poll("stayed");
  leave.abort();
  await expect(left).rejects.toMatchObject({ status: GrpcStatus.CANCELLED });
  await stayed;
  expect(polled).toEqual(["first", "stayed"]);
});
