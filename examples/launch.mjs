/**
 * `npm start` and `bun run start`. Node 20 cannot run TypeScript by itself, Bun can; `bunfig.toml` lets `bun run` run scripts on Bun.
 * Deno needs none of this: `deno task start` runs `start.ts`.
 */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

if (process.versions.bun) {
  await import("./start.ts");
} else {
  const start = fileURLToPath(new URL("start.ts", import.meta.url));
  process.exitCode =
    spawnSync(process.execPath, ["--import", "tsx", start], { stdio: "inherit" }).status ?? 1;
}
