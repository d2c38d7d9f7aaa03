/** What every case shares: plain functions and `node:assert`, so that they run on Node, Bun and Deno alike. */
import assert from "node:assert/strict";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { Connection, type ConnectionOptions } from "perdure/client";
import {
  createGateway,
  type Gateway,
  type GatewayListenOptions,
  type GatewayOptions,
  type Listener,
} from "perdure/gateway";
import { EmbeddedServer } from "perdure/server";

export const SERVICE = "/temporal.api.workflowservice.v1.WorkflowService";
export const POLL = { namespace: "default", taskQueue: { name: "q" }, identity: "me" };
export const TOKEN = "token-of-one-0123456789";

/** A gateway before an embedded server, each on a port of its own. */
export interface Rig {
  readonly gateway: Gateway;
  readonly listener: Listener;
  readonly server: EmbeddedServer;
  /** A connection through the gateway. */
  connect(options?: ConnectionOptions): Connection;
  /** Polls and other long calls under way. */
  polls(): number;
}

/** Options of a rig; without `upstream` there is an embedded server. */
export interface RigOptions extends GatewayOptions {
  readonly listen?: GatewayListenOptions;
}

/** Runs `body` with a gateway, and closes everything. */
export async function withGateway(options: RigOptions, body: (rig: Rig) => Promise<void>): Promise<void> {
  const { listen, ...rest } = options;
  const server = new EmbeddedServer({ namespaces: ["other"] });
  const upstream = rest.upstream ?? (await server.listen()).address;
  const gateway = createGateway({ ...rest, upstream });
  const listener = await gateway.listen(listen);
  const connections: Connection[] = [];
  try {
    await body({
      gateway,
      listener,
      server,
      connect: (more = {}) => {
        const { protocol = "grpc" } = more;
        const address = protocol === "grpc" ? listener.address : `http://${listener.address}`;
        const connection = Connection.lazy({ tls: false, interceptors: [], ...more, address });
        connections.push(connection);
        return connection;
      },
      polls: () => Number(/in_flight\{long="true"\} (\d+)/.exec(gateway.metrics())?.[1]),
    });
  } finally {
    for (const connection of connections) await connection.close();
    await gateway.close({ graceMs: 0 });
    await server.close();
  }
}

/** The code of gRPC that a call ends with; 0 when it succeeds. */
export async function statusOf(call: Promise<unknown>): Promise<number> {
  return (await errorOf(call))?.status ?? 0;
}

/** What a call fails with; undefined when it succeeds. Not by its class: packages and sources have each their own. */
export async function errorOf(
  call: Promise<unknown>,
): Promise<{ readonly status: number; readonly details: string; readonly reason: string } | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    const { name, status } = error as { readonly name?: unknown; readonly status?: unknown };
    assert.equal(name, "RpcError", String(error instanceof Error ? error.stack : error));
    assert.equal(typeof status, "number");
    return error as { status: number; details: string; reason: string };
  }
}

/** A call that every caller may make. */
export function count({ workflowService }: Connection, deadlineMs = 20_000): Promise<unknown> {
  return workflowService.countWorkflowExecutions(
    { namespace: "default" },
    { deadline: Date.now() + deadlineMs, retry: false },
  );
}

/** A server of TCP that does as told with each socket. */
export async function withTcp(
  onSocket: (socket: Socket) => void,
  body: (address: string, sockets: ReadonlySet<Socket>) => Promise<void>,
): Promise<void> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    onSocket(socket);
  });
  const address = await bound(server);
  try {
    await body(address, sockets);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

/** Listens on a free port. */
export function bound(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}
