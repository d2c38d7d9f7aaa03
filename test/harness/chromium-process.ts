/** A headless Chromium with an empty profile of its own. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { chromiumCommand, chromiumVersion } from "./chromium-command.ts";

const FLAGS = [
  "--headless=new",
  "--no-first-run",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Its watcher outlives it, and writes to the profile.
  "--disable-breakpad",
  // Tests run as root in containers, where Chromium's own sandbox does not start.
  "--no-sandbox",
];

export interface ChromiumProcess {
  readonly child: ChildProcess;
  /** Name and version. */
  readonly version: string;
  /** Ends it with all its processes, and removes the profile. */
  close(): Promise<void>;
}

/** Starts Chromium with more arguments, the page's address last. Throws when there is none. */
export function startChromium(args: readonly string[], stdio: SpawnOptions["stdio"]): ChromiumProcess {
  const command = chromiumCommand();
  const profile = mkdtempSync(join(tmpdir(), "perdure-chromium-"));
  // Detached: a process group, so that none of its helpers stays behind.
  const child = spawn(command, [...FLAGS, `--user-data-dir=${profile}`, ...args], { stdio, detached: true });
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // All of them have ended.
    }
  };
  process.once("exit", kill);
  return {
    child,
    version: chromiumVersion(command),
    async close() {
      const ended =
        child.exitCode === null && child.signalCode === null ? once(child, "exit") : Promise.resolve();
      kill();
      await ended;
      process.removeListener("exit", kill);
      remove(profile);
    },
  };
}

/** What a killed process was writing may come back for a moment; a folder that stays is no reason to fail. */
function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  } catch (error) {
    console.error(`${folder} could not be removed: ${error}`);
  }
}
