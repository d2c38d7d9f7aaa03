import { describe, expect, test } from "vitest";
import { anyTypes } from "../../../src/gen/codec/any-types.ts";
import { encodeStatus } from "../../../src/gen/codec/google/rpc/status.ts";
import { encodeNotFoundFailure } from "../../../src/gen/codec/temporal/api/errordetails/v1/message.ts";
import { OperatorServiceHandlers } from "../../../src/gen/codec/temporal/api/operatorservice/v1/service.handlers.ts";
import { OperatorServiceRoutes } from "../../../src/gen/codec/temporal/api/operatorservice/v1/service.routes.ts";
import { OperatorServiceMethods } from "../../../src/gen/codec/temporal/api/operatorservice/v1/service.ts";
import {
  decodeGetWorkflowExecutionHistoryRequest,
  decodeListWorkflowExecutionsRequest,
  decodeSignalWorkflowExecutionRequest,
  decodeStartWorkflowExecutionRequest,
  encodeGetWorkflowExecutionHistoryResponse,
  encodeQueryWorkflowResponse,
} from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { WorkflowServiceHandlers } from "../../../src/gen/codec/temporal/api/workflowservice/v1/service.handlers.ts";
import { WorkflowServiceRoutes } from "../../../src/gen/codec/temporal/api/workflowservice/v1/service.routes.ts";
import { WorkflowServiceMethods } from "../../../src/gen/codec/temporal/api/workflowservice/v1/service.ts";
import { GrpcStatus, type RpcCallOptions, RpcError, type RpcPort } from "../../../src/platform/rpc-port.ts";
import { answerJson } from "../../../src/server/listen/http/json-api.ts";

const NOTHING = new Uint8Array(0);
const decoder = new TextDecoder();
const encoder = new TextEncoder();

interface Seen {
  path: string;
  bytes: Uint8Array;
  options: RpcCallOptions;
}

function portThat(answer: () => Uint8Array): { readonly port: RpcPort; readonly seen: Seen[] } {
  const seen: Seen[] = [];
  return {
    seen,
    port: {
      unary: async (path, bytes, options) => {
        seen.push({ path, bytes, options });
        return { bytes: answer(), headers: {}, trailers: {} };
      },
      close: async () => {},
    },
  };
}

interface Ask {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

async function ask(
  port: RpcPort,
  target: string,
  { method = "GET", body, headers = {} }: Ask = {},
): Promise<{
  readonly status: number;
  readonly json: unknown;
  readonly text: string;
  readonly type: string | undefined;
}> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const request = {
    method,
    target,
    headers: new Headers(headers),
    body: body === undefined ? NOTHING : encoder.encode(text),
    signal: new AbortController().signal,
    secure: false,
    peer: { address: "127.0.0.1", certificate: undefined },
  };
  const response = await answerJson(request, port, 4 * 1024 * 1024);
  const answered = decoder.decode(response.body);
  const json = answered === "" ? undefined : JSON.parse(answered);
  return { status: response.status, json, text: answered, type: response.headers["content-type"] };
}

/** Finds a field by its proto path in a decoded request. */
function fieldOf(message: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => {
    const camel = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return (value as Record<string, unknown> | undefined)?.[camel];
  }, message);
}

const SERVICES = [
  [WorkflowServiceRoutes, WorkflowServiceMethods, WorkflowServiceHandlers],
  [OperatorServiceRoutes, OperatorServiceMethods, OperatorServiceHandlers],
] as const;

describe("HTTP/JSON: routes", () => {
  const rows = SERVICES.flatMap(([routes, methods, handlers]) =>
    Object.entries(routes).flatMap(([name, { http }]) =>
      http.map((rule) => {
        const codec = handlers[name as keyof typeof handlers] as {
          path: string;
          decode: (bytes: Uint8Array) => unknown;
        };
        return { name, rule, codec, known: name in methods };
      }),
    ),
  );

  test("there are as many as the API has", () => {
    expect(rows.length).toBeGreaterThan(200);
    expect(rows.every(({ known }) => known)).toBe(true);
  });

  test.each(rows)("$rule.method $rule.path reaches $name", async ({ rule, codec }) => {
    const fields = [...rule.path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? "");
    let target = rule.path;
    fields.forEach((field, index) => {
      target = target.replace(`{${field}}`, `v%20${index}`);
    });
    const { port, seen } = portThat(() => NOTHING);
    const { status } = await ask(port, target, {
      method: rule.method,
      ...(rule.body === "" ? {} : { body: {} }),
    });
    expect(status).toBe(200);
    expect(seen.map(({ path }) => path)).toEqual([codec.path]);
    const request = codec.decode(seen[0]?.bytes ?? NOTHING);
    expect(fields.map((field) => fieldOf(request, field))).toEqual(fields.map((_, index) => `v ${index}`));
  });

  test.each([
    ["GET", "/nope", 404, { code: 5, message: "Not Found" }],
    ["GET", "/api/v1/namespaces/n/workflows/w%2F1/history", 404, { code: 5, message: "Not Found" }],
    ["GET", "/api/v1/namespaces/n/workflows/w/history/", 404, { code: 5, message: "Not Found" }],
    ["DELETE", "/api/v1/namespaces/n/workflows", 501, { code: 12, message: "Method Not Allowed" }],
    ["OPTIONS", "/api/v1/system-info", 501, { code: 12, message: "Method Not Allowed" }],
  ])("%s %s leads nowhere", async (method, target, status, json) => {
    const { port, seen } = portThat(() => NOTHING);
    expect(await ask(port, target, { method })).toMatchObject({ status, json });
    expect(seen).toEqual([]);
  });

  test("a path with two slashes is sent to the clean one", async () => {
    const { port } = portThat(() => NOTHING);
    expect((await ask(port, "//api/v1//system-info")).status).toBe(301);
  });
});

