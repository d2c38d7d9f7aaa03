import { describe, expect, test } from "vitest";
import { encodeStatus } from "../../src/gen/codec/google/rpc/status.ts";
import { encodeNamespaceNotFoundFailure } from "../../src/gen/codec/temporal/api/errordetails/v1/message.ts";
import { encodeGetSystemInfoResponse } from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import {
  Connection,
  type ConnectionOptions,
  defaultGrpcRetryOptions,
  errorDetails,
  findErrorDetail,
  GrpcStatus,
  isGrpcCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
  makeGrpcRetryInterceptor,
  NativeConnection,
  RpcError,
  type RpcPort,
  ServiceError,
} from "../../src/transport/mod.ts";
import { PROMPT_MS } from "./fault.ts";
import { type ServerCall, startServer } from "./grpc-server.ts";
import { freePort } from "./tcp-servers.ts";

const QUICK = makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ initialIntervalMs: () => 1 }));

async function withServer(
  handler: (call: ServerCall) => void,
  options: ConnectionOptions,
  body: (connection: Connection) => Promise<void>,
): Promise<void> {
  const server = await startServer(handler);
  const connection = Connection.lazy({ address: server.address, ...options });
  try {
    await body(connection);
  } finally {
    await connection.close();
    await server.close();
  }
}

/** A port that notes what it is asked, and answers by a function. */
function fakePort(
  answer: (attempt: number) => Uint8Array,
): RpcPort & { readonly asked: Parameters<RpcPort["unary"]>[] } {
  const asked: Parameters<RpcPort["unary"]>[] = [];
  return {
    asked,
    unary: async (...call) => {
      asked.push(call);
      return { bytes: answer(asked.length), headers: {}, trailers: {} };
    },
    close: async () => {},
  };
}

const EMPTY = new Uint8Array();
const unavailable = (): RpcError => new RpcError({ status: GrpcStatus.UNAVAILABLE, details: "not now" });

describe("Connection.connect", () => {
  test("asks for the system info and keeps it", async () => {
    const info = encodeGetSystemInfoResponse({ serverVersion: "9.9", capabilities: { nexus: true } });
    await withServer(
      ({ ok }) => ok(info),
      {},
      async (connection) => {
        await connection.ensureConnected();
        expect(connection.systemInfo?.serverVersion).toBe("9.9");
        expect(connection.systemInfo?.capabilities?.nexus).toBe(true);
      },
    );
  });

  test("tolerates a server that has no system info", async () => {
    await withServer(
      ({ fail }) => fail(12, "unknown method"),
      {},
      async (connection) => {
        await connection.ensureConnected();
        expect(connection.systemInfo).toBeUndefined();
      },
    );
  });

  test("fails with a ServiceError that names address and cause, within connectTimeout", async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const start = performance.now();
    const error = await Connection.connect({ address, connectTimeout: "400ms" }).catch(
      (reason: unknown) => reason,
    );
    expect(performance.now() - start).toBeLessThan(PROMPT_MS);
    expect(error).toBeInstanceOf(ServiceError);
    expect(error).toMatchObject({ code: "SERVICE_ERROR", message: expect.stringContaining(address) });
    expect((error as ServiceError).cause).toMatchObject({
      status: GrpcStatus.UNAVAILABLE,
      reason: "connect-failed",
    });
  });

  test("does not wait for what cannot succeed", async () => {
    const server = await startServer(({ ok }) => ok());
    const start = performance.now();
    await expect(Connection.connect({ address: server.address, tls: true })).rejects.toThrow(/plaintext/);
    expect(performance.now() - start).toBeLessThan(PROMPT_MS);
    await server.close();
  });

  test("waits for a server that is just starting", async () => {
    const port = await freePort();
    const connecting = Connection.connect({ address: `127.0.0.1:${port}`, connectTimeout: 30_000 });
    await new Promise((resolve) => setTimeout(resolve, 250));
    const server = await startServer(({ ok }) => ok(EMPTY), { port });
    const connection = await connecting;
    await connection.close();
    await server.close();
  });

  test("a failed first connect is forgotten", async () => {
    const port = await freePort();
    const connection = Connection.lazy({ address: `127.0.0.1:${port}`, connectTimeout: 3_000 });
    await expect(connection.ensureConnected()).rejects.toBeInstanceOf(ServiceError);
    const server = await startServer(({ ok }) => ok(EMPTY), { port });
    await connection.ensureConnected();
    await connection.close();
    await server.close();
  });

  test("goes by two names", () => {
    expect(NativeConnection).toBe(Connection);
  });
});

