import { describe, expect, test } from "vitest";
import { Client, type Connection, GrpcStatus, RpcError } from "../../src/client/mod.ts";
import { createGateway, type GatewayToken, RPC_GROUPS } from "../../src/gateway/mod.ts";
import { encodeCountWorkflowExecutionsRequest } from "../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { findErrorDetail } from "../../src/transport/error-details.ts";
import { startRig } from "./harness.ts";

const SERVICE = "/temporal.api.workflowservice.v1.WorkflowService";
const ONE = "token-of-one-0123456789";
const tokens = (more: Partial<GatewayToken> = {}): { kind: "tokens"; tokens: GatewayToken[] } => ({
  kind: "tokens",
  tokens: [
    { token: "token-of-other-0123456789", name: "other", namespaces: ["other"] },
    { token: ONE, name: "one", ...more },
  ],
});
const start = { namespace: "default", workflowId: "w", workflowType: { name: "w" }, requestId: "r" };
const anyQueue = { taskQueue: { name: "q" } };

async function failure(call: Promise<unknown>): Promise<RpcError> {
  const error = await call.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(RpcError);
  return error as RpcError;
}

async function refused(call: Promise<unknown>, details: RegExp): Promise<void> {
  const error = await failure(call);
  expect({ status: error.status, details: error.details }).toEqual({
    status: GrpcStatus.PERMISSION_DENIED,
    details: expect.stringMatching(details),
  });
  expect(findErrorDetail(error, "PermissionDeniedFailure")?.reason).toMatch(details);
}

describe("who calls", () => {
  test.each([
    ["no token", undefined, /asks for authorization/],
    ["a token that is not known", "Bearer wrong-token-0123456789", /does not accept/],
    ["a part of a token", `Bearer ${ONE.slice(0, -1)}`, /does not accept/],
    ["two tokens in one", `Bearer ${ONE}, Bearer ${ONE}`, /asks for authorization/],
    ["another scheme", `Basic ${ONE}`, /asks for authorization/],
  ])("%s is UNAUTHENTICATED, and nothing of it reaches the server", async (_, authorization, details) => {
    await using rig = await startRig({ auth: tokens() });
    const error = await failure(
      rig
        .connect(authorization === undefined ? {} : { metadata: { authorization } })
        .catch((caught: Error) => Promise.reject(caught.cause)),
    );
    expect(error.status).toBe(GrpcStatus.UNAUTHENTICATED);
    expect(error.details).toMatch(details);
    expect(rig.seen.calls).toEqual([]);
  });

  test("a token lets its caller in, and stays at the gateway", async () => {
    await using rig = await startRig({ auth: tokens() });
    const client = new Client({ connection: await rig.connect({ apiKey: ONE }) });
    await client.workflow.start("order", { workflowId: "o", taskQueue: "q" });
    expect(rig.seen.of("StartWorkflowExecution")[0]?.options.metadata).not.toHaveProperty("authorization");
  });

  test("a function of the user's decides, and its faults are no one's rights", async () => {
    let faulty = false;
    await using rig = await startRig({
      auth: {
        kind: "verify",
        verify: ({ bearer, metadata }) => {
          if (faulty) throw new Error("the directory is away");
          return bearer === "a" && metadata["x-tenant"] === "t" ? { name: "a" } : undefined;
        },
      },
    });
    const metadata = { authorization: "Bearer a", "x-tenant": "t" };
    const connection = await rig.connect({ metadata, interceptors: [] });
    await connection.workflowService.getClusterInfo({});
    const stranger = connection.workflowService.getClusterInfo({}, { metadata: { "x-tenant": "u" } });
    expect((await failure(stranger)).status).toBe(GrpcStatus.UNAUTHENTICATED);
    faulty = true;
    const error = await failure(connection.workflowService.getClusterInfo({}));
    expect(error.status).toBe(GrpcStatus.UNAVAILABLE);
    expect(error.message).not.toContain("directory");
  });

  test("with pass-through the server gets the caller's authorization", async () => {
    await using rig = await startRig({ auth: { kind: "pass-through" } });
    await rig.connect({ apiKey: "key-of-the-caller" });
    expect(rig.seen.of("GetSystemInfo")[0]?.options.metadata).toMatchObject({
      authorization: "Bearer key-of-the-caller",
    });
  });
});