describe("HTTP/JSON: queries", () => {
  const HISTORY = "/api/v1/namespaces/n/workflows/w/history";

  test("names of proto and of JSON, nested, every kind of value", async () => {
    const { port, seen } = portThat(() => NOTHING);
    await ask(
      port,
      `${HISTORY}?execution.runId=r%201&maximum_page_size=7&waitNewEvent=1&nextPageToken=AAE%3D&historyEventFilterType=HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT&namespace=other&nope=1&pretty`,
    );
    expect(decodeGetWorkflowExecutionHistoryRequest(seen[0]?.bytes ?? NOTHING)).toEqual({
      namespace: "n",
      execution: { workflowId: "w", runId: "r 1" },
      maximumPageSize: 7,
      nextPageToken: new Uint8Array([0, 1]),
      waitNewEvent: true,
      historyEventFilterType: 2,
      skipArchival: false,
    });
  });

  test("plus is a space", async () => {
    const { port, seen } = portThat(() => NOTHING);
    await ask(port, "/api/v1/namespaces/n/workflows?query=WorkflowType+%3D+'a%2Bb'");
    expect(decodeListWorkflowExecutionsRequest(seen[0]?.bytes ?? NOTHING).query).toBe("WorkflowType = 'a+b'");
  });

  test.each([
    [
      "maximumPageSize=abc",
      'parsing field "maximum_page_size": strconv.ParseInt: parsing "abc": invalid syntax',
    ],
    [
      "waitNewEvent=maybe",
      'parsing field "wait_new_event": strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [
      "historyEventFilterType=CLOSE_EVENT",
      'parsing field "history_event_filter_type": "CLOSE_EVENT" is not a valid value',
    ],
    ["maximumPageSize=1&maximumPageSize=2", 'too many values for field "maximum_page_size": 1, 2'],
    [
      "execution=abc",
      'parsing field "execution": unsupported message type: "temporal.api.common.v1.WorkflowExecution"',
    ],
    ["nextPageToken=%%%", 'invalid URL escape "%%%"'],
  ])("%s is refused", async (query, message) => {
    const { port, seen } = portThat(() => NOTHING);
    const { status, json } = await ask(port, `${HISTORY}?${query}`);
    expect({ status, json }).toEqual({ status: 400, json: { code: 3, message } });
    expect(seen).toEqual([]);
  });
});

