import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../../dist/runtimes/node-api/cli.js", import.meta.url));

/** Starts `perdure dev` on a free port, as a user would. */
export function startDev(...args) {
  return start(["dev", "--port", "0", ...args], /Temporal server:\s+(\S+)/);
}

/** Starts `perdure gateway` on a free port, in front of a server. */
export function startGateway(upstream) {
  return start(["gateway", "--upstream", upstream, "--listen", "0", "--quiet"], /Gateway:\s+(\S+)/);
}

async function start(args, addressIn) {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const address = await new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
      const found = addressIn.exec(text)?.[1];
      if (found) resolve(found);
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`perdure ${args[0]} ended with ${code}: ${text}`)));
  });
  return {
    address,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
