/**
 * `npm run conformance [-- columns --full --record words]`: builds, starts the real server and runs the scenarios. With `--replay`, as in
 * `npm run conformance:full`, each runtime then replays the histories that all of them recorded.
 */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { buildIfStale } from "../harness/build.ts";
import { startRealServer } from "../harness/real-server.ts";
import { hasNexusHandlers } from "./nexus-handlers.ts";

/** Runs a program of this folder; true when it ended well. */
function run(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): boolean {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const { status } = spawnSync(process.execPath, ["--import", "tsx", path, ...args], {
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  return status === 0;
}

/** The whole matrix has Nexus in it, whose operations the official SDK answers. */
function installHandlers(): void {
  if (hasNexusHandlers()) return;
  const args = ["ci", "--prefix", "test/interop", "--no-audit", "--no-fund"];
  const { status } = spawnSync("npm", args, { stdio: "inherit" });
  if (status !== 0) throw new Error(`npm ${args.join(" ")} failed; the official SDK is needed for Nexus`);
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const replays = args.includes("--replay");
  const histories =
    process.env["SAVE_HISTORIES"] ?? fileURLToPath(new URL("../../.cache/histories", import.meta.url));
  if (args.includes("--full")) installHandlers();
  if (!buildIfStale()) throw new Error("the build failed");
  const server = await startRealServer();
  try {
    if (replays) rmSync(histories, { recursive: true, force: true });
    const isGood = run(
      "run.ts",
      args.filter((arg) => arg !== "--replay"),
      {
        TEMPORAL_ADDRESS: server.address,
        ...(server.httpAddress && { TEMPORAL_HTTP_ADDRESS: server.httpAddress }),
        ...(replays && { SAVE_HISTORIES: histories }),
      },
    );
    const record = args.includes("--record") ? ["--record"] : [];
    const isReplayed = !replays || run("replay/anywhere.ts", [histories, ...record]);
    if (record.length > 0) run("readme-table.ts", []);
    process.exitCode = isGood && isReplayed ? 0 : 1;
  } finally {
    await server.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
