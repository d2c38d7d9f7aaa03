/** Users' programs are type-checked with the package's declarations, by each TypeScript and the ways it finds modules. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { pinned, subpaths } from "../manifest.ts";
import { type Check, consumer, type Group, install, succeeds } from "../suite.ts";

/** The newest one, ours, and the oldest that the dependencies' declarations allow (they write `Uint8Array<ArrayBuffer>`). */
const COMPILERS = {
  newest: "npm:typescript@7.0.2",
  ours: `npm:${pinned("typescript")}`,
  oldest: "npm:typescript@5.7.3",
} as const;

type Compiler = keyof typeof COMPILERS;

/** Values of `moduleResolution`, with the `module` that belongs to them. */
const RESOLUTIONS = [
  ["bundler", "esnext"],
  ["nodenext", "nodenext"],
  ["node16", "node16"],
] as const;

function checksOf(folder: string, compiler: Compiler): Check[] {
  const version = COMPILERS[compiler].replace("npm:typescript@", "");
  return RESOLUTIONS.map(([resolution, module]) => ({
    name: `TypeScript ${version}, ${resolution}`,
    run: () => {
      const tsc = join(folder, "node_modules", compiler, "bin/tsc");
      const args = ["-p", folder, "--module", module, "--moduleResolution", resolution];
      return succeeds([process.execPath, tsc, ...args], { cwd: folder });
    },
  }));
}

async function prepare(folder: string, tarball: string, compilers: readonly Compiler[]): Promise<void> {
  const used = readFileSync(join(folder, "uses.ts"), "utf8");
  const missing = subpaths.filter((key) => !used.includes(`"perdure${key.slice(1)}"`));
  if (missing.length > 0) throw new Error(`consumers/types/uses.ts does not use ${missing.join(", ")}`);
  const aliases = compilers.map((name) => `${name}@${COMPILERS[name]}`);
  await install(folder, [tarball, pinned("@types/node"), ...aliases]);
}

function group(name: string, full: boolean, compilers: readonly Compiler[]): Group {
  return {
    name,
    full,
    async checks(tarball) {
      const folder = consumer("types");
      await prepare(folder, tarball, compilers);
      return compilers.flatMap((compiler) => checksOf(folder, compiler));
    },
  };
}

/** The newest compiler is the quickest by far; the others are for `packaging:full`. */
export const typeChecks: readonly Group[] = [
  group("types", false, ["newest"]),
  group("types of older compilers", true, ["ours", "oldest"]),
];
