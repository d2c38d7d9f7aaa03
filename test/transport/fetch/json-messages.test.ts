/** Over JSON a connection hands messages to its port and takes messages from it; with interceptors of a user, bytes are made for them. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CodecError } from "../../../src/codec-runtime/codec-error.ts";
import { GrpcStatus, RpcError } from "../../../src/platform/rpc-port.ts";
import { Connection } from "../../../src/transport/connection.ts";
import type { ConnectionOptions } from "../../../src/transport/connection-options.ts";
import type { Fetch } from "../../../src/transport/fetch/fetch-options.ts";
import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from "../../../src/transport/retry.ts";
import type { UnaryInterceptor } from "../../../src/transport/unary-call.ts";
import { jsonAnswer, page } from "./strange-answers.ts";

const PROTOCOLS: readonly ConnectionOptions[] = [
  { protocol: "connect", useBinaryFormat: false },
  { protocol: "http-json" },
];
const HISTORIES = new URL("../../histories/", import.meta.url);
/** Each eighth: messages of all kinds, in a second or two. */
const histories = readdirSync(HISTORIES)
  .filter((name) => /^official-.*\.json$/.test(name))
  .filter((_, index) => index % 8 === 0);
const request = { namespace: "default", execution: { workflowId: "order-1" } };

/** A connection to a server that gives these answers, one after the other, and what it was sent. */
function connected(options: ConnectionOptions, answers: readonly (() => Response)[]) {
  const sent: string[] = [];
  const fetch: Fetch = async (url, init) => {
    const answer = answers[Math.min(sent.length, answers.length - 1)];
    const body = init.body === undefined ? "" : await new Response(init.body).text();
    sent.push(`${init.method} ${url} ${body}`);
    if (answer === undefined) throw new TypeError("no answer is left");
    return answer();
  };
  return { sent, connection: Connection.lazy({ ...options, fetch }) };
}

/** With interceptors of a user, however little they do, all goes by bytes. */
const byBytes: ConnectionOptions = { interceptors: [(call, next) => next(call)] };

describe.each(PROTOCOLS)("%o", (protocol) => {
  test("recorded histories are the same by message as by bytes", async () => {
    expect(histories.length).toBeGreaterThan(30);
    for (const name of histories) {
      const history: unknown = JSON.parse(readFileSync(new URL(name, HISTORIES), "utf8"));
      const answer = (): Response => jsonAnswer({ history, nextPageToken: "AQID" });
      const direct = connected(protocol, [answer]);
      const encoded = connected({ ...protocol, ...byBytes }, [answer]);
      const one = await direct.connection.workflowService.getWorkflowExecutionHistory(request);
      const other = await encoded.connection.workflowService.getWorkflowExecutionHistory(request);
      expect(one.history?.events.length, name).toBeGreaterThan(0);
      expect(one, name).toEqual(other);
      expect(direct.sent).toEqual(encoded.sent);
    }
  });

  test("requests are the same by message as by bytes", async () => {
    const start = {
      namespace: "default",
      workflowId: "order-1",
      workflowType: { name: "order" },
      taskQueue: { name: "orders" },
      input: { payloads: [{ metadata: { encoding: new Uint8Array([1, 255]) }, data: new Uint8Array(0) }] },
      workflowRunTimeout: { seconds: 5n, nanos: 0 },
      workflowIdReusePolicy: 2,
      cronSchedule: "",
      requestEagerExecution: false,
    };
    const answers = [(): Response => jsonAnswer({ runId: "run-1", started: true })];
    const direct = connected(protocol, answers);
    const encoded = connected({ ...protocol, ...byBytes }, answers);
    const one = await direct.connection.workflowService.startWorkflowExecution(start);
    expect(one).toEqual(await encoded.connection.workflowService.startWorkflowExecution(start));
    expect(one.runId).toBe("run-1");
    expect(direct.sent).toHaveLength(1);
    expect(direct.sent).toEqual(encoded.sent);
  });

  test("a request that cannot be encoded is not sent", async () => {
    const { connection, sent } = connected(protocol, []);
    // As from JavaScript, where nothing checks types.
    const wrong = { ...request, namespace: 5 as unknown as string };
    const calling = connection.workflowService.describeWorkflowExecution(wrong);
    await expect(calling).rejects.toBeInstanceOf(CodecError);
    expect(sent).toEqual([]);
  });

  test("a request over the limit is not sent", async () => {
    const { connection, sent } = connected({ ...protocol, maxSendBytes: 100 }, []);
    const long = { ...request, execution: { workflowId: "x".repeat(200) } };
    const error = await connection.workflowService.describeWorkflowExecution(long).catch((e: unknown) => e);
    expect(error).toMatchObject({ status: GrpcStatus.RESOURCE_EXHAUSTED, reason: "message-too-large" });
    expect(sent).toEqual([]);
  });

  test("a failed call is made again, or not where the caller says so", async () => {
    const answers = [(): Response => page(503), (): Response => jsonAnswer({})];
    const again = connected(protocol, answers);
    await again.connection.workflowService.describeWorkflowExecution(request);
    expect(again.sent).toHaveLength(2);
    const once = connected(protocol, answers);
    const calling = once.connection.workflowService.describeWorkflowExecution(request, { retry: false });
    await expect(calling).rejects.toBeInstanceOf(RpcError);
    expect(once.sent).toHaveLength(1);
  });

  test("interceptors see bytes of requests and of answers", async () => {
    const seen: number[] = [];
    const looking: UnaryInterceptor = async (call, next) => {
      const answer = await next(call);
      seen.push(call.bytes.length, answer.bytes.length);
      return answer;
    };
    const interceptors = [makeGrpcRetryInterceptor(defaultGrpcRetryOptions()), looking];
    const answer = (): Response => jsonAnswer({ pendingActivities: [{ activityId: "1" }] });
    const { connection } = connected({ ...protocol, interceptors }, [answer]);
    const described = await connection.workflowService.describeWorkflowExecution(request);
    expect(described.pendingActivities).toMatchObject([{ activityId: "1" }]);
    expect(seen).toEqual([20, 5]);
  });

  test("an answer that is no such message is an error that says so", async () => {
    const { connection } = connected(protocol, [(): Response => jsonAnswer({ pendingActivities: 7 })]);
    const error = await connection.workflowService
      .describeWorkflowExecution(request, { retry: false })
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ reason: "malformed-response" });
    expect(String(error)).toContain("pendingActivities");
  });
});

test("a URL that the HTTP API has no route for is no missing workflow", async () => {
  const noRoute = (): Response => jsonAnswer({ code: 5, message: "Not Found" }, 404);
  const { connection } = connected({ protocol: "http-json" }, [noRoute]);
  const error = await connection.workflowService.describeWorkflowExecution(request).catch((e: unknown) => e);
  expect(error).toMatchObject({ status: GrpcStatus.UNIMPLEMENTED });
  expect(String(error)).toContain("the HTTP API at http://localhost:7243 has no route for it");
});
