/** Where the other runtimes' commands are: installed on first use from `test/runtimes`, with its own lockfile. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

export type RuntimeName = "node" | "bun" | "deno";
export const RUNTIMES: readonly RuntimeName[] = ["node", "bun", "deno"];

const folder = fileURLToPath(new URL("../runtimes", import.meta.url));
const modules = `${folder}/node_modules`;

/** Path of a runtime's command; installs Bun and Deno when they are not there yet. */
export function runtimeCommand(name: RuntimeName): string {
  if (name === "node") return process.execPath;
  install();
  const candidates = [...packagedBinaries(name), `${modules}/.bin/${name}`];
  const found = candidates.find((path) => existsSync(path) && runs(path));
  if (!found)
    throw new Error(`${name} is installed in test/runtimes but does not run; tried ${candidates.join(", ")}`);
  return found;
}

function install(): void {
  const lock = readFileSync(`${folder}/package-lock.json`, "utf8");
  const stamp = `${modules}/.installed`;
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  console.error("Installing Bun and Deno for the tests (once)");
  const result = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (result.status !== 0) throw new Error("npm ci in test/runtimes failed: Bun and Deno are not available");
  writeFileSync(stamp, lock);
}

/** The binaries inside the per-platform packages: there even where install scripts are off. */
function packagedBinaries(name: "bun" | "deno"): string[] {
  const scope = name === "bun" ? "@oven" : "@deno";
  if (!existsSync(`${modules}/${scope}`)) return [];
  return readdirSync(`${modules}/${scope}`).map(
    (platform) => `${modules}/${scope}/${platform}/${name === "bun" ? "bin/bun" : "deno"}`,
  );
}

function runs(path: string): boolean {
  return spawnSync(path, ["--version"], { stdio: "ignore" }).status === 0;
}
