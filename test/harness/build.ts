/** Builds `dist/` when a source file is newer than the last build. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const stamp = `${root}dist/.built`;

/** True when `dist/` is current, freshly built or not; false when the build failed. */
export function buildIfStale(): boolean {
  if (
    existsSync(stamp) &&
    newest(["src", "runtimes", "package.json", "tsup.config.ts"]) < statSync(stamp).mtimeMs
  )
    return true;
  console.log("Building dist/");
  const result = spawnSync(process.execPath, [`${root}node_modules/tsup/dist/cli-default.js`, "--silent"], {
    cwd: root,
    stdio: "inherit",
  });
  if (result.status !== 0) return false;
  writeFileSync(stamp, "");
  return true;
}

function newest(names: readonly string[]): number {
  let latest = 0;
  const look = (path: string): void => {
    const stat = statSync(path);
    if (stat.isDirectory()) for (const name of readdirSync(path)) look(`${path}/${name}`);
    else latest = Math.max(latest, stat.mtimeMs);
  };
  for (const name of names) look(`${root}${name}`);
  return latest;
}
