/** A client's process, which measures itself when told to: a line of JSON in, a line of JSON out, the same on every runtime. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { type RuntimeName, runtimeCommand } from "../../harness/runtimes.ts";

/** How a client is started. */
export interface ParticipantOptions {
  readonly runtime: RuntimeName;
  /** The file of its program. */
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}

/** One measurement. */
export interface Load {
  readonly operation: string;
  readonly count: number;
  /** How many at a time. */
  readonly width: number;
}

interface Line {
  readonly cpuUs?: number;
  readonly operations?: readonly string[];
  readonly error?: string;
}

/** What each runtime is to be told before the program's file. */
const ARGUMENTS: Readonly<Record<RuntimeName, readonly string[]>> = {
  node: [],
  bun: ["run"],
  deno: ["run", "--quiet", "--no-prompt", "--allow-all"],
};

/** A process that waits for what it is to measure. */
export class Participant {
  /** What it can measure. */
  readonly operations: readonly string[];
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, null>,
    lines: AsyncIterator<string>,
    operations: readonly string[],
  ) {
    this.#child = child;
    this.#lines = lines;
    this.operations = operations;
  }

  static async start({ runtime, program, env }: ParticipantOptions): Promise<Participant> {
    const child = spawn(runtimeCommand(runtime), [...ARGUMENTS[runtime], program], {
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { operations = [] } = await read(lines);
    return new Participant(child, lines, operations);
  }

  /** CPU of its process for each, in microseconds. */
  async measure(load: Load): Promise<number> {
    this.#child.stdin.write(`${JSON.stringify(load)}\n`);
    const { cpuUs, error } = await read(this.#lines);
    if (cpuUs === undefined) throw new Error(error ?? "a participant answered without a number");
    return cpuUs;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, "exit");
    this.#child.stdin.end();
    const force = setTimeout(() => this.#child.kill("SIGKILL"), 10_000);
    await exit;
    clearTimeout(force);
  }
}

async function read(lines: AsyncIterator<string>): Promise<Line> {
  const { done, value } = await lines.next();
  if (done) throw new Error("a participant ended before it had answered");
  return JSON.parse(value) as Line;
}
