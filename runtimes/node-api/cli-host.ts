import { readdir, readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { platform } from "#platform";
import type { CliHost } from "../../src/cli/mod.ts";

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
  isTerminal: process.stderr.isTTY === true,
};