describe("what they may", () => {
  const connect = async (
    body: (connection: Connection) => Promise<void>,
    more: Partial<GatewayToken>,
  ): Promise<void> => {
    await using rig = await startRig({ auth: tokens(more) });
    await body(await rig.connect({ apiKey: ONE }));
  };

  test("a caller of one namespace gets nothing of another, whatever its headers say", async () => {
    await connect(
      async ({ workflowService }) => {
        await workflowService.startWorkflowExecution({ ...start, ...anyQueue });
        const metadata = { "temporal-namespace": "default" };
        await refused(
          workflowService.startWorkflowExecution({ ...start, ...anyQueue, namespace: "other" }, { metadata }),
          /in namespace "other"/,
        );
        await refused(workflowService.listNamespaces({}), /is of no namespace/);
        await refused(workflowService.describeNamespace({ id: "some-id" }), /names no namespace/);
        await refused(workflowService.listWorkflowExecutions({}), /names no namespace/);
      },
      { namespaces: ["default"] },
    );
  });

  test("nor by way of a multi-operation's parts or a workflow's commands", async () => {
    await connect(
      async ({ workflowService }) => {
        await refused(
          workflowService.executeMultiOperation({
            namespace: "default",
            operations: [
              {
                operation: {
                  case: "startWorkflow",
                  value: { ...start, ...anyQueue, namespace: "other" },
                },
              },
            ],
          }),
          /in namespace "other"/,
        );
        await refused(
          workflowService.respondWorkflowTaskCompleted({
            namespace: "default",
            commands: [
              {
                attributes: {
                  case: "signalExternalWorkflowExecutionCommandAttributes",
                  value: { namespace: "other", execution: { workflowId: "theirs" }, signalName: "s" },
                },
              },
            ],
          }),
          /in namespace "other"/,
        );
      },
      { namespaces: ["default"] },
    );
  });

  test("nor by a namespace's id, a callback into the server, or a command of tomorrow", async () => {
    await using rig = await startRig({ auth: tokens({ namespaces: ["default"], groups: [...RPC_GROUPS] }) });
    const { workflowService, operatorService, rpc } = await rig.connect({ apiKey: ONE });
    const id = "d8a3d5e2-2b7b-4f37-9f0a-2f6a6bf5d1a1";
    await refused(workflowService.describeNamespace({ namespace: "default", id }), /in namespace "d8a3/);
    await refused(
      operatorService.deleteNamespace({ namespace: "default", namespaceId: id }),
      /in namespace "d8a3/,
    );
    const data = new TextEncoder().encode("a reference of another namespace's");
    const internal = { variant: { case: "internal", value: { data } } } as const;
    await refused(
      workflowService.startWorkflowExecution({ ...start, ...anyQueue, completionCallbacks: [internal] }),
      /a callback inside of the server/,
    );
    const tomorrow = [0x12, 5, 0xd2, 2, 2, 0x0a, 0];
    const named = [0x4a, 7, ...new TextEncoder().encode("default")];
    await refused(
      rpc.unary(`${SERVICE}/RespondWorkflowTaskCompleted`, Uint8Array.from([...tomorrow, ...named]), {}),
      /with field 2\.42, which this gateway does not know/,
    );
    expect(rig.seen.calls.map(({ path }) => path.split("/")[2])).toEqual(["GetSystemInfo"]);
  });

  test("callbacks by URL are for those who run workers", async () => {
    const nexus = { variant: { case: "nexus", value: { url: "http://127.0.0.1:9/", header: {} } } } as const;
    const request = { ...start, ...anyQueue, completionCallbacks: [nexus] };
    await connect(
      ({ workflowService }) =>
        refused(workflowService.startWorkflowExecution(request), /callbacks needs the group "worker"/),
      { groups: ["read", "start"] },
    );
    await using rig = await startRig({ auth: tokens({ groups: ["start", "worker"] }) });
    const { workflowService } = await rig.connect({ apiKey: ONE });
    await workflowService.startWorkflowExecution(request).catch(() => {});
    expect(rig.seen.of("StartWorkflowExecution")).toHaveLength(1);
  });

  test("names that are no list's: other cases, spaces, signs that are not seen; long ones are told in part", async () => {
    await using rig = await startRig({ auth: tokens({ namespaces: ["default"] }) });
    const { rpc } = await rig.connect({ apiKey: ONE });
    const count = (namespace: string): Promise<unknown> =>
      rpc.unary(
        `${SERVICE}/CountWorkflowExecutions`,
        encodeCountWorkflowExecutionsRequest({ namespace }),
        {},
      );
    for (const namespace of [
      "Default",
      "default ",
      " default",
      "default\0",
      "\ufeffdefault",
      "def\u200bault",
    ]) {
      await refused(count(namespace), /in namespace/);
    }
    const error = await failure(count("x".repeat(100_000)));
    expect(error.details).toMatch(/^Request unauthorized: CountWorkflowExecutions in namespace "x{200}…"$/);
    await count("default");
    expect(rig.seen.of("CountWorkflowExecutions")).toHaveLength(1);
  });

  test("the header that servers are chosen by says what the request says", async () => {
    await using rig = await startRig({ auth: tokens({ namespaces: ["default"] }) });
    const { workflowService } = await rig.connect({ apiKey: ONE });
    const metadata = { "temporal-namespace": "other" };
    await workflowService.countWorkflowExecutions({ namespace: "default" }, { metadata });
    await workflowService.getClusterInfo({}, { metadata });
    const header = (name: string): unknown => rig.seen.of(name)[0]?.options.metadata?.["temporal-namespace"];
    expect(header("CountWorkflowExecutions")).toBe("default");
    expect(header("GetClusterInfo")).toBeUndefined();
  });

  test("groups of RPCs: without any said, all but the operator's", async () => {
    await connect(async ({ workflowService, operatorService }) => {
      await workflowService.countWorkflowExecutions({ namespace: "default" });
      await refused(workflowService.registerNamespace({ namespace: "n" }), /the group "operator"/);
      await refused(operatorService.deleteNamespace({ namespace: "n" }), /the group "operator"/);
    }, {});
    await connect(
      async ({ workflowService }) => {
        const signal = { namespace: "default", workflowExecution: { workflowId: "w" }, signalName: "s" };
        await refused(workflowService.signalWorkflowExecution(signal), /the group "signal"/);
        const both = { ...start, ...anyQueue, signalName: "s" };
        await refused(workflowService.signalWithStartWorkflowExecution(both), /the group "signal"/);
        await refused(
          workflowService.pollWorkflowTaskQueue({ namespace: "default", ...anyQueue }),
          /the group "worker"/,
        );
      },
      { groups: ["read", "start"] },
    );
  });

  test("task queues: only those named, and a worker's own that belongs to one of them", async () => {
    await using rig = await startRig({ auth: tokens({ taskQueues: ["mine"] }), maxPollMs: 2_500 });
    const { workflowService } = await rig.connect({ apiKey: ONE });
    const poll = (taskQueue: { name: string; kind?: number; normalName?: string }): Promise<unknown> =>
      workflowService.pollWorkflowTaskQueue(
        { namespace: "default", taskQueue },
        { deadline: Date.now() + 2_300 },
      );
    await refused(workflowService.startWorkflowExecution({ ...start, ...anyQueue }), /task queue "q"/);
    await refused(poll({ name: "theirs" }), /task queue "theirs"/);
    await refused(poll({ name: "theirs", kind: 2, normalName: "mine" }), /task queue "theirs"/);
    const own = `me-${crypto.randomUUID()}`;
    await refused(poll({ name: own, kind: 2, normalName: "theirs" }), /task queue/);
    const answers = await Promise.all([
      poll({ name: "mine" }),
      poll({ name: own, kind: 2, normalName: "mine" }),
    ]);
    expect(answers).toMatchObject([{ taskToken: new Uint8Array(0) }, { taskToken: new Uint8Array(0) }]);
  });

  test("RPCs of other services, and those that nobody knows, do not pass", async () => {
    await using rig = await startRig({ auth: tokens() });
    const { rpc } = await rig.connect({ apiKey: ONE });
    for (const path of [
      "/temporal.server.api.adminservice.v1.AdminService/DescribeCluster",
      "/temporal.api.workflowservice.v1.WorkflowService/OfTomorrow",
    ]) {
      const error = await failure(rpc.unary(path, new Uint8Array(0), {}));
      expect(error.status).toBe(GrpcStatus.UNIMPLEMENTED);
    }
    expect(rig.seen.calls.map(({ path }) => path.split("/")[2])).toEqual(["GetSystemInfo"]);
  });
});

describe("being reachable", () => {
  test("a gateway that knows no callers does not listen beyond this machine", async () => {
    const gateway = createGateway();
    for (const host of ["0.0.0.0", "::", "192.0.2.1", "example.com"]) {
      await expect(gateway.listen({ host })).rejects.toThrow(/must know its callers: give auth/);
    }
    expect(() => gateway.fetch).toThrow(/auth: is needed for fetch/);
    await gateway.close();
  });

  test("with callers known it does", async () => {
    const gateway = createGateway({ auth: tokens() });
    const listener = await gateway.listen({ host: "0.0.0.0" });
    expect(listener.address).toMatch(/^0\.0\.0\.0:\d+$/);
    await gateway.close();
  });

  test("options that are none, or not usable, are refused without telling a secret", () => {
    const wrong = [
      [{ upstreams: "x" }, /upstreams: there is no such option/],
      [{ maxPollMs: 10 }, /maxPollMs: 10 is not a number of milliseconds from 2500/],
      [
        { auth: { kind: "tokens", tokens: [{ token: "short", name: "s" }] } },
        /that of "s" must be at least 16/,
      ],
      [{ auth: { kind: "tokens", tokens: [] } }, /nobody could call/],
      [
        { auth: tokens({ groups: ["admin" as "read"] }) },
        /of "one": "groups" is not a list of read, start, signal, worker, operator/,
      ],
      [{ auth: tokens({ namespace: "default" } as object) }, /of "one": "namespace" is nothing a caller has/],
      [{ auth: tokens({ namespaces: undefined } as object) }, /"namespaces" is not a list.*leave it out/],
      [{ auth: tokens({ namespaces: "default" } as object) }, /"namespaces" is not a list/],
      [{ auth: { kind: "jwt", jwksUrl: "x" } }, /auth\.issuer/],
      [{ forwardMetadata: ["caller-name"] }, /"caller-name" never goes on/],
      [{ forwardMetadata: ["X-Team"] }, /"X-Team" never goes on/],
      [{ limits: { maxPolls: 0 } }, /limits/],
    ] as const;
    for (const [options, message] of wrong) {
      expect(() => createGateway(options as Parameters<typeof createGateway>[0])).toThrow(message);
      expect(() => createGateway(options as Parameters<typeof createGateway>[0])).not.toThrow(
        /short"|token-of/,
      );
    }
  });
});
