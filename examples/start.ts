/** `npm start`, `bun run start` and `deno task start`: the main job, which needs no server. */
import process from "node:process";
import { buildIfStale } from "../test/harness/build.ts";

async function start(): Promise<void> {
  // Node and Bun import the built package, as users do; Deno its source.
  if (!("Deno" in globalThis) && !buildIfStale()) throw new Error("the build failed");
  const { main } = await import("./main-job/main.ts");
  await main(process.env["TEMPORAL_ADDRESS"]);
}

start().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
