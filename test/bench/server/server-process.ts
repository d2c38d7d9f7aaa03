/** A server in a process of its own, Perdure's or the real one, measured from outside (Linux: memory and CPU are read from `/proc`). */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { Client, Connection } from "perdure/client";
import { findTemporal, freePort } from "../../harness/real-server.ts";
import type { Installed, Sdk } from "../install.ts";
import { cpuMs, rssBytes } from "../process-tree.ts";

const START_LIMIT_MS = 60_000;
const LOOK_EVERY_MS = 2;

/** Perdure's server is the one of the packed and installed package, as users start it. */
function commandOf(kind: Sdk, installed: Installed): readonly [string, readonly string[]] {
  if (kind === "official") return [findTemporal().path, ["server", "start-dev", "--headless"]];
  const cli = join(installed.folder, "node_modules/perdure/dist/runtimes/node-api/cli.js");
  return [process.execPath, [cli, "dev"]];
}

/** A server that runs, and a client of it. */
export class ServerProcess {
  readonly address: string;
  /** Where it serves Temporal's HTTP/JSON API. */
  readonly httpAddress: string;
  readonly client: Client;
  /** From the process's start to the first answered call, in milliseconds. */
  readonly startMs: number;
  /** CPU that the process took until then: what is the same on a machine that does other things too. */
  readonly startCpuMs: number;
  readonly #child: ChildProcess;
  readonly #connection: Connection;

  private constructor(
    child: ChildProcess,
    connection: Connection,
    facts: { address: string; httpAddress: string; startMs: number },
  ) {
    this.#child = child;
    this.#connection = connection;
    this.address = facts.address;
    this.httpAddress = facts.httpAddress;
    this.startMs = facts.startMs;
    this.startCpuMs = this.cpuMs();
    this.client = new Client({ connection });
  }

  static async start(kind: Sdk, installed: Installed): Promise<ServerProcess> {
    const [port, httpPort] = [await freePort(), await freePort()];
    const [command, args] = commandOf(kind, installed);
    const address = `127.0.0.1:${port}`;
    const httpAddress = `127.0.0.1:${httpPort}`;
    const ports = ["--ip", "127.0.0.1", "--port", String(port), "--http-port", String(httpPort)];
    const start = performance.now();
    const child = spawn(command, [...args, ...ports, "--log-level", "error"], { stdio: "ignore" });
    const failed = once(child, "error").then(([error]) => Promise.reject(error));
    failed.catch(() => {});
    try {
      const connection = await Promise.race([firstCall(address, child), failed]);
      return new ServerProcess(child, connection, {
        address,
        httpAddress,
        startMs: performance.now() - start,
      });
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  /** Resident bytes. */
  rss(): number {
    return rssBytes(this.#child.pid ?? 0);
  }

  /** CPU so far, in milliseconds. */
  cpuMs(): number {
    return cpuMs(this.#child.pid ?? 0);
  }

  async stop(): Promise<void> {
    await this.#connection.close();
    const exit = once(this.#child, "exit");
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGTERM");
    const force = setTimeout(() => this.#child.kill("SIGKILL"), 5_000);
    await exit;
    clearTimeout(force);
  }
}

/** Tries until the server answers a call of its service: `Connection.connect` makes one. */
async function firstCall(address: string, child: ChildProcess): Promise<Connection> {
  const limit = performance.now() + START_LIMIT_MS;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error("the server ended at once");
    if (performance.now() > limit) throw new Error(`no call was answered in ${START_LIMIT_MS} ms`);
    // The real server listens some time before it serves.
    const connection =
      (await listens(address)) && (await Connection.connect({ address }).catch(() => undefined));
    if (connection) {
      const described = connection.workflowService.describeNamespace({ namespace: "default" });
      if (await described.then(Boolean, () => false)) return connection;
      await connection.close();
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function listens(address: string): Promise<boolean> {
  const [host = "", port] = address.split(":");
  return new Promise((resolve) => {
    const socket = connect(Number(port), host);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
