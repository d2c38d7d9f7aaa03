import { describe, expect, test } from "vitest";
import { encodeStatus } from "../../../src/gen/codec/google/rpc/status.ts";
import { encodeWorkflowExecutionAlreadyStartedFailure } from "../../../src/gen/codec/temporal/api/errordetails/v1/message.ts";
import { OperatorServiceRoutes } from "../../../src/gen/codec/temporal/api/operatorservice/v1/service.routes.ts";
import {
  decodeStartWorkflowExecutionResponse,
  encodeStartWorkflowExecutionRequest,
} from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { WorkflowServiceRoutes } from "../../../src/gen/codec/temporal/api/workflowservice/v1/service.routes.ts";
import { GrpcStatus, RpcError } from "../../../src/platform/rpc-port.ts";
import { errorDetails, findErrorDetail } from "../../../src/transport/error-details.ts";
import type { Fetch } from "../../../src/transport/fetch/fetch-options.ts";
import { type FetchProtocol, openFetchPort } from "../../../src/transport/fetch/open-fetch-port.ts";
import { isRetryableError } from "../../../src/transport/retry.ts";
import {
  BROKEN,
  CUT_OFF,
  ERRORS_IN_JSON,
  frame,
  grpcWebAnswer as grpcWeb,
  jsonAnswer as json,
  NO_MESSAGES,
  PAGES,
  page,
  RESPONSE,
  text,
} from "./strange-answers.ts";

const PROTOCOLS: readonly FetchProtocol[] = ["grpc-web", "connect", "connect-json", "http-json"];
const PATH = "/temporal.api.workflowservice.v1.WorkflowService/StartWorkflowExecution";
const REQUEST = encodeStartWorkflowExecutionRequest({ namespace: "default", workflowId: "order-1" });
/** What Temporal's HTTP API leaves out; a new version of the API may have routes for more. */
const WITHOUT_ROUTE = {
  workflow: [
    "PollWorkflowTaskQueue",
    "PollActivityTaskQueue",
    "PollNexusTaskQueue",
    "RespondWorkflowTaskCompleted",
    "RespondWorkflowTaskFailed",
    "RespondQueryTaskCompleted",
    "RespondNexusTaskCompleted",
    "RespondNexusTaskFailed",
    "ResetStickyTaskQueue",
    "ShutdownWorker",
    "ExecuteMultiOperation",
    "PollWorkflowExecutionUpdate",
    "DeleteWorkflowExecution",
    "DeleteActivityExecution",
    "DeleteNexusOperationExecution",
    "ListOpenWorkflowExecutions",
    "ListClosedWorkflowExecutions",
    "ScanWorkflowExecutions",
    "GetSearchAttributes",
    "DeprecateNamespace",
    "ListTaskQueuePartitions",
    "UpdateWorkerBuildIdCompatibility",
    "UpdateWorkerVersioningRules",
  ],
  operator: [
    "AddSearchAttributes",
    "RemoveSearchAttributes",
    "DeleteNamespace",
    "AddOrUpdateRemoteCluster",
    "RemoveRemoteCluster",
    "ListClusters",
  ],
} as const;
const LIMITS = { maxSendBytes: 1_000, maxReceiveBytes: 1_000 };

/** A call through a protocol to a server that always gives the same answer. */
async function answered(protocol: FetchProtocol, answer: Response | Fetch, bytes = REQUEST): Promise<string> {
  const fetch: Fetch = typeof answer === "function" ? answer : async () => answer;
  const port = openFetchPort(protocol, { baseUrl: "http://server:1", fetch, ...LIMITS });
  const { bytes: response } = await port.unary(PATH, bytes, { timeoutMs: 5_000 });
  return decodeStartWorkflowExecutionResponse(response).runId;
}

async function failed(protocol: FetchProtocol, answer: Response | Fetch, bytes = REQUEST): Promise<RpcError> {
  const error: unknown = await answered(protocol, answer, bytes).then(
    (runId) => new Error(`it succeeded: ${runId}`),
    (failure: unknown) => failure,
  );
  if (error instanceof RpcError) return error;
  throw error;
}

