/** What the connection must live through, where it needs a process of its own. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtimeArguments } from "../worker-processes.ts";
import type { Case } from "./case.ts";

async function run(file: string): Promise<{ output: string; code: number | null }> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [...runtimeArguments(), path], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += String(chunk);
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { output, code };
}

export const transportCases: readonly Case[] = [
  {
    name: "transport: a server's GOAWAY on a connection after 1,500 calls",
    async run() {
      const { output, code } = await run("../../transport/goaway-child.ts");
      assert.equal(code, 0);
      assert.match(output, /survived/);
    },
  },
];
