/** Connect's transports and ours in one another's place, by every protocol that the embedded server speaks. */
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Client, WorkflowExecutionAlreadyStartedError } from "../../src/client/mod.ts";
import { connectTransport, fromConnectTransport } from "../../src/connect/mod.ts";
import { HistoryEventFilterType } from "../../src/gen/es/temporal/api/enums/v1/workflow_pb.ts";
import { WorkflowExecutionAlreadyStartedFailureSchema } from "../../src/gen/es/temporal/api/errordetails/v1/message_pb.ts";
import { WorkflowService } from "../../src/gen/es/temporal/api/workflowservice/v1/service_pb.ts";
import { EmbeddedServer } from "../../src/server/mod.ts";
import { Connection } from "../../src/transport/connection.ts";
import type { ConnectionOptions } from "../../src/transport/connection-options.ts";

const server = new EmbeddedServer();
let address: string;

beforeAll(async () => {
  ({ address } = await server.listen());
});
afterAll(() => server.close());

const PROTOCOLS: readonly ConnectionOptions[] = [
  { protocol: "grpc" },
  { protocol: "grpc-web" },
  { protocol: "connect" },
  { protocol: "connect", useBinaryFormat: false },
  { protocol: "http-json" },
];

describe.each(PROTOCOLS)("a connection by %o as a Connect transport", (protocol) => {
  const workflowId = JSON.stringify(protocol);
  const start = {
    namespace: "default",
    workflowId,
    workflowType: { name: "order" },
    taskQueue: { name: "orders" },
    requestId: "first",
  };

  test("serves a generated client: answers, errors with details, signals", async () => {
    const connection = await Connection.connect({ ...protocol, address });
    const client = createClient(WorkflowService, connectTransport(connection));
    const { runId } = await client.startWorkflowExecution(start);
    const again = ConnectError.from(
      await client
        .startWorkflowExecution({ ...start, requestId: "second" })
        .catch((reason: unknown) => reason),
    );
    expect(again.code).toBe(Code.AlreadyExists);
    expect(again.findDetails(WorkflowExecutionAlreadyStartedFailureSchema)).toMatchObject([{ runId }]);
    const wait = {
      namespace: "default",
      execution: { workflowId, runId },
      waitNewEvent: true,
      historyEventFilterType: HistoryEventFilterType.CLOSE_EVENT,
    };
    const leave = new AbortController();
    const left = client.getWorkflowExecutionHistory(wait, { signal: leave.signal });
    leave.abort();
    await expect(left).rejects.toMatchObject({ code: Code.Canceled });
    await connection.close();
  });
});

const TRANSPORTS = [
  ["gRPC", () => createGrpcTransport({ baseUrl: `http://${address}` })],
  ["gRPC-Web", () => createGrpcWebTransport({ baseUrl: `http://${address}`, httpVersion: "1.1" })],
  [
    "Connect",
    () => createConnectTransport({ baseUrl: `http://${address}`, httpVersion: "2", useBinaryFormat: true }),
  ],
] as const;

test.each(TRANSPORTS)(
  "connect-node's %s below a connection: a client's calls and its errors",
  async (name, make) => {
    const connection = await Connection.connect({ transport: fromConnectTransport(make()) });
    const { workflow } = new Client({ connection });
    const options = { workflowId: `below ${name}`, taskQueue: "orders" };
    const handle = await workflow.start("order", options);
    await handle.signal("pay", 5);
    expect((await handle.describe()).status.name).toBe("RUNNING");
    await expect(workflow.start("order", options)).rejects.toBeInstanceOf(
      WorkflowExecutionAlreadyStartedError,
    );
    await handle.terminate("enough");
    await expect(handle.result()).rejects.toMatchObject({ name: "WorkflowFailedError" });
    await connection.close();
  },
);