describe("an answer is read", () => {
  test("gRPC-Web: a message and trailers", async () => {
    const body = [...frame(0, RESPONSE), ...frame(0x80, text("grpc-status: 0\r\n"))];
    expect(await answered("grpc-web", grpcWeb(body))).toBe("run-1");
  });

  test("Connect: the message as the body, in both formats", async () => {
    const headers = { "content-type": "application/proto" };
    expect(await answered("connect", new Response(RESPONSE.slice(), { headers }))).toBe("run-1");
    expect(await answered("connect-json", json({ runId: "run-1" }))).toBe("run-1");
  });

  test("JSON of a newer server: unknown fields and enum values are left out", async () => {
    const newer = {
      runId: "run-1",
      status: "WORKFLOW_EXECUTION_STATUS_OF_TOMORROW",
      tomorrow: { deep: [1] },
    };
    expect(await answered("http-json", json(newer))).toBe("run-1");
    expect(await answered("connect-json", json(newer))).toBe("run-1");
  });
});

describe("what was asked arrives", () => {
  test("HTTP/JSON: path and body of the route, the client's name as a header, other metadata with a prefix", async () => {
    const seen: Request[] = [];
    const fetch: Fetch = async (url, init) => {
      seen.push(new Request(url, init));
      return json({ runId: "run-1" });
    };
    const port = openFetchPort("http-json", { baseUrl: "http://server:1/prefix", fetch, ...LIMITS });
    const metadata = {
      "client-name": "me",
      "temporal-namespace": "default",
      "x-bytes-bin": new Uint8Array([255]),
    };
    await port.unary(PATH, REQUEST, { metadata, timeoutMs: 2_000 });
    expect(seen[0]?.url).toBe("http://server:1/prefix/api/v1/namespaces/default/workflows/order-1");
    const headers = seen[0]?.headers;
    expect(headers?.get("client-name")).toBe("me");
    expect(headers?.get("grpc-metadata-temporal-namespace")).toBe("default");
    expect(headers?.get("grpc-metadata-x-bytes-bin")).toBe("/w");
    expect(headers?.get("grpc-timeout")).toBe("2000m");
    expect(await seen[0]?.json()).toMatchObject({ workflowId: "order-1" });
  });

  test("HTTP/JSON: a workflow id that no path can hold is refused before anything is sent", async () => {
    const bytes = encodeStartWorkflowExecutionRequest({ namespace: "default", workflowId: "a/b" });
    const error = await failed("http-json", () => Promise.reject(new Error("sent")), bytes);
    expect(error.status).toBe(GrpcStatus.INVALID_ARGUMENT);
    expect(error.details).toContain('workflow_id "a/b" cannot be in the path');
  });
});

describe("HTTP/JSON: each method without a route fails at once, naming itself and what to use instead", () => {
  const services = [
    ["workflowservice.v1.WorkflowService", WorkflowServiceRoutes, WITHOUT_ROUTE.workflow],
    ["operatorservice.v1.OperatorService", OperatorServiceRoutes, WITHOUT_ROUTE.operator],
  ] as const;

  test.each(services)("%s", async (service, routes, names) => {
    const without = Object.entries(routes).filter(([, { http }]) => (http ?? []).length === 0);
    const nameOf = (method: string): string => method[0]?.toUpperCase() + method.slice(1);
    expect(without.map(([method]) => nameOf(method)).sort()).toEqual([...names].sort());
    const fetch: Fetch = () => Promise.reject(new Error("sent"));
    const port = openFetchPort("http-json", { baseUrl: "http://server:1", fetch, ...LIMITS });
    for (const name of names) {
      const path = `/temporal.api.${service}/${name}`;
      const error: unknown = await port.unary(path, new Uint8Array(0), {}).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(RpcError);
      const { status, details } = error as RpcError;
      expect(status, details).toBe(GrpcStatus.UNIMPLEMENTED);
      expect(details).toContain(`${path} does not exist in Temporal's HTTP API`);
      expect(details).toContain("use gRPC, or gRPC-Web or Connect through a gateway");
      expect(isRetryableError(error as RpcError)).toBe(false);
    }
  });
});