describe("options", () => {
  test.each([
    [undefined, "localhost:7233"],
    ["temporal.internal", "temporal.internal:7233"],
    ["temporal.internal:443", "temporal.internal:443"],
    ["[::1]", "[::1]:7233"],
    ["[::1]:99", "[::1]:99"],
  ])("address %s means %s", (address, expected) => {
    expect(Connection.lazy({ address }).options.address).toBe(expected);
  });

  test.each([
    [{ address: "http://localhost:7233" }, /address: "http:\/\/localhost:7233".*scheme/],
    [{ address: "::1" }, /address: "::1"/],
    [{ address: 7233 }, /address: 7233 is not text/],
    [{ adress: "x" }, /adress: there is no such option.*address/],
    [{ tls: "yes" }, /tls: "yes" is not true, false or an object/],
    [{ tls: { serverRootCACertificate: "PEM" } }, /tls.serverRootCACertificate: "PEM" is not a Uint8Array/],
    [{ tls: { clientCertPair: { crt: new Uint8Array() } } }, /tls.clientCertPair: .*crt, key/],
    [{ metadata: "x" }, /metadata: "x" is not an object/],
    [{ interceptors: () => {} }, /interceptors: function .*is not a list of functions/],
    [{ proxy: "p:1" }, /proxy: "p:1" is not an object/],
    [{ proxy: { targetHost: "p:1", basicAuth: {} } }, /proxy.basicAuth: .*username, password/],
    [{ keepAlive: true }, /keepAlive: true is not .*intervalMs/],
    [{ maxSendBytes: "1" }, /maxSendBytes: "1" is not a number above 0/],
    [{ transport: {} }, /transport: {} is not an object with the methods/],
    [7, /options of a connection are 7/],
    [{ address: "a:0" }, /address: "a:0"/],
    [{ apiKey: "" }, /apiKey/],
    [{ apiKey: "k", metadata: { Authorization: "Bearer x" } }, /apiKey: cannot be combined/],
    [{ metadata: { "grpc-x": "1" } }, /metadata: "grpc-x"/],
    [{ metadata: { "x y": "1" } }, /metadata: "x y"/],
    [{ metadata: { "x-bin": "1" } }, /"x-bin".*Uint8Array/],
    [{ metadata: { x: "ä" } }, /"x".*ASCII/],
    [{ tls: { clientCertPair: { crt: EMPTY } as never } }, /tls.clientCertPair/],
    [{ proxy: { targetHost: "proxy" } }, /proxy.targetHost: "proxy"/],
    [{ connectTimeout: -1 }, /connectTimeout/],
    [{ connectTimeout: "soon" as never }, /connectTimeout/],
    [{ maxSendBytes: 0 }, /maxSendBytes: 0/],
    [{ keepAlive: { intervalMs: 0, timeoutMs: 1 } }, /keepAlive.intervalMs: 0/],
    [{ transport: fakePort(() => EMPTY), address: "x" }, /transport: cannot be combined with address/],
  ] satisfies [unknown, RegExp][])("%o is refused", (options, message) => {
    expect(() => Connection.lazy(options as ConnectionOptions)).toThrow(message);
  });

  test("an API key turns TLS on, unless tls is false", () => {
    const tlsOf = (options: ConnectionOptions): unknown => {
      const { channel } = Connection.lazy(options).options;
      return channel.kind === "grpc" ? channel.options.tls : "none";
    };
    expect(tlsOf({ apiKey: "k" })).toEqual({});
    expect(tlsOf({ apiKey: "k", tls: false })).toBeUndefined();
    expect(tlsOf({})).toBeUndefined();
    expect(tlsOf({ tls: { serverNameOverride: "n" } })).toMatchObject({ serverName: "n" });
  });
});

