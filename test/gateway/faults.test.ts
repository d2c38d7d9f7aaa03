import { createServer as createHttp } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { Connection, GrpcStatus, RpcError } from "../../src/client/mod.ts";
import { createGateway } from "../../src/gateway/mod.ts";
import { EmbeddedServer } from "../../src/server/mod.ts";

const POLL = { namespace: "default", taskQueue: { name: "q" } };

/** Runs `use` with a connection through a gateway in front of an address. */
async function inFrontOf(upstream: string, use: (connection: Connection) => Promise<void>): Promise<void> {
  const gateway = createGateway({ upstream });
  const { address } = await gateway.listen();
  const connection = Connection.lazy({ address, interceptors: [] });
  try {
    await use(connection);
  } finally {
    await connection.close();
    await gateway.close({ graceMs: 0 });
  }
}

const count = ({ workflowService }: Connection, deadlineMs = 10_000): Promise<unknown> =>
  workflowService.countWorkflowExecutions({ namespace: "default" }, { deadline: Date.now() + deadlineMs });

async function statusOf(call: Promise<unknown>): Promise<number> {
  const error = await call.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  return error instanceof RpcError ? error.status : GrpcStatus.OK;
}

/** A server of TCP that does as told with each socket. */
async function tcp(onSocket: (socket: Socket) => void): Promise<{ address: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onSocket(socket);
  });
  return { address: await bound(server), close: () => closed(server, sockets) };
}

function bound(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

function closed(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}

describe("an upstream", () => {
  test("that drops its connections fails what is under way with UNAVAILABLE, and is found again", async () => {
    const server = new EmbeddedServer();
    const listener = await server.listen();
    await inFrontOf(listener.address, async (connection) => {
      await count(connection);
      const polls = Array.from({ length: 50 }, () =>
        statusOf(connection.workflowService.pollWorkflowTaskQueue(POLL)),
      );
      await new Promise((resolve) => setTimeout(resolve, 100));
      listener.dropConnections();
      expect(new Set(await Promise.all(polls))).toEqual(new Set([GrpcStatus.UNAVAILABLE]));
      expect(await statusOf(count(connection))).toBe(GrpcStatus.OK);
    });
    await server.close();
  });

  test("that says GOAWAY keeps the polls that it has, and gets new calls on a new connection", async () => {
    const server = new EmbeddedServer();
    const listener = await server.listen();
    await inFrontOf(listener.address, async (connection) => {
      const { workflowService } = connection;
      const poll = workflowService.pollWorkflowTaskQueue(POLL);
      await new Promise((resolve) => setTimeout(resolve, 100));
      listener.goAway();
      const start = { ...POLL, workflowId: "w", workflowType: { name: "w" }, requestId: "r" };
      await workflowService.startWorkflowExecution(start);
      expect((await poll).workflowExecution?.workflowId).toBe("w");
    });
    await server.close();
  });

  test("that never answers ends with the caller's deadline", async () => {
    const silent = await tcp((socket) => socket.resume());
    await inFrontOf(silent.address, async (connection) => {
      const since = performance.now();
      expect(await statusOf(count(connection, 500))).toBe(GrpcStatus.DEADLINE_EXCEEDED);
      expect(performance.now() - since).toBeLessThan(3_000);
    });
    await silent.close();
  });

  test("that resets each connection is UNAVAILABLE", async () => {
    const resetting = await tcp((socket) => socket.resetAndDestroy());
    await inFrontOf(resetting.address, async (connection) => {
      expect(await statusOf(count(connection, 1_000))).toBe(GrpcStatus.UNAVAILABLE);
    });
    await resetting.close();
  });

  test("that speaks another protocol is an error of gRPC for the caller", async () => {
    const http = createHttp((_request, response) => response.writeHead(502).end("<html>bad gateway</html>"));
    const address = await bound(http);
    await inFrontOf(address, async (connection) => {
      expect(await statusOf(count(connection, 1_000))).not.toBe(GrpcStatus.OK);
    });
    http.closeAllConnections();
    http.close();
  });
});

describe("a caller", () => {
  test("that goes without a word ends its poll at the server, and the next task is not lost", async () => {
    const server = new EmbeddedServer();
    const { address: upstream } = await server.listen();
    const gateway = createGateway({ upstream });
    const listener = await gateway.listen();
    const gone = Connection.lazy({ address: listener.address, interceptors: [] });
    const poll = statusOf(gone.workflowService.pollWorkflowTaskQueue(POLL));
    const inFlight = (): boolean => gateway.metrics().includes('in_flight{long="true"} 1');
    await expect.poll(inFlight).toBe(true);
    listener.dropConnections();
    expect(await poll).toBe(GrpcStatus.UNAVAILABLE);
    await expect.poll(inFlight).toBe(false);
    const { workflowService } = gone;
    const start = { ...POLL, workflowId: "w", workflowType: { name: "w" }, requestId: "r" };
    await workflowService.startWorkflowExecution(start);
    const task = await workflowService.pollWorkflowTaskQueue(POLL, { deadline: Date.now() + 5_000 });
    expect(task.workflowExecution?.workflowId).toBe("w");
    await gone.close();
    await gateway.close({ graceMs: 0 });
    await server.close();
  });

  test("whose bytes are no message is told so, in each method, and the server is not asked", async () => {
    const server = new EmbeddedServer();
    const gateway = createGateway({ upstream: { transport: server } });
    const { address } = await gateway.listen();
    const connection = Connection.lazy({ address, interceptors: [] });
    const path = "/temporal.api.workflowservice.v1.WorkflowService/StartWorkflowExecution";
    for (const bytes of [[0x0a, 99], [0xff], [0x0b, 0x0b, 0x0b]]) {
      const call = connection.rpc.unary(path, Uint8Array.from(bytes), {});
      expect(await statusOf(call)).toBe(GrpcStatus.INVALID_ARGUMENT);
    }
    await connection.close();
    await gateway.close({ graceMs: 0 });
    await server.close();
  });
});
