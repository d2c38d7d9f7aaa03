/** `npm start`, `bun run start` and `deno task start`: the main job on a real server, which is found or fetched first. */
import process from "node:process";
import { startRealServer } from "../test/harness/real-server.ts";
import { main } from "./main-job/main.ts";

async function start(): Promise<void> {
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