describe("metadata", () => {
  test("says who we are and for which namespace; the user's keys win, the call's most of all", async () => {
    const seen: Record<string, unknown>[] = [];
    const options = { metadata: { "X-A": "connection", "x-b": "connection", "x-c": "connection" } };
    const handler = ({ headers, ok }: ServerCall): void => {
      seen.push(headers);
      ok(EMPTY);
    };
    await withServer(handler, options, async (connection) => {
      await connection.withMetadata({ "x-b": "scope", "x-c": "scope" }, () =>
        connection.workflowService.describeNamespace({ namespace: "ns" }, { metadata: { "x-c": "call" } }),
      );
      connection.setMetadata({ "client-name": "mine" });
      await connection.workflowService.getSystemInfo({});
    });
    expect(seen[0]).toMatchObject({ "client-name": "perdure", "temporal-namespace": "ns" });
    expect(seen[0]).toMatchObject({ "x-a": "connection", "x-b": "scope", "x-c": "call" });
    expect(seen[1]).toMatchObject({ "client-name": "mine", "client-version": expect.any(String) });
    expect(seen[1]).not.toHaveProperty("x-a");
    expect(seen[1]).not.toHaveProperty("temporal-namespace");
  });

  test("the version sent is the package's", async () => {
    const { CLIENT_VERSION } = await import("../../src/transport/client-info.ts");
    const { default: manifest } = await import("../../package.json", { with: { type: "json" } });
    expect(CLIENT_VERSION).toBe(manifest.version);
  });

  test("an API key that expires is asked for again", async () => {
    let key = "first";
    let valid = "first";
    const handler = ({ headers, ok, fail }: ServerCall): void =>
      headers["authorization"] === `Bearer ${valid}` ? ok(EMPTY) : fail(16, "expired");
    await withServer(handler, { apiKey: async () => key, tls: false }, async (connection) => {
      await connection.workflowService.getSystemInfo({});
      valid = "second";
      await expect(connection.workflowService.getSystemInfo({})).rejects.toMatchObject({ status: 16 });
      key = "second";
      await connection.workflowService.getSystemInfo({});
      await connection.withApiKey("wrong", async () => {
        await expect(connection.workflowService.getSystemInfo({})).rejects.toMatchObject({ status: 16 });
      });
      const keys = ["second", "third"];
      valid = "third";
      connection.setApiKey(() => keys.shift() ?? "none");
      await connection.workflowService.getSystemInfo({});
      expect(() => connection.setApiKey("")).toThrow(/apiKey/);
    });
  });
});

describe("deadlines and signals", () => {
  const silent = (): void => {};

  test("hold for a scope and for a call", async () => {
    await withServer(silent, {}, async (connection) => {
      const { workflowService } = connection;
      const scoped = connection.withDeadline(new Date(Date.now() + 100), () =>
        workflowService.getSystemInfo({}),
      );
      await expect(scoped).rejects.toSatisfy(isGrpcDeadlineError);
      const called = workflowService.getSystemInfo({}, { deadline: Date.now() + 100 });
      await expect(called).rejects.toSatisfy(isGrpcDeadlineError);
      const controller = new AbortController();
      const aborted = connection.withAbortSignal(controller.signal, () =>
        workflowService.getSystemInfo({}, { abortSignal: AbortSignal.timeout(60_000) }),
      );
      setTimeout(() => controller.abort(), 20);
      await expect(aborted).rejects.toSatisfy(isGrpcCancelledError);
      await expect(workflowService.getSystemInfo({}, { deadline: new Date(Number.NaN) })).rejects.toThrow(
        /deadline/,
      );
    });
  });

  test("are found under causes", () => {
    const rpc = new RpcError({ status: GrpcStatus.DEADLINE_EXCEEDED, details: "late" });
    const wrapped = new ServiceError("outer", { cause: new Error("middle", { cause: rpc }) });
    expect(isGrpcDeadlineError(wrapped)).toBe(true);
    expect(isGrpcCancelledError(wrapped)).toBe(false);
    expect(isGrpcServiceError(wrapped)).toBe(false);
    expect(isGrpcServiceError(rpc)).toBe(true);
  });
});

