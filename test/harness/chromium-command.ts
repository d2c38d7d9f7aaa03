/** Where Chromium is: a command on PATH, or Debian's package, installed on first use where that is allowed. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** Path of the command. `CHROMIUM` names another. Throws when there is none and none can be installed. */
export function chromiumCommand(): string {
  const explicit = process.env["CHROMIUM"];
  if (explicit) return explicit;
  const found = onPath() ?? (install() ? onPath() : undefined);
  if (found === undefined)
    throw new Error("there is no Chromium: install it, or set CHROMIUM to the path of its command");
  return found;
}

/** Its name and version. */
export function chromiumVersion(command: string): string {
  const { stdout } = spawnSync(command, ["--version"], { encoding: "utf8" });
  return /Chrom\w+ [\d.]+/.exec(stdout)?.[0] ?? "Chromium";
}

function onPath(): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .flatMap((folder) => (folder === "" ? [] : NAMES.map((name) => join(folder, name))))
    .find((path) => existsSync(path));
}

/** Only for CI, on Debian and as root: nobody else's machine is changed. */
function install(): boolean {
  if (process.env["CI"] !== "true" || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get"))
    return false;
  console.error("Installing Debian's Chromium for the tests (once)");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const run = (...args: string[]): boolean =>
    spawnSync("apt-get", args, { stdio: ["ignore", "ignore", "inherit"], env }).status === 0;
  return run("update", "-qq") && run("install", "-y", "-qq", "--no-install-recommends", "chromium");
}
