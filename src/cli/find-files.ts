import { UsageError } from "./command.ts";
import type { CliHost } from "./host.ts";

/** Names that are taken from a folder. A file that is named outright, or meant by a pattern, is taken whatever its name. */
const HISTORY_FILE = /\.(json|bin|binpb)$/;

/**
 * The files that paths and patterns of the user mean, sorted, each once. `*` and `?` stand for parts of a name, `**` for any
 * folders; a folder stands for the histories in it and below. Shells that expand patterns make no difference.
 *
 * @throws UsageError when a path does not exist, or a pattern means nothing
 */
export async function findFiles(patterns: readonly string[], host: CliHost): Promise<string[]> {
  const found = new Set<string>();
  for (const pattern of patterns) {
    const files = await filesOf(pattern, host);
    if (files.length === 0) throw new UsageError(`no history is at '${pattern}'`);
    for (const file of files) found.add(file);
  }
  return [...found].sort();
}

async function filesOf(pattern: string, host: CliHost): Promise<string[]> {
  const path = pattern.replaceAll("\\", "/");
  switch (await host.stat(pattern)) {
    case "file":
      return [pattern];
    case "folder": {
      const files: string[] = [];
      await walk(path.replace(/\/+$/, ""), ["**", "*"], { host, files });
      return files.filter((file) => HISTORY_FILE.test(file));
    }
    case undefined: {
      const segments = path.split("/");
      const first = segments.findIndex((segment) => /[*?]/.test(segment));
      if (first < 0) throw new UsageError(`'${pattern}' does not exist`);
      const base = segments.slice(0, first).join("/");
      const files: string[] = [];
      const parts = segments.slice(first);
      // `**` at the end means what is in the folders, as a folder itself does.
      const isOpen = parts.at(-1) === "**";
      await walk(base === "" && first > 0 ? "/" : base, isOpen ? [...parts, "*"] : parts, { host, files });
      return isOpen ? files.filter((file) => HISTORY_FILE.test(file)) : files;
    }
  }
}

interface Walk {
  readonly host: CliHost;
  readonly files: string[];
}

async function walk(folder: string, [segment, ...rest]: readonly string[], to: Walk): Promise<void> {
  if (segment === undefined) return;
  const entries = await to.host.readFolder(folder === "" ? "." : folder).catch(() => []);
  if (segment === "**") await walk(folder, rest, to);
  const matches = segment === "**" ? undefined : nameMatcher(segment);
  for (const { name, isFolder } of entries) {
    const path = folder === "" || folder === "/" ? folder + name : `${folder}/${name}`;
    if (matches === undefined) {
      if (isFolder && name !== "node_modules" && !name.startsWith(".")) await walk(path, ["**", ...rest], to);
    } else if (matches.test(name)) {
      if (rest.length > 0) {
        if (isFolder) await walk(path, rest, to);
      } else if (!isFolder) {
        to.files.push(path);
      }
    }
  }
}

function nameMatcher(segment: string): RegExp {
  const source = segment
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`);
}
