/** A Worker in a workerd of its own. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { freePort } from "./real-server.ts";
import { runtimeCommand } from "./runtimes.ts";

/** An early one, for which workerd does not bring Node's built-ins by itself. */
const COMPATIBILITY_DATE = "2026-06-01";

export interface WorkerdProcess {
  readonly url: string;
  /** Name and version. */
  readonly version: string;
  close(): void;
}

export interface WorkerdOptions {
  /** Compatibility flags. */
  readonly flags?: readonly string[];
  /** What the script finds in its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The configuration of a workerd that serves the `worker.js` beside it on a port. */
export function workerdConfig(port: number, { flags = [], env = {} }: WorkerdOptions = {}): string {
  const bindings = Object.entries(env).map(
    ([name, text]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)})`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "script", worker = .script),
    (name = "network", network = (allow = ["private", "local", "public"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "script")],
);
const script :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  compatibilityFlags = ${JSON.stringify(flags)},
  bindings = [${bindings.join(", ")}],
  globalOutbound = "network",
);
`;
}

/** Serves a module's default export on a free port. */
export async function startWorkerd(script: string, options: WorkerdOptions = {}): Promise<WorkerdProcess> {
  const command = runtimeCommand("workerd");
  const folder = mkdtempSync(join(tmpdir(), "perdure-workerd-"));
  const port = await freePort();
  const config = join(folder, "config.capnp");
  writeFileSync(join(folder, "worker.js"), script);
  writeFileSync(config, workerdConfig(port, options));
  const child = spawn(command, ["serve", config], { stdio: ["ignore", "inherit", "inherit"] });
  const atExit = (): void => void child.kill("SIGKILL");
  process.once("exit", atExit);
  const url = `http://127.0.0.1:${port}`;
  await listening(child, port);
  return {
    url,
    version: spawnSync(command, ["--version"], { encoding: "utf8" }).stdout.trim(),
    close() {
      process.removeListener("exit", atExit);
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until the port takes connections. */
async function listening(child: ChildProcess, port: number): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    if (child.exitCode !== null) throw new Error(`workerd ended with ${child.exitCode} at its start`);
    if (await accepts(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("workerd did not listen within a minute");
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
