import assert from "node:assert/strict";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { NamespaceNotFoundFailureSchema } from "../../../../src/gen/es/temporal/api/errordetails/v1/message_pb.ts";
import { WorkflowService } from "../../../../src/gen/es/temporal/api/workflowservice/v1/service_pb.ts";
import { type Fault, PROMPT_MS, until, within } from "../../../transport/fault.ts";
import { type Served, serve, serving } from "../served.ts";

type Transport = ReturnType<typeof createConnectTransport>;

const TRANSPORTS: Readonly<Record<string, (baseUrl: string) => Transport>> = {
  "Connect in binary": (baseUrl) =>
    createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: true }),
  "Connect in JSON": (baseUrl) =>
    createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: false }),
  "gRPC-Web in binary": (baseUrl) =>
    createGrpcWebTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: true }),
  "gRPC-Web in JSON": (baseUrl) =>
    createGrpcWebTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: false }),
  "Connect over HTTP/2": (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2" }),
};

async function speaks({ listener, metadata, waiting }: Served, transport: Transport): Promise<void> {
  const service = createClient(WorkflowService, transport);
  const info = await service.getSystemInfo({}, { headers: { "client-name": "tests" } });
  assert.equal(info.serverVersion, "1.32.0");
  assert.equal(metadata()["client-name"], "tests");
  const page = await service.getWorkflowExecutionHistory({ maximumPageSize: 3_000_000 });
  assert.equal(page.nextPageToken.length, 3_000_000);
  const error = await service.describeNamespace({ namespace: "nö pe" }).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof ConnectError, String(error));
  assert.equal(error.code, Code.NotFound);
  assert.equal(error.rawMessage, "Namespace nö pe is not found.");
  assert.deepEqual(
    error.findDetails(NamespaceNotFoundFailureSchema).map(({ namespace }) => namespace),
    ["nö pe"],
  );
  const large = await service
    .getWorkflowExecutionHistory({ nextPageToken: new Uint8Array(4_200_000) })
    .catch((thrown: unknown) => thrown);
  assert.ok(large instanceof ConnectError, String(large));
  assert.equal(large.code, Code.ResourceExhausted);
  const controller = new AbortController();
  const poll = service.pollWorkflowTaskQueue({}, { signal: controller.signal }).catch(() => {});
  await until(() => waiting.size === 1, "the poll");
  controller.abort();
  await poll;
  await until(() => waiting.size === 0, "the end of the poll");
  assert.ok(listener.address.length > 0);
}

async function answer(
  url: string,
  init: RequestInit = {},
): Promise<{ status: number; headers: Headers; json: unknown }> {
  const response = await fetch(url, init);
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    json: text === "" ? undefined : JSON.parse(text),
  };
}

export const web: readonly Fault[] = [
  ...Object.entries(TRANSPORTS).map(([name, transport]) => ({
    name,
    run: () => serving({}, (served) => speaks(served, transport(`http://${served.listener.address}`))),
  })),
  {
    name: "HTTP/JSON: an answer, an error with details, what is not there, a body too large",
    run: () =>
      serving({}, async ({ listener, metadata }) => {
        const base = `http://${listener.address}`;
        const info = await answer(`${base}/api/v1/system-info`, { headers: { "grpc-metadata-x-a": "b" } });
        assert.deepEqual(info.json, { serverVersion: "1.32.0", capabilities: { upsertMemo: true } });
        assert.equal(info.headers.get("content-type"), "application/json");
        assert.equal(metadata()["x-a"], "b");
        assert.equal(metadata()["client-name"], "temporal-server-http");
        const missing = await answer(`${base}/cluster/namespaces/n%C3%B6`);
        assert.equal(missing.status, 404);
        assert.deepEqual(missing.json, {
          code: 5,
          message: "Namespace nö is not found.",
          details: [
            {
              "@type": "type.googleapis.com/temporal.api.errordetails.v1.NamespaceNotFoundFailure",
              namespace: "nö",
            },
          ],
        });
        assert.deepEqual((await answer(`${base}/nope`)).json, { code: 5, message: "Not Found" });
        const body = JSON.stringify({ input: ["a".repeat(4_200_000)] });
        const large = await answer(`${base}/api/v1/namespaces/n/workflows/w/signal/s`, {
          method: "POST",
          body,
        });
        assert.equal(large.status, 400);
        assert.deepEqual(large.json, { code: 3, message: "http: request body too large" });
      }),
  },
  {
    name: "what is under way when the listener closes is UNAVAILABLE",
    run: async () => {
      const { listener, waiting } = await serve({});
      const transport = createConnectTransport({ baseUrl: `http://${listener.address}`, httpVersion: "1.1" });
      const poll = createClient(WorkflowService, transport)
        .pollWorkflowTaskQueue({})
        .catch((thrown: unknown) => thrown);
      await until(() => waiting.size === 1, "the poll");
      await within(PROMPT_MS, listener.close(), "close()");
      const error = await within(PROMPT_MS, poll, "the poll");
      assert.ok(error instanceof ConnectError, String(error));
      assert.equal(error.code, Code.Unavailable);
      await until(() => waiting.size === 0, "the end of the poll");
    },
  },
  {
    name: "pages of other origins are refused, but those that were named",
    run: async () => {
      const headers = { origin: "https://app.example.com" };
      const preflight = {
        method: "OPTIONS",
        headers: {
          ...headers,
          "access-control-request-method": "POST",
          "access-control-request-headers": "content-type",
        },
      };
      await serving({}, async ({ listener }) => {
        const url = `http://${listener.address}/api/v1/system-info`;
        assert.equal((await answer(url, { headers })).status, 403);
        assert.equal((await answer(url, preflight)).status, 403);
        assert.equal((await answer(url, { headers: { origin: `http://${listener.address}` } })).status, 200);
      });
      await serving({ corsOrigins: ["https://app.example.com"] }, async ({ listener }) => {
        const url = `http://${listener.address}/api/v1/system-info`;
        const good = await answer(url, { headers });
        assert.equal(good.status, 200);
        assert.equal(good.headers.get("access-control-allow-origin"), "https://app.example.com");
        assert.equal(good.headers.get("vary"), "origin");
        const asked = await answer(url, preflight);
        assert.equal(asked.status, 204);
        assert.match(asked.headers.get("access-control-allow-headers") ?? "", /content-type/);
        assert.match(asked.headers.get("access-control-allow-methods") ?? "", /POST/);
        assert.equal((await answer(url, { headers: { origin: "https://other.example.com" } })).status, 403);
      });
    },
  },
];
