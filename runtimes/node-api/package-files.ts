import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = import.meta.url;

/** True when this module runs from `.ts`: in the repository, or under Deno from its registry. */
export function isSource(): boolean {
  return here.endsWith("/runtimes/node-api/package-files.ts");
}

/**
 * A file of the package by its path in it. Only a guess when the package was bundled into a program: what was left behind is not there.
 * Touches no disk.
 */
export function packageFile(path: string): URL {
  const dist = here.lastIndexOf("/dist/");
  return isSource() || dist < 0 ? new URL(`../../${path}`, here) : new URL(path, here.slice(0, dist + 1));
}

/** A file of the built package; undefined where there is none: from source, or bundled into a program. */
export function builtFile(path: string): URL | undefined {
  if (isSource() || !here.startsWith("file:")) return undefined;
  const file = packageFile(`dist/${path}`);
  return existsSync(fileURLToPath(file)) ? file : undefined;
}
