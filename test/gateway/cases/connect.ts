/** Connect's transports below our connections, and our connections below clients that Connect generates, through the gateway. */
import assert from "node:assert/strict";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { Client, Connection, type ConnectionOptions } from "perdure/client";
import { connectTransport, fromConnectTransport } from "perdure/connect";
import { errordetails, workflowservice } from "perdure/proto";
import { type Fault, until } from "../../transport/fault.ts";
import { POLL, statusOf, withGateway } from "./rig.ts";

/** Transports of Connect's own. */
const THEIRS: Readonly<Record<string, (baseUrl: string) => Transport>> = {
  "Connect over HTTP/1.1": (baseUrl) =>
    createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: true }),
  "Connect over HTTP/2": (baseUrl) =>
    createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: true }),
  "gRPC-Web over HTTP/1.1": (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1" }),
  gRPC: (baseUrl) => createGrpcTransport({ baseUrl }),
};

/** Each protocol of ours. */
const OURS: Readonly<Record<string, ConnectionOptions>> = {
  gRPC: { protocol: "grpc" },
  "gRPC-Web": { protocol: "grpc-web" },
  Connect: { protocol: "connect" },
  "Connect in JSON": { protocol: "connect", useBinaryFormat: false },
  "HTTP/JSON": { protocol: "http-json" },
};

export const connect: readonly Fault[] = [
  ...Object.entries(THEIRS).map(([name, transportTo]) => ({
    name: `a client of ours over a transport of Connect's: ${name}`,
    run: () =>
      withGateway({}, async ({ listener, polls }) => {
        const transport = fromConnectTransport(transportTo(`http://${listener.address}`));
        const connection = await Connection.connect({ transport });
        const client = new Client({ connection });
        const handle = await client.workflow.start("order", { taskQueue: "q", workflowId: "over-theirs" });
        await handle.signal("pay", 7);
        assert.equal((await handle.describe()).status.name, "RUNNING");
        const again = client.workflow.start("order", { taskQueue: "q", workflowId: "over-theirs" });
        await assert.rejects(again, { name: "WorkflowExecutionAlreadyStartedError" });
        const ended = assert.rejects(handle.result(), { name: "WorkflowFailedError" });
        await handle.terminate("enough");
        await ended;
        const { workflowService } = connection;
        const leaving = new AbortController();
        const other = { ...POLL, taskQueue: { name: "empty" } };
        const poll = statusOf(workflowService.pollWorkflowTaskQueue(other, { abortSignal: leaving.signal }));
        await until(() => polls() === 1, "the poll", 15_000);
        leaving.abort();
        assert.equal(await poll, 1);
        await until(() => polls() === 0, "the end of the poll", 15_000);
        const late = workflowService.pollWorkflowTaskQueue(other, {
          deadline: Date.now() + 2_500,
          retry: false,
        });
        assert.ok([0, 4].includes(await statusOf(late)));
        await connection.close();
      }),
  })),
  ...Object.entries(OURS).map(([name, options]) => ({
    name: `a generated client over a connection of ours: ${name}`,
    run: () =>
      withGateway({}, async ({ connect }) => {
        const client = createClient(workflowservice.WorkflowService, connectTransport(connect(options)));
        assert.match((await client.getSystemInfo({})).serverVersion, /^\d/);
        const request = {
          namespace: "default",
          workflowId: `generated-${name.replace("/", "-")}`,
          workflowType: { name: "order" },
          taskQueue: { name: "q" },
          requestId: "r",
        };
        const { runId } = await client.startWorkflowExecution(request);
        assert.match(runId, /-/);
        const refused = await client
          .startWorkflowExecution({ ...request, requestId: "another" })
          .then(() => undefined, ConnectError.from);
        assert.equal(refused?.code, Code.AlreadyExists);
        const [detail] = refused.findDetails(errordetails.WorkflowExecutionAlreadyStartedFailureSchema);
        assert.equal(detail?.runId, runId);
        const execution = { workflowId: request.workflowId };
        const history = { namespace: "default", execution, waitNewEvent: true };
        const { nextPageToken } = await client.getWorkflowExecutionHistory(history);
        const waiting = client.getWorkflowExecutionHistory({ ...history, nextPageToken }, { timeoutMs: 300 });
        const late = await waiting.then(() => undefined, ConnectError.from);
        assert.ok(late === undefined || late.code === Code.DeadlineExceeded, String(late));
        const leaving = new AbortController();
        const left = client
          .getWorkflowExecutionHistory({ ...history, nextPageToken }, { signal: leaving.signal })
          .then(() => undefined, ConnectError.from);
        leaving.abort();
        assert.equal((await left)?.code, Code.Canceled);
      }),
  })),
];
