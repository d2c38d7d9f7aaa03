import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import type { ServerProcess, TestingPlatform } from "../../src/platform/testing-platform.ts";
import { isSource, packageFile } from "./package-files.ts";

/** How much of what a server printed is kept, in characters: the end, where the error is. */
const KEPT_OUTPUT = 4_000;
/** Milliseconds that a server has to end by itself. */
const GRACE_MS = 5_000;

/** Test environments on Node, Bun and Deno. */
export const testingPlatform: TestingPlatform = {
  assertionInterceptors: () =>
    packageFile(
      isSource()
        ? "runtimes/node-api/assertion-interceptors.ts"
        : "dist/runtimes/node-api/assertion-interceptors.js",
    ).href,
  freePort: (host) =>
    new Promise((resolve, reject) => {
      const server = createServer();
      server.once("error", reject);
      server.listen(0, host, () => {
        const address = server.address();
        const port = typeof address === "object" && address !== null ? address.port : 0;
        server.close(() => resolve(port));
      });
    }),
  startServer: (command, args) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    return { ended: end(command, child), stop: stopper(child) };
  },
};

function end(command: string, child: ChildProcess): Promise<string> {
  let output = "";
  const keep = (chunk: unknown): void => {
    output = (output + String(chunk)).slice(-KEPT_OUTPUT);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(`${command} could not be started: ${error.message}`));
    child.once("close", (code, signal) => {
      const how = signal === null ? `with code ${code}` : `by ${signal}`;
      resolve(`${command} ended ${how}: ${output.trim() || "it printed nothing"}`);
    });
  });
}

function stopper(child: ChildProcess): ServerProcess["stop"] {
  const kill = (): void => void child.kill("SIGKILL");
  const gone = new Promise<void>((resolve) => {
    const done = (): void => {
      process.off("exit", kill);
      resolve();
    };
    child.once("exit", done);
    child.once("error", done);
  });
  process.once("exit", kill);
  return async () => {
    child.kill("SIGTERM");
    const force = setTimeout(kill, GRACE_MS);
    await gone;
    clearTimeout(force);
  };
}
