import { describe, expect, test } from "vitest";
import { Deadlines } from "../../../runtimes/node-api/deadlines.ts";
import {
  encodeGetWorkflowExecutionHistoryRequest,
  encodeStartWorkflowExecutionRequest,
  encodeStartWorkflowExecutionResponse,
} from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { RpcPort } from "../../../src/platform/rpc-port.ts";
import type { Fetch } from "../../../src/transport/fetch/fetch-options.ts";
import { openFetchPort } from "../../../src/transport/fetch/open-fetch-port.ts";

const SERVICE = "/temporal.api.workflowservice.v1.WorkflowService";
const START = `${SERVICE}/StartWorkflowExecution`;
const HISTORY = `${SERVICE}/GetWorkflowExecutionHistory`;
const REQUEST = encodeStartWorkflowExecutionRequest({ namespace: "default", workflowId: "order-1" });
const RESPONSE = encodeStartWorkflowExecutionResponse({ runId: "run-1" });
const POLL = encodeGetWorkflowExecutionHistoryRequest({ namespace: "default", waitNewEvent: true });

function open(fetch: Fetch): RpcPort {
  return openFetchPort("connect", {
    baseUrl: "http://server:1",
    fetch,
    maxSendBytes: 1_000,
    maxReceiveBytes: 1_000,
  });
}

function answer(body: BodyInit, headers: Record<string, string> = {}): Response {
  return new Response(body, { headers: { "content-type": "application/proto", ...headers } });
}

/** A `fetch` that answers nothing until it is aborted, and what it was asked. */
function silent(): { readonly fetch: Fetch; readonly asked: RequestInit[] } {
  const asked: RequestInit[] = [];
  const fetch: Fetch = (_url, init) => {
    asked.push(init);
    return new Promise((_resolve, reject) => {
      init.signal?.addEventListener("abort", () => reject(init.signal?.reason));
    });
  };
  return { fetch, asked };
}

describe("deadlines of many calls on one timer", () => {
  test("each call ends at its own, and the request below with it", async () => {
    const { fetch, asked } = silent();
    const options = { baseUrl: "http://server:1", maxSendBytes: 1_000, maxReceiveBytes: 1_000 };
    const port = openFetchPort("connect", { ...options, fetch, deadlines: new Deadlines() });
    const began = performance.now();
    const ended: number[] = [];
    const timeouts = [120, 20, 70];
    await Promise.all(
      timeouts.map(async (timeoutMs) => {
        await expect(port.unary(START, REQUEST, { timeoutMs })).rejects.toMatchObject({ reason: "deadline" });
        expect(performance.now() - began).toBeGreaterThan(timeoutMs - 1);
        ended.push(timeoutMs);
      }),
    );
    expect(ended).toEqual([20, 70, 120]);
    expect(asked.map(({ signal }) => signal?.aborted)).toEqual([true, true, true]);
  });

  test("an answered call is watched no more", async () => {
    const watched = new Set<unknown>();
    const deadlines = {
      add: (call: unknown) => void watched.add(call),
      remove: (call: unknown) => void watched.delete(call),
      clear: () => watched.clear(),
    };
    const during: number[] = [];
    const fetch: Fetch = async () => {
      during.push(watched.size);
      return answer(RESPONSE as Uint8Array<ArrayBuffer>);
    };
    const options = { baseUrl: "http://server:1", maxSendBytes: 1_000, maxReceiveBytes: 1_000 };
    const port = openFetchPort("connect", { ...options, fetch, deadlines });
    await port.unary(START, REQUEST, { timeoutMs: 10_000 });
    expect(during).toEqual([1]);
    expect(watched.size).toBe(0);
  });
});

describe("closing a connection", () => {
  test("ends a long poll, and the request below", async () => {
    const { fetch, asked } = silent();
    const port = open(fetch);
    const call = port.unary(HISTORY, POLL, {});
    const failed = expect(call).rejects.toMatchObject({ reason: "closed" });
    await port.close();
    await failed;
    expect(asked[0]?.signal?.aborted).toBe(true);
  });

  test("ends any other call, and the request below", async () => {
    const { fetch, asked } = silent();
    const port = open(fetch);
    const call = port.unary(START, REQUEST, {});
    const failed = expect(call).rejects.toMatchObject({ reason: "closed" });
    await port.close();
    await failed;
    expect(asked[0]?.signal?.aborted).toBe(true);
  });
});

describe("a call ends when its caller says so, even if `fetch` takes no notice", () => {
  const deaf: Fetch = () => new Promise(() => undefined);

  test("by a signal", async () => {
    const controller = new AbortController();
    const call = open(deaf).unary(START, REQUEST, { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(call).rejects.toMatchObject({ reason: "aborted" });
  });

  test("by a time limit", async () => {
    await expect(open(deaf).unary(START, REQUEST, { timeoutMs: 20 })).rejects.toMatchObject({
      reason: "deadline",
    });
  });

  test("with a signal or a limit of its own, the request has one too", async () => {
    const { fetch, asked } = silent();
    const controller = new AbortController();
    const call = open(fetch).unary(START, REQUEST, { signal: controller.signal });
    const failed = expect(call).rejects.toMatchObject({ reason: "aborted" });
    controller.abort();
    await failed;
    expect(asked[0]?.signal?.aborted).toBe(true);
  });
});

describe("an answer larger than allowed", () => {
  test.each([
    ["that says how long it is", { "content-length": "1001" }],
    ["that does not say it", {}],
    ["that is compressed so well that it may be", { "content-encoding": "gzip", "content-length": "20" }],
  ])("%s", async (_how, headers) => {
    const port = open(async () => answer(new Uint8Array(1_001), headers));
    await expect(port.unary(START, REQUEST, {})).rejects.toMatchObject({ reason: "message-too-large" });
  });
});

test("an answer whose length is known is read whole", async () => {
  const port = open(async () => answer(RESPONSE.slice(), { "content-length": String(RESPONSE.length) }));
  expect((await port.unary(START, REQUEST, {})).bytes).toEqual(RESPONSE);
});

test("metadata that comes again is the same for every call, whatever a `fetch` does with its headers", async () => {
  const seen: Record<string, string>[] = [];
  const port = open(async (_url, { headers }) => {
    const given = headers as Record<string, string>;
    seen.push({ ...given });
    given["x-team"] = "changed";
    return answer(RESPONSE.slice());
  });
  const metadata = Object.freeze({ "x-team": "billing", "grpc-internal": "left out" });
  await port.unary(START, REQUEST, { metadata });
  await port.unary(START, REQUEST, { metadata, timeoutMs: 3_000 });
  expect(seen[0]).toEqual({
    "connect-protocol-version": "1",
    "content-type": "application/proto",
    "x-team": "billing",
  });
  expect(seen[1]).toEqual({ ...seen[0], "connect-timeout-ms": "3000" });
});