describe("retries", () => {
  test("send the same bytes again, so that request ids stay the same", async () => {
    const port = fakePort((attempt) => {
      if (attempt < 3) throw unavailable();
      return EMPTY;
    });
    const connection = Connection.lazy({ transport: port, interceptors: [QUICK] });
    await connection.workflowService.startWorkflowExecution({ namespace: "ns", requestId: "r" });
    expect(port.asked.map(([, bytes]) => bytes)).toEqual([
      port.asked[0]?.[1],
      port.asked[0]?.[1],
      port.asked[0]?.[1],
    ]);
  });

  test("end after ten attempts, or at once where the call says so", async () => {
    const port = fakePort(() => {
      throw unavailable();
    });
    const connection = Connection.lazy({ transport: port, interceptors: [QUICK] });
    await expect(connection.workflowService.getSystemInfo({})).rejects.toMatchObject({ details: "not now" });
    expect(port.asked).toHaveLength(10);
    await expect(connection.workflowService.getSystemInfo({}, { retry: false })).rejects.toThrow(/not now/);
    expect(port.asked).toHaveLength(11);
  });

  test("a list of interceptors of one's own replaces them", async () => {
    const port = fakePort(() => {
      throw unavailable();
    });
    const paths: string[] = [];
    const connection = Connection.lazy({
      transport: port,
      interceptors: [
        (call, next) => {
          paths.push(call.path);
          return next(call);
        },
      ],
    });
    await expect(connection.workflowService.getSystemInfo({})).rejects.toThrow(/not now/);
    expect(paths).toEqual(["/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo"]);
    expect(port.asked).toHaveLength(1);
  });

  test("the last error is thrown when the next attempt would come after the deadline", async () => {
    const port = fakePort(() => {
      throw unavailable();
    });
    const slow = makeGrpcRetryInterceptor(
      defaultGrpcRetryOptions({ initialIntervalMs: () => 60_000, maxJitter: 0 }),
    );
    const connection = Connection.lazy({ transport: port, interceptors: [slow] });
    const call = connection.workflowService.getSystemInfo({}, { deadline: Date.now() + 1_000 });
    await expect(call).rejects.toMatchObject({ status: GrpcStatus.UNAVAILABLE });
    expect(port.asked).toHaveLength(1);
  });

  test("an abort ends the pause between two attempts", async () => {
    const port = fakePort(() => {
      throw unavailable();
    });
    const connection = Connection.lazy({ transport: port });
    const call = connection.workflowService.getSystemInfo({}, { abortSignal: AbortSignal.timeout(30) });
    await expect(call).rejects.toMatchObject({ status: GrpcStatus.CANCELLED, reason: "aborted" });
  });
});

describe("errors", () => {
  test("carry Temporal's details", async () => {
    const failure = encodeNamespaceNotFoundFailure({ namespace: "nope" });
    const prefix = "type.googleapis.com/";
    const status = encodeStatus({
      code: 5,
      message: "no",
      details: [
        { typeUrl: `${prefix}temporal.api.errordetails.v1.NamespaceNotFoundFailure`, value: failure },
        { typeUrl: `${prefix}somebody.Else`, value: new Uint8Array([1]) },
        { typeUrl: `${prefix}temporal.api.errordetails.v1.QueryFailedFailure`, value: new Uint8Array([255]) },
      ],
    });
    const more = { "grpc-status-details-bin": Buffer.from(status).toString("base64") };
    await withServer(
      ({ fail }) => fail(5, "no", more),
      {},
      async (connection) => {
        const error = await connection.workflowService
          .describeNamespace({})
          .catch((reason: unknown) => reason);
        if (!(error instanceof RpcError)) throw new TypeError("not an RpcError");
        expect(findErrorDetail(error, "NamespaceNotFoundFailure")).toEqual({ namespace: "nope" });
        expect(findErrorDetail(error, "QueryFailedFailure")).toBeUndefined();
        expect(errorDetails(error).map(({ kind }) => kind)).toEqual([
          "NamespaceNotFoundFailure",
          "unknown",
          "unknown",
        ]);
      },
    );
  });

  test("without details, or with broken ones, have none", () => {
    const init = { status: GrpcStatus.INTERNAL, details: "" };
    expect(errorDetails(new RpcError(init))).toEqual([]);
    expect(errorDetails(new RpcError({ ...init, rawStatusDetails: new Uint8Array([255, 1]) }))).toEqual([]);
  });

  test("a response that cannot be decoded is INTERNAL", async () => {
    const connection = Connection.lazy({ transport: fakePort(() => new Uint8Array([255, 255])) });
    const expected = { status: GrpcStatus.INTERNAL, reason: "malformed-response" };
    await expect(connection.workflowService.getSystemInfo({})).rejects.toMatchObject(expected);
  });
});
