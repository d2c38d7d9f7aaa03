/** Where the other runtimes' commands are: installed on first use from `test/runtimes`, with its own lockfile. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

export type RuntimeName = "node" | "bun" | "deno";
export const RUNTIMES: readonly RuntimeName[] = ["node", "bun", "deno"];

/** `node` is the one that runs the tests; the other versions of Node are there for Linux on x64 only. */
export type RuntimeVersion = RuntimeName | "node-22" | "node-24";

const folder = fileURLToPath(new URL("../runtimes", import.meta.url));
const modules = `${folder}/node_modules`;

/** Besides those, what only clients run in. */
export type CommandName = RuntimeVersion | "workerd";

/** Path of a runtime's command; installs the runtimes when they are not there yet. Throws when there is none for this platform. */
export function runtimeCommand(name: CommandName): string {
  if (name === "node") return process.execPath;
  install();
  const candidates = binaries(name);
  const found = candidates.find((path) => existsSync(path) && runs(path));
  if (!found)
    throw new Error(`${name} is installed in test/runtimes but does not run; tried ${candidates.join(", ")}`);
  return found;
}

/** How a runtime runs a TypeScript file of the tests: the arguments before the file. */
export function typescriptArguments(name: RuntimeVersion): readonly string[] {
  if (name === "bun") return ["run"];
  if (name === "deno") return ["run", "--allow-all", "--quiet", "--no-check"];
  return ["--import", "tsx"];
}

function install(): void {
  const lock = readFileSync(`${folder}/package-lock.json`, "utf8");
  const stamp = `${modules}/.installed`;
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  console.error("Installing Bun, Deno and other versions of Node for the tests (once)");
  const result = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (result.status !== 0)
    throw new Error("npm ci in test/runtimes failed: the other runtimes are not available");
  writeFileSync(stamp, lock);
}

/** The binaries inside the per-platform packages come first: they are there even where install scripts are off. */
function binaries(name: Exclude<CommandName, "node">): string[] {
  if (name === "workerd") return cloudflareBinaries();
  if (name === "node-22" || name === "node-24") return [`${modules}/${name}/bin/node`];
  return [...packagedBinaries(name), `${modules}/.bin/${name}`];
}

function packagedBinaries(name: "bun" | "deno"): string[] {
  const scope = name === "bun" ? "@oven" : "@deno";
  if (!existsSync(`${modules}/${scope}`)) return [];
  return readdirSync(`${modules}/${scope}`).map(
    (platform) => `${modules}/${scope}/${platform}/${name === "bun" ? "bin/bun" : "deno"}`,
  );
}

function cloudflareBinaries(): string[] {
  const scope = `${modules}/@cloudflare`;
  if (!existsSync(scope)) return [];
  return readdirSync(scope).map((platform) => `${scope}/${platform}/bin/workerd`);
}

function runs(path: string): boolean {
  return spawnSync(path, ["--version"], { stdio: "ignore" }).status === 0;
}
