/** A real Temporal dev server of our own, on loopback and free ports, with nothing kept. */
import { execFileSync, spawn } from "node:child_process";
import { createServer } from "node:net";
import { Connection } from "@temporalio/client";

const executable = process.env.TEMPORAL_CLI ?? "temporal";

/** The search attributes which the scenarios use. */
const searchAttributes = [
  "OrderId=Keyword",
  "Amount=Int",
  "Total=Double",
  "Urgent=Bool",
  "DueAt=Datetime",
  "Tags=KeywordList",
  "Title=Text",
];

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export function serverVersion() {
  return execFileSync(executable, ["--version"], { encoding: "utf8" }).trim();
}

async function answers(address) {
  const connection = await Connection.connect({ address, connectTimeout: "2s" });
  try {
    await connection.workflowService.describeNamespace({ namespace: "default" });
  } finally {
    await connection.close();
  }
}

/** Starts a server and waits until it answers. The caller must call `stop`. */
export async function startDevServer() {
  const ports = [await freePort(), await freePort()];
  const flags = ["--headless", "--ip", "127.0.0.1", "--port", `${ports[0]}`, "--http-port", `${ports[1]}`];
  for (const attribute of searchAttributes) flags.push("--search-attribute", attribute);
  const child = spawn(executable, ["server", "start-dev", "--log-level", "error", ...flags], {
    stdio: "ignore",
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const address = `127.0.0.1:${ports[0]}`;
  for (let tries = 0; ; tries++) {
    try {
      await answers(address);
      break;
    } catch (error) {
      if (tries === 60 || child.exitCode !== null) {
        child.kill();
        throw new Error(`the dev server "${executable}" did not answer on ${address}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  return {
    address,
    async stop() {
      child.kill();
      await exited;
    },
  };
}
