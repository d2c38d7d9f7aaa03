/** `npm run conformance [-- columns --full words]`: builds, starts the real server and runs the scenarios. */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { buildIfStale } from "../harness/build.ts";
import { startRealServer } from "../harness/real-server.ts";

async function main(): Promise<void> {
  if (!buildIfStale()) throw new Error("the build failed");
  const server = await startRealServer();
  try {
    const run = fileURLToPath(new URL("run.ts", import.meta.url));
    const result = spawnSync(process.execPath, ["--import", "tsx", run, ...process.argv.slice(2)], {
      stdio: "inherit",
      env: {
        ...process.env,
        TEMPORAL_ADDRESS: server.address,
        ...(server.httpAddress && { TEMPORAL_HTTP_ADDRESS: server.httpAddress }),
      },
    });
    process.exitCode = result.status ?? 1;
  } finally {
    await server.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
