import { statSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { platform } from "#platform";
import type { CliHost, FileWatch } from "../../src/cli/mod.ts";

/** How often files are looked at. Asking the system to tell would not work for links to folders, which are how secrets are mounted. */
const LOOK_MS = 5_000;

interface Stats {
  readonly mtimeMs: number;
  readonly size: number;
  readonly ino: number;
}

/** What changes with a file's content. */
const stampOf = ({ mtimeMs, size, ino }: Stats): string => `${mtimeMs} ${size} ${ino}`;
/** The stamp of a file that is away, if for a moment. */
const NO_FILE = "none";

/** Before anybody reads the files, so not later than now. */
function stampsNow(paths: readonly string[]): string {
  return paths
    .map((path) => {
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats === undefined ? NO_FILE : stampOf(stats);
    })
    .join();
}

async function stampsLater(paths: readonly string[]): Promise<string> {
  const stamps = await Promise.all(paths.map((path) => stat(path).then(stampOf, () => NO_FILE)));
  return stamps.join();
}

/** Looks at files every now and then. */
function watchFiles(paths: readonly string[]): FileWatch {
  let known = stampsNow(paths);
  return {
    onChange: (changed) => {
      if (paths.length === 0) return () => {};
      let isLooking = false;
      const look = async (): Promise<void> => {
        // A file system that hangs is not asked again meanwhile.
        if (isLooking) return;
        isLooking = true;
        const stamps = await stampsLater(paths);
        isLooking = false;
        if (stamps === known) return;
        known = stamps;
        changed();
      };
      const timer = setInterval(() => void look(), LOOK_MS).unref();
      return () => clearInterval(timer);
    },
  };
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
  watchFiles,
  isTerminal: process.stderr.isTTY === true,
};
