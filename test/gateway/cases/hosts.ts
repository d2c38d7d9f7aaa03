/** The gateway as a handler of the hosts that Deno and Bun bring; on Node there is none, and the handler is called as it is. */
import assert from "node:assert/strict";
import { Client, Connection } from "perdure/client";
import { createGateway, type Gateway, type GatewayLogEntry } from "perdure/gateway";
import { EmbeddedServer } from "perdure/server";
import { type Fault, until } from "../../transport/fault.ts";
import { POLL, statusOf, TOKEN } from "./rig.ts";

/** A host that serves a handler on a port of this machine. */
interface Host {
  readonly url: string;
  stop(): Promise<void>;
}

interface Globals {
  readonly Deno?: {
    serve(
      options: { readonly port: number; readonly hostname: string; onListen(): void },
      handler: Gateway["fetch"],
    ): { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
  };
  readonly Bun?: {
    serve(options: {
      readonly port: number;
      readonly hostname: string;
      readonly idleTimeout: number;
      readonly fetch: Gateway["fetch"];
    }): { readonly port: number; stop(active: boolean): Promise<void> };
  };
}

/** Serves it as its README says, where there is something to serve with. */
function serve(handler: Gateway["fetch"]): Host | undefined {
  const { Deno, Bun } = globalThis as Globals;
  const hostname = "127.0.0.1";
  if (Bun !== undefined) {
    const server = Bun.serve({ port: 0, hostname, idleTimeout: 0, fetch: handler });
    return { url: `http://${hostname}:${server.port}`, stop: () => server.stop(true) };
  }
  if (Deno === undefined) return undefined;
  const server = Deno.serve({ port: 0, hostname, onListen: () => {} }, handler);
  return { url: `http://${hostname}:${server.addr.port}`, stop: () => server.shutdown() };
}

/** Runs `body` with a gateway behind the runtime's host, and what a client gives as address and `fetch`. */
async function hosted(
  body: (rig: {
    readonly gateway: Gateway;
    readonly host: Host | undefined;
    readonly entries: readonly GatewayLogEntry[];
    readonly to: { readonly address: string; readonly fetch?: typeof fetch };
  }) => Promise<void>,
): Promise<void> {
  const server = new EmbeddedServer();
  const entries: GatewayLogEntry[] = [];
  const gateway = createGateway({
    upstream: (await server.listen()).address,
    auth: { kind: "tokens", tokens: [{ token: TOKEN, name: "one" }] },
    log: (entry) => entries.push(entry),
  });
  const host = serve(gateway.fetch);
  const inProcess = (url: string | URL | Request, init?: RequestInit): Promise<Response> =>
    gateway.fetch(new Request(url, init));
  const to =
    host === undefined ? { address: "http://gateway.test", fetch: inProcess } : { address: host.url };
  try {
    await body({ gateway, host, entries, to });
  } finally {
    await gateway.close({ graceMs: 0 });
    await host?.stop();
    await server.close();
  }
}

export const hosts: readonly Fault[] = [
  ...(["grpc-web", "connect", "http-json"] as const).map((protocol) => ({
    name: `a client starts, signals and waits over ${protocol}`,
    run: () =>
      hosted(async ({ to, entries, host }) => {
        const connection = await Connection.connect({ ...to, protocol, apiKey: TOKEN, tls: false });
        const client = new Client({ connection });
        const handle = await client.workflow.start("order", { taskQueue: "q", workflowId: "hosted" });
        await handle.signal("pay", 1);
        const ended = handle.result().then(
          () => "completed",
          (error: { readonly name: string }) => error.name,
        );
        await handle.terminate("enough");
        assert.equal(await ended, "WorkflowFailedError");
        await connection.close();
        if (host !== undefined) assert.equal(entries[0]?.address, "127.0.0.1");
      }),
  })),
  {
    name: "who has no token, or wants gRPC, is told so",
    run: () =>
      hosted(async ({ to }) => {
        const connection = Connection.lazy({ ...to, protocol: "connect", tls: false, interceptors: [] });
        assert.equal(await statusOf(connection.workflowService.getSystemInfo({})), 16);
        await connection.close();
        const ask = to.fetch ?? fetch;
        const grpc = await ask(
          `${to.address}/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo`,
          {
            method: "POST",
            headers: { "content-type": "application/grpc", authorization: `Bearer ${TOKEN}` },
          },
        );
        assert.equal(grpc.status, 415);
        assert.match(await grpc.text(), /use gRPC-Web or Connect/);
      }),
  },
  {
    name: "a poll whose caller leaves ends at the server, and no task is lost to it",
    run: () =>
      hosted(async ({ to, gateway }) => {
        const connection = Connection.lazy({
          ...to,
          protocol: "connect",
          apiKey: TOKEN,
          tls: false,
          interceptors: [],
        });
        const { workflowService } = connection;
        const polls = (): boolean => gateway.metrics().includes('in_flight{long="true"} 1\n');
        const leaving = new AbortController();
        const poll = statusOf(workflowService.pollWorkflowTaskQueue(POLL, { abortSignal: leaving.signal }));
        await until(polls, "the poll", 15_000);
        leaving.abort();
        assert.equal(await poll, 1);
        await until(() => !polls(), "the end of the poll", 15_000);
        const start = { ...POLL, workflowId: "next", workflowType: { name: "w" }, requestId: "r" };
        await workflowService.startWorkflowExecution(start);
        const task = await workflowService.pollWorkflowTaskQueue(POLL, { deadline: Date.now() + 9_000 });
        assert.equal(task.workflowExecution?.workflowId, "next");
        await connection.close();
      }),
  },
];
