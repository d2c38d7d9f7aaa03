import { readdir, readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { platform } from "#platform";
import type { CliHost } from "../../src/cli/mod.ts";

/** How often files are looked at. Asking the system to tell would not work for links to folders, which are how secrets are mounted. */
const LOOK_MS = 5_000;

/** What changes with a file's content; a file that is away for a moment has one too. */
async function stampOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return "none";
  }
}

/** The command line on Node, Bun and Deno. */
export const cliHost: CliHost = {
  parseArgs: (args, table) => {
    const options = Object.fromEntries(
      Object.entries(table).map(([name, { type, short, multiple = false }]) => [
        name,
        { type, multiple, ...(short === undefined ? {} : { short }) },
      ]),
    );
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      strict: true,
    });
    return { values, positionals };
  },
  readFile: (path) => readFile(path),
  readFolder: async (path) => {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
  },
  stat: async (path) => {
    try {
      return (await stat(path)).isDirectory() ? "folder" : "file";
    } catch {
      return undefined;
    }
  },
  resolve: (path) => resolve(path),
  env: (name) => platform.env(name),
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  untilAskedToStop: () =>
    new Promise((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(signal));
    }),
  onFileChange: (paths, changed) => {
    let known: string | undefined;
    const look = async (): Promise<void> => {
      const found = await Promise.all(paths.map(stampOf));
      const stamps = found.join();
      const differs = known !== undefined && known !== stamps;
      known = stamps;
      if (differs) changed();
    };
    void look();
    const timer = setInterval(() => void look(), LOOK_MS).unref();
    return () => clearInterval(timer);
  },
  isTerminal: process.stderr.isTTY === true,
};
