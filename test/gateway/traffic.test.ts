import { describe, expect, test } from "vitest";
import { Connection, GrpcStatus, RpcError } from "../../src/client/mod.ts";
import { createGateway, type GatewayLogEntry } from "../../src/gateway/mod.ts";
import { errorDetails } from "../../src/transport/error-details.ts";
import { emptyAnswer, startRig } from "./harness.ts";

const POLL = { namespace: "default", taskQueue: { name: "q" } };

async function failure(call: Promise<unknown>): Promise<RpcError> {
  const error = await call.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(RpcError);
  return error as RpcError;
}

const count = ({ workflowService }: Connection): Promise<unknown> =>
  workflowService.countWorkflowExecutions({ namespace: "default" }, { retry: false });

describe("limits", () => {
  test("calls over a rate are RESOURCE_EXHAUSTED with the detail that SDKs know, and tokens come back", async () => {
    await using rig = await startRig({ limits: { requestsPerSecondPerCaller: 5 } });
    const connection = await rig.connect();
    const results = await Promise.allSettled(Array.from({ length: 12 }, () => count(connection)));
    const errors = results.flatMap((result) =>
      result.status === "rejected" ? [result.reason as RpcError] : [],
    );
    expect(errors.length).toBeGreaterThanOrEqual(7);
    const [error] = errors as [RpcError];
    expect(error.status).toBe(GrpcStatus.RESOURCE_EXHAUSTED);
    expect(errorDetails(error)).toMatchObject([{ kind: "ResourceExhaustedFailure", value: { cause: 1 } }]);
    await expect
      .poll(() =>
        count(connection).then(
          () => "let in",
          () => "refused",
        ),
      )
      .toBe("let in");
  });

  test("polls over a cap are refused until one ends; other calls go on", async () => {
    await using rig = await startRig({ limits: { maxPolls: 1 } });
    const connection = await rig.connect();
    const leaving = new AbortController();
    const poll = (signal?: AbortSignal): Promise<unknown> =>
      connection.workflowService.pollWorkflowTaskQueue(POLL, {
        retry: false,
        ...(signal && { abortSignal: signal }),
      });
    const first = poll(leaving.signal);
    await expect.poll(() => rig.seen.of("PollWorkflowTaskQueue")).toHaveLength(1);
    const error = await failure(poll());
    expect(errorDetails(error)).toMatchObject([{ kind: "ResourceExhaustedFailure", value: { cause: 2 } }]);
    await count(connection);
    leaving.abort();
    await failure(first);
    rig.seen.answer = async () => emptyAnswer;
    await expect
      .poll(() =>
        poll().then(
          () => "let in",
          () => "refused",
        ),
      )
      .toBe("let in");
  });
});

describe("sizes", () => {
  test.each(["grpc", "grpc-web", "connect"] as const)(
    "over %s a request too large does not pass",
    async (protocol) => {
      await using rig = await startRig({ maxRequestBytes: 10_000 });
      const { workflowService } = await rig.connect({ protocol, interceptors: [] });
      const payload = { data: new Uint8Array(20_000), metadata: {} };
      const error = await failure(
        workflowService.signalWorkflowExecution({ namespace: "default", input: { payloads: [payload] } }),
      );
      expect(error.status).toBe(GrpcStatus.RESOURCE_EXHAUSTED);
      expect(rig.seen.of("SignalWorkflowExecution")).toEqual([]);
    },
  );

  test("an answer too large is RESOURCE_EXHAUSTED", async () => {
    await using rig = await startRig({ maxResponseBytes: 10_000 });
    const connection = await rig.connect();
    rig.seen.answer = async () => ({ ...emptyAnswer, bytes: new Uint8Array(20_000) });
    const error = await failure(count(connection));
    expect(error).toMatchObject({
      status: GrpcStatus.RESOURCE_EXHAUSTED,
      details: "grpc: received message larger than max (20000 vs. 10000)",
    });
    expect(rig.seen.of("CountWorkflowExecutions")).toHaveLength(1);
  });

  test("an answer that the connection to the server found too large is not asked for again", async () => {
    await using rig = await startRig();
    const connection = await rig.connect();
    const [status, reason] = [GrpcStatus.RESOURCE_EXHAUSTED, "message-too-large"] as const;
    rig.seen.answer = () => Promise.reject(new RpcError({ status, reason, details: "5 of 4 bytes" }));
    const error = await failure(count(connection));
    expect(error).toMatchObject({ status, details: "grpc: received message larger than max: 5 of 4 bytes" });
    expect(rig.seen.of("CountWorkflowExecutions")).toHaveLength(1);
  });
});