describe("errors keep code, message and details", () => {
  const detail = encodeWorkflowExecutionAlreadyStartedFailure({ runId: "run-0" });
  const typeUrl = "type.googleapis.com/temporal.api.errordetails.v1.WorkflowExecutionAlreadyStartedFailure";
  const message = "already started: 50 %, ü";
  const raw = encodeStatus({ code: 6, message, details: [{ typeUrl, value: detail }] });
  const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
  const trailers = `grpc-status: 6\r\ngrpc-message: ${encodeURIComponent(message)}\r\ngrpc-status-details-bin: ${base64(raw)}\r\n`;
  const answers: Readonly<Record<FetchProtocol, () => Response>> = {
    "grpc-web": () => grpcWeb(frame(0x80, text(trailers))),
    connect: () =>
      json(
        { code: "already_exists", message, details: [{ type: typeUrl.slice(20), value: base64(detail) }] },
        409,
      ),
    "connect-json": () =>
      json(
        { code: "already_exists", message, details: [{ type: typeUrl.slice(20), value: base64(detail) }] },
        409,
      ),
    "http-json": () =>
      json(
        {
          code: 6,
          message,
          details: [{ "@type": typeUrl, runId: "run-0" }, { "@type": "type.googleapis.com/of.Tomorrow" }],
        },
        409,
      ),
  };

  test.each(PROTOCOLS)("%s", async (protocol) => {
    const error = await failed(protocol, answers[protocol]());
    expect(error).toMatchObject({ status: GrpcStatus.ALREADY_EXISTS, details: message, reason: "server" });
    expect(findErrorDetail(error, "WorkflowExecutionAlreadyStartedFailure")?.runId).toBe("run-0");
    expect(isRetryableError(error)).toBe(false);
  });

  test("gRPC-Web: an error in the headers alone", async () => {
    const error = await failed("grpc-web", grpcWeb([], { "grpc-status": "7", "grpc-message": "no%20entry" }));
    expect(error).toMatchObject({ status: GrpcStatus.PERMISSION_DENIED, details: "no entry" });
  });
});

describe("what is not the protocol is a typed error, retried where that may help", () => {
  const cases = PROTOCOLS.flatMap((protocol) => PAGES.map((row) => [protocol, ...row] as const));

  test.each(cases)("%s: a page with HTTP %i", async (protocol, status, expected, retried) => {
    const error = await failed(protocol, page(status));
    expect(error.status).toBe(expected);
    expect(error.details).toContain(`HTTP ${status}, content-type text/html, "Bad gateway"`);
    expect(isRetryableError(error)).toBe(retried);
  });

  test.each(PROTOCOLS)("%s: a redirect names where to", async (protocol) => {
    const error = await failed(
      protocol,
      new Response(null, { status: 302, headers: { location: "https://login" } }),
    );
    expect(error.details).toContain("http://server:1 redirects to https://login instead of answering");
    expect(isRetryableError(error)).toBe(false);
  });

  test.each(BROKEN)("%s over %s", async (_name, protocol, answer, words) => {
    const error = await failed(protocol, answer());
    expect(error).toMatchObject({ status: GrpcStatus.INTERNAL, reason: "malformed-response" });
    expect(error.details).toContain(words);
  });

  test.each(CUT_OFF)("%s over %s is a connection that was lost", async (_name, protocol, answer, words) => {
    const error = await failed(protocol, answer());
    expect(error).toMatchObject({ status: GrpcStatus.UNAVAILABLE, reason: "connection-lost" });
    expect(error.details).toContain(words);
    expect(isRetryableError(error)).toBe(true);
  });
});