describe("HTTP/JSON: bodies and payloads", () => {
  const SIGNAL = "/api/v1/namespaces/n/workflows/w/signal/s";

  async function inputOf(input: unknown, headers: Record<string, string> = {}): Promise<[string, string][]> {
    const { port, seen } = portThat(() => NOTHING);
    const { json, status } = await ask(port, SIGNAL, { method: "POST", body: { input }, headers });
    expect(status, JSON.stringify(json)).toBe(200);
    const payloads = decodeSignalWorkflowExecutionRequest(seen[0]?.bytes ?? NOTHING).input?.payloads ?? [];
    return payloads.map(({ metadata, data }) => [
      Object.values(metadata)
        .map((value) => decoder.decode(value))
        .join(" "),
      decoder.decode(data),
    ]);
  }

  // What the real server stored for the same.
  test.each<[unknown, [string, string]]>([
    [null, ["binary/null", ""]],
    [1.5, ["json/plain", "1.5"]],
    ["é<&>", ["json/plain", '"é\\u003c\\u0026\\u003e"']],
    [[], ["json/plain", "null"]],
    [[[]], ["json/plain", "[null]"]],
    [{ z: 1, a: {}, b: [] }, ["json/plain", '{"a":{},"b":null,"z":1}']],
    [{ _protoMessageType: "a.B", x: 1 }, ["json/protobuf a.B", '{"x":1}']],
    [{ metadata: { encoding: "YmluYXJ5L3BsYWlu" }, data: "MQ==" }, ["binary/plain", "1"]],
    [{ metadata: 1 }, ["json/plain", '{"metadata":1}']],
    [
      { metadata: { encoding: "%%%" }, data: "MQ==" },
      ["json/plain", '{"data":"MQ==","metadata":{"encoding":"%%%"}}'],
    ],
    [
      { metadata: { encoding: "YmluYXJ5L3BsYWlu" }, data: "MQ==", x: 1 },
      ["json/plain", '{"data":"MQ==","metadata":{"encoding":"YmluYXJ5L3BsYWlu"},"x":1}'],
    ],
  ])("%j as a payload", async (value, payload) => {
    expect(await inputOf([value, 2])).toEqual([payload, ["json/plain", "2"]]);
    expect(await inputOf({ payloads: [value] })).toEqual([payload]);
  });

  test("without the shorter form, only payloads are payloads", async () => {
    const headers = { "content-type": "application/json+no-payload-shorthand" };
    const full = { payloads: [{ metadata: { encoding: "YmluYXJ5L3BsYWlu" }, data: "MQ==" }] };
    expect(await inputOf(full, headers)).toEqual([["binary/plain", "1"]]);
    const { port } = portThat(() => NOTHING);
    expect((await ask(port, SIGNAL, { method: "POST", body: { input: [1] }, headers })).status).toBe(400);
  });

  test("path over body, short names of enums, no body at all", async () => {
    const { port, seen } = portThat(() => NOTHING);
    const target = "/namespaces/n/workflows/w";
    await ask(port, target, {
      method: "POST",
      body: { workflow_id: "x", workflowIdReusePolicy: "RejectDuplicate" },
    });
    await ask(port, target, { method: "POST" });
    const requests = seen.map(({ bytes }) => decodeStartWorkflowExecutionRequest(bytes));
    expect(requests.map(({ namespace, workflowId }) => [namespace, workflowId])).toEqual([
      ["n", "w"],
      ["n", "w"],
    ]);
    expect(requests[0]?.workflowIdReusePolicy).toBe(3);
  });

  test.each(["{bad", "[]", "null", '{"nope":1}', '{"input":"x"}', '{"input":[{"_protoMessageType":5}]}'])(
    "the body %s is refused",
    async (body) => {
      const { port, seen } = portThat(() => NOTHING);
      const { status, json } = await ask(port, SIGNAL, { method: "POST", body });
      expect(status).toBe(400);
      expect(json).toMatchObject({ code: 3 });
      expect(seen).toEqual([]);
    },
  );

  function payload(encoding: string, data: string, more: Record<string, Uint8Array> = {}): object {
    return { metadata: { encoding: encoder.encode(encoding), ...more }, data: encoder.encode(data) };
  }

  test.each<[string, object[], unknown]>([
    [
      "values of JSON",
      [payload("json/plain", '{"b":[],"a":1}'), payload("json/plain", '"x"')],
      [{ a: 1, b: null }, "x"],
    ],
    ["null", [payload("binary/null", "")], [{ metadata: { encoding: "YmluYXJ5L251bGw=" } }]],
    [
      "a message",
      [payload("json/protobuf", '{"x":1}', { messageType: encoder.encode("a.B") })],
      [{ _protoMessageType: "a.B", x: 1 }],
    ],
    [
      "bytes among values",
      [payload("binary/plain", "1"), payload("json/plain", "2")],
      { payloads: [{ metadata: { encoding: "YmluYXJ5L3BsYWlu" }, data: "MQ==" }, 2] },
    ],
    [
      "more metadata",
      [payload("json/plain", "1", { x: encoder.encode("a") })],
      { payloads: [{ metadata: { encoding: "anNvbi9wbGFpbg==", x: "YQ==" }, data: "MQ==" }] },
    ],
  ])("an answer with %s", async (_, payloads, expected) => {
    const { port } = portThat(() => encodeQueryWorkflowResponse({ queryResult: { payloads } }));
    const query = "/api/v1/namespaces/n/workflows/w/query/q";
    expect((await ask(port, query, { method: "POST", body: {} })).json).toEqual({ queryResult: expected });
    const full = await ask(port, `${query}?noPayloadShorthand`, { method: "POST", body: {} });
    const results = (full.json as { queryResult: { payloads: unknown[] } }).queryResult.payloads;
    expect(results.every((result) => typeof (result as { metadata: unknown }).metadata === "object")).toBe(
      true,
    );
  });
});

