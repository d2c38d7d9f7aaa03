import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startServer } from "./grpc-server.ts";

test("an idle connection does not keep the process alive", async () => {
  const server = await startServer(({ ok }) => ok());
  const child = fileURLToPath(new URL("./exit-child.ts", import.meta.url));
  const running = spawn(process.execPath, ["--import", "tsx", child, server.address]);
  let output = "";
  running.stdout.on("data", (text) => {
    output += text;
  });
  const code = await new Promise((resolve) => running.on("exit", resolve));
  expect([code, output.trim()]).toEqual([0, "sessions 1"]);
  await server.close();
});
