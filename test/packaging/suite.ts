/**
 * What the packaging checks share: a name and an outcome for each, commands whose output is shown only when they fail, and folders
 * outside of the repository, where nothing but the tarball can be found.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("../..", import.meta.url));

/** Longest that one command may take; the machine may be slow. */
const COMMAND_LIMIT_MS = 300_000;

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly ok: boolean;
  /** What the command printed, both streams. */
  readonly output: string;
  /** The last line on standard output. */
  readonly last: string;
}

/** Runs a command to its end. */
export function run(program: string, args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  const child = spawn(program, args, {
    cwd: options.cwd ?? root,
    env: { ...process.env, NO_COLOR: "1", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [output, stdout] = ["", ""];
  const limit = setTimeout(() => child.kill("SIGKILL"), COMMAND_LIMIT_MS);
  child.stdout.on("data", (chunk) => {
    output += chunk;
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  return new Promise((resolve) => {
    const end = (ok: boolean): void => {
      clearTimeout(limit);
      resolve({ ok, output, last: stdout.trim().split("\n").at(-1) ?? "" });
    };
    child.once("error", (error) => {
      output += error.message;
      end(false);
    });
    child.once("close", (code) => end(code === 0));
  });
}

/** Runs a command and throws what it printed when it fails, or when its last line is not the expected one. */
export async function succeeds(
  command: readonly [program: string, ...args: string[]],
  options: CommandOptions & { readonly last?: string } = {},
): Promise<Ended> {
  const [program, ...args] = command;
  const ended = await run(program, args, options);
  const wrong = options.last !== undefined && ended.last !== options.last;
  if (!ended.ok || wrong) {
    const why = ended.ok ? `its last line is not ${JSON.stringify(options.last)}` : "it failed";
    throw new Error(`${command.join(" ")}: ${why}\n${ended.output.slice(-6_000)}`);
  }
  return ended;
}

const folders: string[] = [];

/** A new folder outside of the repository; removed at the end. */
export function newFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `perdure-${name}-`));
  folders.push(folder);
  return folder;
}

/** A copy of a consumer project of `test/packaging/consumers`, in a folder of its own. */
export function consumer(name: string): string {
  const folder = newFolder(name);
  cpSync(join(root, "test/packaging/consumers", name), folder, { recursive: true });
  return folder;
}

/** Installs the tarball and what else is named, as users do. */
export async function install(folder: string, packages: readonly string[]): Promise<void> {
  await succeeds(
    ["npm", "install", "--no-audit", "--no-fund", "--prefer-offline", "--save-exact", ...packages],
    {
      cwd: folder,
    },
  );
}

export function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** One thing that must hold of the package. */
export interface Check {
  readonly name: string;
  run(): Promise<unknown>;
}

/** Checks that share an installation: made by `checks`, which gets the tarball's path. */
export interface Group {
  readonly name: string;
  /** Not part of `npm test`: takes too long there. */
  readonly full?: boolean;
  checks(tarball: string): Promise<readonly Check[]> | readonly Check[];
}

export interface Count {
  passed: number;
  failed: number;
  skipped: number;
  readonly failures: string[];
}

/** Runs the groups, `lanes` at a time and each one's checks in order; a group that can't be prepared has failed. */
export async function runGroups(groups: readonly Group[], tarball: string, lanes: number): Promise<Count> {
  const count: Count = { passed: 0, failed: 0, skipped: 0, failures: [] };
  const attempt = async (name: string, body: () => Promise<unknown>): Promise<boolean> => {
    const start = performance.now();
    const failure = await body().then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(6);
    console.log(`${failure ? "FAILED" : "ok    "} ${seconds} s  ${name}`);
    if (failure) {
      const text = failure.error instanceof Error ? failure.error.message : String(failure.error);
      console.log(text);
      count.failures.push(`${name}\n${text}`);
    }
    return failure === undefined;
  };
  const waiting = [...groups];
  const lane = async (): Promise<void> => {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
      let checks: readonly Check[] = [];
      const { name } = group;
      const prepared = await attempt(`${name}: prepared`, async () => {
        checks = (await group?.checks(tarball)) ?? [];
      });
      if (!prepared) count.failed += 1;
      for (const check of checks) {
        if (await attempt(`${name}: ${check.name}`, () => check.run())) count.passed += 1;
        else count.failed += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return count;
}

/** Writes a JSON file into a consumer's folder. */
export function writeJson(folder: string, name: string, content: unknown): void {
  writeFileSync(join(folder, name), `${JSON.stringify(content, null, 2)}\n`);
}
