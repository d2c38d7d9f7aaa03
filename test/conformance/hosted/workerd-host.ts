/** Runs jobs in workerd, as a Worker without `nodejs_compat`. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { freePort } from "../../harness/real-server.ts";
import { runtimeCommand } from "../../harness/runtimes.ts";
import { bundleForHost } from "./hosted-bundle.ts";
import type { Host } from "./hosted-clients.ts";
import type { HostedAnswer } from "./job.ts";

/** The last one for which workerd does not bring Node's built-ins by itself. */
const COMPATIBILITY_DATE = "2026-06-01";

function configText(port: number): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "jobs", worker = .jobs),
    (name = "network", network = (allow = ["private", "local", "public"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "jobs")],
);
const jobs :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  globalOutbound = "network",
);
`;
}

export async function startWorkerdHost(): Promise<Host> {
  const command = runtimeCommand("workerd");
  const folder = mkdtempSync(join(tmpdir(), "perdure-workerd-"));
  const port = await freePort();
  writeFileSync(
    join(folder, "worker.js"),
    await bundleForHost("workerd-entry.ts", ["workerd", "edge-light"]),
  );
  writeFileSync(join(folder, "config.capnp"), configText(port));
  const child = spawn(command, ["serve", join(folder, "config.capnp")], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const atExit = (): void => void child.kill("SIGKILL");
  process.once("exit", atExit);
  const url = `http://127.0.0.1:${port}`;
  await listening(child, url);
  const version = spawnSync(command, ["--version"], { encoding: "utf8" }).stdout.trim();
  return {
    version,
    async perform(job) {
      const response = await fetch(url, { method: "POST", body: JSON.stringify(job) });
      const text = await response.text();
      // Written by `workerd-entry.ts`, unless workerd itself says what is wrong.
      return response.ok ? (JSON.parse(text) as HostedAnswer) : { error: `workerd answers: ${text}` };
    },
    async close() {
      process.removeListener("exit", atExit);
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until something answers at the port, be it an error: a GET is no job. */
async function listening(child: ChildProcess, url: string): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    if (child.exitCode !== null) throw new Error(`workerd ended with ${child.exitCode} at its start`);
    const answers = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answers) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("workerd did not listen within a minute");
}
