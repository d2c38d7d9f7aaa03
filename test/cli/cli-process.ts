/** A command of `perdure` as a process of its own, on Node, Bun or Deno, from the built package. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type RuntimeName, runtimeCommand } from "../harness/runtimes.ts";

const cli = fileURLToPath(new URL("../../dist/runtimes/node-api/cli.js", import.meta.url));

/** Longest that a process may take for anything; far more than it does. */
export const PATIENCE_MS = 30_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A process of `perdure`. */
export class CliProcess {
  readonly ended: Promise<Ended>;
  out = "";
  err = "";
  readonly #child: ChildProcess;

  /** @param permissions on Deno */
  constructor(
    runtime: RuntimeName,
    args: readonly string[],
    permissions: readonly string[] = ["--allow-all"],
  ) {
    const flags = runtime === "deno" ? ["run", "--no-prompt", ...permissions, "--no-check", "--quiet"] : [];
    this.#child = spawn(runtimeCommand(runtime), [...flags, cli, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.on("data", (chunk) => {
      this.out += chunk;
    });
    this.#child.stderr?.on("data", (chunk) => {
      this.err += chunk;
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code, signal) => resolve({ code, signal }));
    });
  }

  /** Once it says that it serves: where. */
  async address(): Promise<string> {
    const end = Date.now() + PATIENCE_MS;
    let ended = false;
    void this.ended.finally(() => {
      ended = true;
    });
    while (Date.now() < end && !ended) {
      // The last line says that all is up.
      if (this.out.includes("Ctrl-C stops it.")) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const found = /(?:Temporal server|Gateway):\s+(\S+)/.exec(this.out)?.[1];
    assert.ok(found, `it does not say where it serves: ${this.out}${this.err}`);
    return found;
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: "SIGINT" | "SIGTERM"): Promise<Ended> {
    this.#child.kill(signal);
    return await this.end();
  }

  /** @throws {Error} when it does not end by itself; it is killed then */
  async end(): Promise<Ended> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        this.kill();
        reject(new Error(`it has not ended within ${PATIENCE_MS} ms: ${this.out}${this.err}`));
      }, PATIENCE_MS);
    });
    try {
      return await Promise.race([this.ended, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}
