import { describe, expect, test } from "vitest";
import { Client, WorkflowExecutionAlreadyStartedError } from "../../src/client/mod.ts";
import type { ConnectionProtocol } from "../../src/transport/connection-options.ts";
import { startRig } from "./harness.ts";

const PROTOCOLS: readonly ConnectionProtocol[] = ["grpc", "grpc-web", "connect", "http-json"];
const POLL = { namespace: "default", taskQueue: { name: "q" }, identity: "me" };

describe.each(PROTOCOLS)("over %s", (protocol) => {
  test("a client starts, signals, describes and lists, and gets errors with their details", async () => {
    await using rig = await startRig();
    const client = new Client({ connection: await rig.connect({ protocol }) });
    const options = { taskQueue: "q", workflowId: "order-1" };
    const handle = await client.workflow.start("order", options);
    await handle.signal("pay", 7);
    expect((await handle.describe()).status.name).toBe("RUNNING");
    const error = await client.workflow.start("order", options).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(WorkflowExecutionAlreadyStartedError);
    await handle.terminate("done");
    expect(rig.seen.of("SignalWorkflowExecution")).toHaveLength(1);
  });

  test("a caller's metadata reaches the server only as far as it may", async () => {
    await using rig = await startRig({ forwardMetadata: ["x-team"] });
    const connection = await rig.connect({
      protocol,
      metadata: {
        "call-initiation": "x",
        "caller-name": "history",
        "caller-type": "system",
        "client-name": "temporal-typescript",
        "client-version": "1.24.0",
        "temporal-principal-name": "admin",
        "temporal-principal-type": "internal",
        "x-forwarded-for": "10.0.0.1",
        "x-secret": "no",
        "x-team": "billing",
        authorization: "Bearer of-the-caller",
        cookie: "session=1",
        traceparent: "00-1-2-00",
      },
    });
    await connection.workflowService.describeNamespace({ namespace: "other" });
    const metadata = rig.seen.of("DescribeNamespace")[0]?.options.metadata;
    expect(metadata).toMatchObject({
      "client-name": "temporal-typescript",
      "client-version": "1.24.0",
      "temporal-namespace": "other",
      "x-team": "billing",
    });
    const names = ["client-name", "client-version", "temporal-namespace", "traceparent", "x-team"];
    expect(Object.keys(metadata ?? {}).sort()).toEqual(names);
  });
});

test("polls without a deadline get one, and a poll that a caller leaves ends at the server", async () => {
  await using rig = await startRig();
  const connection = await rig.connect();
  const leaving = new AbortController();
  const poll = connection.workflowService.pollWorkflowTaskQueue(POLL, { abortSignal: leaving.signal });
  const failed = expect(poll).rejects.toMatchObject({ status: 1 });
  await expect.poll(() => rig.seen.of("PollWorkflowTaskQueue")).toHaveLength(1);
  const [call] = rig.seen.of("PollWorkflowTaskQueue");
  expect(call?.options.timeoutMs).toBeGreaterThan(60_000);
  expect(call?.options.signal?.aborted).toBe(false);
  leaving.abort();
  await failed;
  await expect.poll(() => call?.options.signal?.aborted).toBe(true);
});
