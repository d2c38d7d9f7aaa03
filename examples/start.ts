/** `npm start`, `bun run start` and `deno task start`: the main job on a real server, which is found or fetched first. */
import process from "node:process";
import { buildIfStale } from "../test/harness/build.ts";
import { startRealServer } from "../test/harness/real-server.ts";

async function start(): Promise<void> {
  // Node and Bun import the built package, as users do; Deno its source.
  if (!("Deno" in globalThis) && !buildIfStale()) throw new Error("the build failed");
  const { main } = await import("./main-job/main.ts");
  const server = await startRealServer();
  console.log(`Temporal server at ${server.address} (${server.origin})`);
  try {
    await main(server.address);
  } finally {
    await server.stop();
  }
}

start().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