describe("deadlines", () => {
  test("the server gets the caller's, a little earlier; calls without get one", async () => {
    await using rig = await startRig();
    const connection = await rig.connect();
    await count(connection);
    await connection.workflowService.countWorkflowExecutions(
      { namespace: "default" },
      { deadline: Date.now() + 4_000 },
    );
    const [without, with4s] = rig.seen
      .of("CountWorkflowExecutions")
      .map(({ options }) => options.timeoutMs ?? 0);
    expect(without).toBeGreaterThan(29_000);
    expect(without).toBeLessThanOrEqual(30_000);
    expect(with4s).toBeGreaterThan(3_000);
    expect(with4s).toBeLessThan(4_000);
  });

  test("a poll that the gateway ends by its own word has an empty answer, no error", async () => {
    await using rig = await startRig({ maxPollMs: 2_500 });
    const { workflowService } = await rig.connect();
    rig.seen.answer = async ({ options }) => {
      await new Promise((resolve) => setTimeout(resolve, options.timeoutMs));
      throw new RpcError({ status: GrpcStatus.DEADLINE_EXCEEDED, details: "too late" });
    };
    const answer = await workflowService.pollActivityTaskQueue(POLL, { deadline: Date.now() + 60_000 });
    expect(answer.taskToken).toEqual(new Uint8Array(0));
  });
});

describe("a server that fails", () => {
  test("is UNAVAILABLE when it is not there, is called once, and the gateway is not ready", async () => {
    const gateway = createGateway({ upstream: "127.0.0.1:1", auth: { kind: "open" } });
    const listener = await gateway.listen();
    const response = await fetch(`http://${listener.address}/api/v1/namespaces/default/workflow-count`);
    expect(response.status).toBe(503);
    expect((await fetch(`http://${listener.address}/readyz`)).status).toBe(503);
    expect((await fetch(`http://${listener.address}/healthz`)).status).toBe(200);
    await gateway.close();
  });

  test.each([
    ["connection-lost", GrpcStatus.UNAVAILABLE],
    ["stream-reset", GrpcStatus.INTERNAL],
    ["server", GrpcStatus.ABORTED],
  ] as const)("%s reaches the caller as it is, without another attempt", async (reason, status) => {
    await using rig = await startRig();
    const connection = await rig.connect();
    rig.seen.answer = () => Promise.reject(new RpcError({ status, details: "gone", reason }));
    expect(await failure(count(connection))).toMatchObject({ status, details: "gone" });
    expect(rig.seen.of("CountWorkflowExecutions")).toHaveLength(1);
  });
});

describe("looking after it", () => {
  test("metrics name methods and namespaces, the log what happened, and neither a payload nor a token", async () => {
    const entries: GatewayLogEntry[] = [];
    const token = "token-of-operator-012345";
    await using rig = await startRig({
      auth: { kind: "tokens", tokens: [{ token, name: "op", groups: ["read", "signal", "operator"] }] },
      log: (entry) => entries.push(entry),
    });
    const connection = await rig.connect({ apiKey: token });
    await count(connection);
    const payload = { data: new TextEncoder().encode("s3cr3t"), metadata: {} };
    await failure(
      connection.workflowService.signalWorkflowExecution({
        namespace: "default",
        workflowExecution: { workflowId: "s3cr3t" },
        input: { payloads: [payload] },
      }),
    );
    expect(
      entries.map(({ path, caller, namespace, status }) => [path.split("/")[2], caller, namespace, status]),
    ).toEqual([
      ["GetSystemInfo", "op", undefined, 0],
      ["CountWorkflowExecutions", "op", "default", 0],
      ["SignalWorkflowExecution", "op", "default", expect.any(Number)],
    ]);
    expect(JSON.stringify(entries)).not.toMatch(/s3cr3t|token-of/);
    const url = `http://${rig.listener.address}/metrics`;
    expect((await fetch(url)).status).toBe(401);
    const text = await (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).text();
    expect(text).toContain(
      'perdure_gateway_calls_total{method="CountWorkflowExecutions",namespace="default",code="OK"} 1\n',
    );
    expect(text).toContain('perdure_gateway_in_flight{long="true"} 0\n');
    expect(text).toMatch(
      /duration_seconds_bucket\{method="CountWorkflowExecutions",long="false",le="\+Inf"\} 1\n/,
    );
    expect(text).not.toMatch(/s3cr3t|token-of/);
  });

  test("the standard health service needs no token, and knows the services by name", async () => {
    await using rig = await startRig({ auth: { kind: "verify", verify: () => undefined } });
    const connection = Connection.lazy({ address: rig.listener.address });
    const { healthService } = connection;
    const service = "temporal.api.workflowservice.v1.WorkflowService";
    expect((await healthService.check({ service })).status).toBe(1);
    expect((await failure(healthService.check({ service: "nobody" }))).status).toBe(GrpcStatus.NOT_FOUND);
    await connection.close();
  });

  test("closing ends polls with empty answers, lets calls under way end, and takes no new ones", async () => {
    await using rig = await startRig();
    const connection = await rig.connect({ interceptors: [] });
    const poll = connection.workflowService.pollWorkflowTaskQueue(POLL);
    let release = (): void => {};
    rig.seen.answer = ({ path }) =>
      path.endsWith("/CountWorkflowExecutions")
        ? new Promise((resolve) => {
            release = () => resolve(emptyAnswer);
          })
        : undefined;
    await expect.poll(() => rig.seen.of("PollWorkflowTaskQueue")).toHaveLength(1);
    const counted = count(connection);
    await expect.poll(() => rig.seen.of("CountWorkflowExecutions")).toHaveLength(1);
    const closed = rig.gateway.close({ graceMs: 300 });
    release();
    await counted;
    expect((await poll).taskToken).toEqual(new Uint8Array(0));
    await closed;
    expect((await failure(count(connection))).status).toBe(GrpcStatus.UNAVAILABLE);
  });
});
