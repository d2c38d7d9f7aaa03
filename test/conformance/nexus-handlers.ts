/** Starts the official SDK's worker that answers Nexus operations: it is Node, whatever runs the scenarios. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

const interop = (path: string): string => fileURLToPath(new URL(`../interop/${path}`, import.meta.url));

/** Whether the official SDK is installed (`npm ci --prefix test/interop`). */
export function hasNexusHandlers(): boolean {
  return existsSync(interop("node_modules/@temporalio/worker"));
}

/** Starts the worker on first use; all scenarios share it. After a start that failed the next scenario tries again. */
export class NexusHandlers {
  readonly #address: string;
  #started: Promise<ChildProcess> | undefined;

  constructor(address: string) {
    this.#address = address;
  }

  async start(): Promise<void> {
    this.#started ??= spawnHandlers(this.#address).catch((error: unknown) => {
      this.#started = undefined;
      throw error;
    });
    await this.#started;
  }

  async stop(): Promise<void> {
    const child = await this.#started?.catch(() => undefined);
    child?.kill("SIGKILL");
  }
}

async function spawnHandlers(address: string): Promise<ChildProcess> {
  const child = spawn("node", [interop("nexus-handlers.mjs")], {
    env: { ...process.env, ADDRESS: address },
    // It ends with its input: a runner that is killed leaves nothing behind.
    stdio: ["pipe", "pipe", "inherit"],
  });
  process.once("exit", () => void child.kill("SIGKILL"));
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once("data", () => resolve());
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the Nexus handlers ended with ${code} at their start`)));
  });
  return child;
}
