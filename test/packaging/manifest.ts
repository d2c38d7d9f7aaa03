import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./suite.ts";

export interface Manifest {
  readonly version: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The package.json of the repository. */
export const manifest: Manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** The exported subpaths: `./client`, … */
export const subpaths: readonly string[] = Object.keys(manifest.exports).filter(
  (key) => key !== "./package.json",
);

/** A development dependency of the repository, in the version that is tested here. */
export function pinned(name: string): string {
  const version = manifest.devDependencies[name];
  if (version === undefined) throw new Error(`${name} is not among the development dependencies`);
  return `${name}@${version}`;
}
