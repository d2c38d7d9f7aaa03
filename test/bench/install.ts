/** Installs both SDKs into folders of their own under `.cache/bench`, outside of the project's dependencies. */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export type Sdk = "perdure" | "official";
export const SDKS: readonly Sdk[] = ["official", "perdure"];
export const OFFICIAL_VERSION = "1.24.0";

const root = fileURLToPath(new URL("../..", import.meta.url));
const programs = fileURLToPath(new URL("programs", import.meta.url));

export interface Installed {
  readonly folder: string;
  /** Bytes and packages of the SDK itself; esbuild and zod, installed after the measurement, are left out. */
  readonly bytes: number;
  readonly packages: number;
}

/** Installs one SDK freshly and copies the bench programs beside it. */
export function install(sdk: Sdk): Installed {
  const folder = join(root, ".cache/bench", sdk);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: `bench-${sdk}`, private: true, type: "module" }),
  );
  npm(
    folder,
    sdk === "perdure"
      ? [pack()]
      : ["worker", "client", "workflow", "activity"].map((name) => `@temporalio/${name}@${OFFICIAL_VERSION}`),
  );
  const measured = { folder, bytes: bytesOf(join(folder, "node_modules")), packages: packagesOf(folder) };
  npm(folder, sdk === "perdure" ? ["esbuild@0.28.2", "zod@4.1.12"] : ["zod@4.1.12"]);
  cpSync(programs, folder, { recursive: true });
  const name = sdk === "perdure" ? "perdure" : "@temporalio";
  for (const file of readdirSync(folder).filter((one) => one.endsWith(".mjs"))) {
    const path = join(folder, file);
    writeFileSync(path, readFileSync(path, "utf8").replaceAll('"SDK/', `"${name}/`));
  }
  return measured;
}

function npm(folder: string, packages: readonly string[]): void {
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--omit=optional", ...packages], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** The tarball that users would install. */
function pack(): string {
  const target = join(root, ".cache/bench");
  const printed = execFileSync("npm", ["pack", "--json", "--pack-destination", target], {
    cwd: root,
    encoding: "utf8",
  });
  const [{ filename }] = JSON.parse(printed) as [{ filename: string }];
  return join(target, filename);
}

function packagesOf(folder: string): number {
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")) as {
    packages: Record<string, unknown>;
  };
  return Object.keys(lock.packages).filter((path) => path && existsSync(join(folder, path))).length;
}

function bytesOf(path: string): number {
  const stat = lstatSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}
