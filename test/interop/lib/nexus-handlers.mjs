/** Starts the worker that answers Nexus operations in a process of its own. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export async function spawnNexusHandlers(address) {
  const file = fileURLToPath(new URL("../nexus-handlers.mjs", import.meta.url));
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, ADDRESS: address },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  await Promise.race([
    new Promise((resolve) => child.stdout.once("data", resolve)),
    exited.then((code) => Promise.reject(new Error(`the Nexus handlers ended with ${code}`))),
  ]);
  return {
    async stop() {
      child.stdin.end();
      await exited;
    },
  };
}
