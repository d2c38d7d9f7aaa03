/** A page and all that it needs on loopback: embedded server, worker, gateway, and a web server for the page itself. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Connection } from "perdure/client";
import { createGateway } from "perdure/gateway";
import { EmbeddedServer } from "perdure/server";
import { Worker } from "perdure/worker";
import * as activities from "../main-job/activities.ts";

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** What {@link serve} started. */
export interface BrowserExample {
  /** Address of the page, with that of the gateway and the token in it. */
  readonly url: string;
  /** Ends the gateway alone. */
  closeGateway(): Promise<void>;
  close(): Promise<void>;
}

/** Starts everything on free ports. */
export async function serve(): Promise<BrowserExample> {
  const taskQueue = "orders";
  const pages = await servePage();
  const server = new EmbeddedServer();
  const token = crypto.randomUUID();
  const gateway = createGateway({
    upstream: (await server.listen()).address,
    auth: {
      kind: "tokens",
      tokens: [
        {
          token,
          name: "page",
          namespaces: ["default"],
          groups: ["read", "start", "signal"],
          taskQueues: [taskQueue],
        },
      ],
    },
    corsOrigins: [pages.origin],
  });
  const { address } = await gateway.listen();
  const connection = await Connection.connect({ transport: server });
  const workflowsPath = file("../main-job/workflows.ts");
  const worker = await Worker.create({ connection, taskQueue, workflowsPath, activities });
  const running = worker.run();
  const parameters = new URLSearchParams({ gateway: `http://${address}`, queue: taskQueue });
  return {
    url: `${pages.origin}/?${parameters}#${token}`,
    closeGateway: () => gateway.close(),
    async close() {
      await pages.close();
      await gateway.close();
      worker.shutdown();
      await running;
      await connection.close();
      await server.close();
    },
  };
}

async function servePage(): Promise<{ origin: string; close(): Promise<void> }> {
  const bundle = await build({
    entryPoints: [file("page.ts")],
    bundle: true,
    format: "esm",
    conditions: ["browser"],
    logLevel: "error",
    write: false,
  });
  const script = bundle.outputFiles[0]?.text ?? "";
  const html = await readFile(file("index.html"), "utf8");
  const http = createServer(({ url = "/" }, response) => {
    const [type, text] = url === "/page.js" ? ["text/javascript", script] : ["text/html", html];
    response.writeHead(200, { "content-type": type }).end(text);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}