describe("HTTP/JSON: answers", () => {
  const HISTORY = "/api/v1/namespaces/n/workflows/w/history";

  test.each([
    [{}, "", "application/json", false],
    [{ accept: "text/html" }, "", "application/json", false],
    [{ accept: "application/json+pretty" }, "", "application/json+pretty", true],
    [{ "content-type": "application/json+pretty" }, "", "application/json+pretty", true],
    [{}, "?pretty", "application/json+pretty", true],
    [
      { accept: "application/json+pretty" },
      "?noPayloadShorthand",
      "application/json+no-payload-shorthand",
      false,
    ],
    [{}, "?pretty&noPayloadShorthand", "application/json+pretty+no-payload-shorthand", true],
  ])("%j %s is written as asked for", async (headers, query, type, pretty) => {
    const { port } = portThat(() => encodeGetWorkflowExecutionHistoryResponse({ archived: true }));
    const answer = await ask(port, `${HISTORY}${query}`, { headers });
    expect(answer.type).toBe(type);
    expect(answer.text).toBe(pretty ? '{\n  "archived": true\n}' : '{"archived":true}');
  });

  test.each([
    [GrpcStatus.CANCELLED, 499],
    [GrpcStatus.UNKNOWN, 500],
    [GrpcStatus.INVALID_ARGUMENT, 400],
    [GrpcStatus.DEADLINE_EXCEEDED, 504],
    [GrpcStatus.NOT_FOUND, 404],
    [GrpcStatus.ALREADY_EXISTS, 409],
    [GrpcStatus.PERMISSION_DENIED, 403],
    [GrpcStatus.RESOURCE_EXHAUSTED, 429],
    [GrpcStatus.FAILED_PRECONDITION, 400],
    [GrpcStatus.ABORTED, 409],
    [GrpcStatus.OUT_OF_RANGE, 400],
    [GrpcStatus.UNIMPLEMENTED, 501],
    [GrpcStatus.INTERNAL, 500],
    [GrpcStatus.UNAVAILABLE, 503],
    [GrpcStatus.DATA_LOSS, 500],
    [GrpcStatus.UNAUTHENTICATED, 401],
  ])("status %d is HTTP %d, with its details", async (code, status) => {
    const typeUrl = "type.googleapis.com/temporal.api.errordetails.v1.NotFoundFailure";
    const value = encodeNotFoundFailure({ currentCluster: "here" });
    const { port } = portThat(() => {
      const rawStatusDetails = encodeStatus({ code, message: "no", details: [{ typeUrl, value }] });
      throw new RpcError({ status: code, details: "no", rawStatusDetails });
    });
    const details = [{ "@type": typeUrl, currentCluster: "here" }];
    expect(await ask(port, HISTORY)).toMatchObject({ status, json: { code, message: "no", details } });
    expect(Object.keys(anyTypes)).toContain(typeUrl.slice(typeUrl.indexOf("/") + 1));
  });

  test("headers become metadata, and a time limit", async () => {
    const { port, seen } = portThat(() => NOTHING);
    const headers = {
      authorization: "Bearer x",
      cookie: "c",
      "grpc-metadata-team": "a",
      "grpc-metadata-some-bin": "AAE=",
      "grpc-timeout": "20S",
      "x-forwarded-for": "10.0.0.1",
      "x-other": "dropped",
      host: "server:1",
    };
    await ask(port, "/system-info", { headers });
    const { metadata, timeoutMs } = seen[0]?.options ?? {};
    expect(timeoutMs).toBe(20_000);
    expect(metadata).toEqual({
      authorization: "Bearer x",
      "grpcgateway-authorization": "Bearer x",
      "grpcgateway-cookie": "c",
      "client-name": "temporal-server-http",
      team: "a",
      "some-bin": new Uint8Array([0, 1]),
      "x-forwarded-for": "10.0.0.1, 127.0.0.1",
      "x-forwarded-host": "server:1",
    });
  });

  test.each([
    [{ "grpc-timeout": "abc" }, 400, { code: 3, message: "invalid grpc-timeout: abc" }],
    [{ "grpc-timeout": "1n" }, 504, { code: 4, message: "context deadline exceeded" }],
    [
      { "grpc-metadata-x-bin": "%%%" },
      400,
      { code: 3, message: "invalid binary header Grpc-Metadata-X-Bin: illegal base64 data at input byte 0" },
    ],
  ])("%j is refused", async (headers, status, json) => {
    const { port } = portThat(() => NOTHING);
    expect(await ask(port, "/system-info", { headers })).toMatchObject({ status, json });
  });
});
