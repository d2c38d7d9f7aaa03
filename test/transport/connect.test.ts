import { Code, ConnectError, createClient, createRouterTransport, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { describe, expect, test } from "vitest";
import { connectTransport, fromConnectTransport } from "../../src/connect/mod.ts";
import { NamespaceNotFoundFailureSchema } from "../../src/gen/es/temporal/api/errordetails/v1/message_pb.ts";
import { WorkflowService } from "../../src/gen/es/temporal/api/workflowservice/v1/service_pb.ts";
import { Connection, findErrorDetail, GrpcStatus, RpcError } from "../../src/transport/mod.ts";
import { startParrot } from "./tcp-servers.ts";

/** A server in this process: describes one namespace, echoes metadata. */
const server: Transport = createRouterTransport(({ service }) => {
  service(WorkflowService, {
    getSystemInfo: () => ({ serverVersion: "router", capabilities: { nexus: true } }),
    describeNamespace: ({ namespace }, context) => {
      if (namespace !== "known") {
        const detail = { desc: NamespaceNotFoundFailureSchema, value: { namespace } };
        throw new ConnectError("no such namespace", Code.NotFound, { "x-why": "test" }, [detail]);
      }
      context.responseTrailer.set("x-echo", context.requestHeader.get("x-sent") ?? "nothing");
      const header = context.requestHeader.get("temporal-namespace") ?? "";
      return { namespaceInfo: { name: namespace, description: header, data: { key: "value" } } };
    },
    pollWorkflowTaskQueue: (_request, context) =>
      new Promise((_, reject) =>
        context.signal.addEventListener("abort", () => reject(context.signal.reason)),
      ),
  });
});

describe("a Connect transport below a connection", () => {
  const connection = Connection.lazy({ transport: fromConnectTransport(server) });

  test("passes messages both ways whole", async () => {
    await connection.ensureConnected();
    expect(connection.systemInfo?.serverVersion).toBe("router");
    const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace: "known" });
    expect(namespaceInfo).toMatchObject({ name: "known", description: "known", data: { key: "value" } });
  });

  test("passes metadata and trailers", async () => {
    const path = "/temporal.api.workflowservice.v1.WorkflowService/DescribeNamespace";
    const request = new Uint8Array([10, 5, ...new TextEncoder().encode("known")]);
    const { trailers } = await connection.rpc.unary(path, request, { metadata: { "x-sent": "text" } });
    expect(trailers["x-echo"]).toBe("text");
  });

  test("gives errors their status and details", async () => {
    const error = await connection.workflowService
      .describeNamespace({ namespace: "x" })
      .catch((reason: unknown) => reason);
    if (!(error instanceof RpcError)) throw new TypeError("not an RpcError");
    expect(error).toMatchObject({
      status: GrpcStatus.NOT_FOUND,
      details: "no such namespace",
      reason: "server",
    });
    expect(error.metadata["x-why"]).toBe("test");
    expect(findErrorDetail(error, "NamespaceNotFoundFailure")).toEqual({ namespace: "x" });
  });

  test("keeps deadlines and signals", async () => {
    const { workflowService } = connection;
    const late = workflowService.pollWorkflowTaskQueue({}, { deadline: Date.now() + 50 });
    await expect(late).rejects.toMatchObject({ status: GrpcStatus.DEADLINE_EXCEEDED });
    const past = workflowService.pollWorkflowTaskQueue({}, { deadline: Date.now() - 1 });
    await expect(past).rejects.toMatchObject({ status: GrpcStatus.DEADLINE_EXCEEDED });
    const aborted = workflowService.pollWorkflowTaskQueue({}, { abortSignal: AbortSignal.timeout(30) });
    await expect(aborted).rejects.toMatchObject({ status: GrpcStatus.CANCELLED, reason: "aborted" });
  });

  test("is refused when it writes JSON, before anything is sent", async () => {
    const port = await startParrot("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
    const options = {
      baseUrl: `http://${port.address}`,
      httpVersion: "1.1",
      useBinaryFormat: false,
    } as const;
    for (const transport of [createConnectTransport(options), createGrpcWebTransport(options)]) {
      const over = Connection.lazy({ transport: fromConnectTransport(transport) });
      const expected = {
        status: GrpcStatus.INVALID_ARGUMENT,
        details: expect.stringContaining("useBinaryFormat"),
      };
      await expect(over.workflowService.getSystemInfo({})).rejects.toMatchObject(expected);
    }
    await port.close();
  });

  test("refuses a path that is none", async () => {
    await expect(fromConnectTransport(server).unary("nonsense", new Uint8Array(), {})).rejects.toThrow(
      /"nonsense"/,
    );
  });
});

describe("a connection as a Connect transport", () => {
  const client = createClient(
    WorkflowService,
    connectTransport(Connection.lazy({ transport: fromConnectTransport(server) })),
  );

  test("serves generated clients", async () => {
    const seen: (string | null)[] = [];
    const answer = await client.describeNamespace(
      { namespace: "known" },
      { headers: { "x-sent": "client" }, onTrailer: (trailer) => void seen.push(trailer.get("x-echo")) },
    );
    expect(answer.namespaceInfo).toMatchObject({
      name: "known",
      description: "known",
      data: { key: "value" },
    });
    expect(seen).toEqual(["client"]);
  });

  test("gives ConnectErrors with details", async () => {
    const error = await client.describeNamespace({ namespace: "x" }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: Code.NotFound, rawMessage: "no such namespace" });
    expect(ConnectError.from(error).findDetails(NamespaceNotFoundFailureSchema)).toMatchObject([
      { namespace: "x" },
    ]);
  });

  test("keeps timeouts", async () => {
    await expect(client.pollWorkflowTaskQueue({}, { timeoutMs: 50 })).rejects.toMatchObject({
      code: Code.DeadlineExceeded,
    });
  });
});