describe("errors in JSON have their code, their words and the right decision, whoever wrote them", () => {
  const cases = PROTOCOLS.flatMap((protocol) => ERRORS_IN_JSON.map((row) => ({ protocol, ...row })));

  test.each(cases)("$protocol: $name", async ({ protocol, http, json: body, status, words, retried }) => {
    const error = await failed(protocol, json(body, http));
    expect(error.status).toBe(status);
    expect(error.details).toContain(words);
    expect(isRetryableError(error)).toBe(retried);
    // What cannot be read of the details is left out, and never hides the error.
    expect(() => errorDetails(error)).not.toThrow();
  });

  test.each(PROTOCOLS)("%s: what says it is JSON and is not", async (protocol) => {
    const headers = { "content-type": "application/problem+json" };
    const error = await failed(protocol, new Response("upstream connect error", { status: 503, headers }));
    expect(error.details).toContain(
      'HTTP 503, content-type application/problem+json, "upstream connect error"',
    );
    expect(isRetryableError(error)).toBe(true);
  });
});

describe("JSON that is no message", () => {
  const protocols = ["connect-json", "http-json"] as const;
  const cases = protocols.flatMap((protocol) => NO_MESSAGES.map((value) => ({ protocol, value })));

  test.each(cases)("$protocol: $value", async ({ protocol, value }) => {
    const error = await failed(protocol, json(value));
    expect(error).toMatchObject({ status: GrpcStatus.INTERNAL, reason: "malformed-response" });
    expect(error.details).toContain("malformed answer: expected an object in JSON, got ");
    expect(isRetryableError(error)).toBe(false);
  });

  test.each(["grpc-web", "connect"] as const)("%s: it is not the protocol", async (protocol) => {
    for (const value of NO_MESSAGES) {
      const error = await failed(protocol, json(value));
      expect(error).toMatchObject({ status: GrpcStatus.UNKNOWN, reason: "malformed-response" });
      expect(isRetryableError(error)).toBe(false);
    }
  });
});

describe("ends on this side", () => {
  const never: Fetch = (_url, { signal }) =>
    new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new Error("aborted below"))));
  const options = { baseUrl: "http://server:1", fetch: never, ...LIMITS };

  test.each(PROTOCOLS)("%s: deadline, abort and close", async (protocol) => {
    const late = openFetchPort(protocol, options).unary(PATH, REQUEST, { timeoutMs: 20 });
    await expect(late).rejects.toMatchObject({ status: GrpcStatus.DEADLINE_EXCEEDED, reason: "deadline" });
    const leave = new AbortController();
    const left = openFetchPort(protocol, options).unary(PATH, REQUEST, { signal: leave.signal });
    leave.abort(new Error("enough"));
    await expect(left).rejects.toMatchObject({ status: GrpcStatus.CANCELLED, reason: "aborted" });
    const port = openFetchPort(protocol, options);
    const open = port.unary(PATH, REQUEST, {});
    const expected = expect(open).rejects.toMatchObject({ status: GrpcStatus.UNAVAILABLE, reason: "closed" });
    await port.close();
    await expected;
    await expect(port.unary(PATH, REQUEST, {})).rejects.toMatchObject({ reason: "closed" });
  });

  test.each(PROTOCOLS)("%s: messages over the limits", async (protocol) => {
    const large = encodeStartWorkflowExecutionRequest({
      namespace: "default",
      workflowId: "w",
      identity: "x".repeat(1_001),
    });
    const sent = await failed(protocol, async () => json({}), large);
    expect(sent).toMatchObject({ status: GrpcStatus.RESOURCE_EXHAUSTED, reason: "message-too-large" });
    expect(isRetryableError(sent)).toBe(false);
    const received = await failed(protocol, new Response("x".repeat(1_001)));
    expect(received.details).toContain("larger than maxReceiveBytes (1000)");
  });

  test("a server that cannot be reached is told by the words of the system", async () => {
    const cause = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" });
    const error = await failed("connect", () => Promise.reject(new TypeError("fetch failed", { cause })));
    expect(error).toMatchObject({ status: GrpcStatus.UNAVAILABLE, reason: "connect-failed" });
    expect(error.details).toContain("http://server:1 could not be asked: fetch failed: connect ECONNREFUSED");
    expect(isRetryableError(error)).toBe(true);
    const tls = Object.assign(new Error("self-signed certificate"), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    const rejected = await failed("connect", () =>
      Promise.reject(new TypeError("fetch failed", { cause: tls })),
    );
    expect(isRetryableError(rejected)).toBe(false);
  });
});
