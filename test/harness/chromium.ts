/** Drives one page of headless Chromium over its debugging pipe, without a port and without a package. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { chromiumCommand } from "./chromium-command.ts";

const FLAGS = [
  ...[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
  ],
  ...[
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
  ],
];

interface Reply {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** A page: what it evaluates to comes back as JSON. */
export interface ChromiumPage {
  /** Value of an expression in the page; promises are waited for. */
  evaluate(expression: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Opens a page in a new Chromium with an empty profile. Throws when there is no Chromium. */
export async function openPage(url: string): Promise<ChromiumPage> {
  const profile = mkdtempSync(join(tmpdir(), "perdure-page-"));
  const child = spawn(chromiumCommand(), [...FLAGS, `--user-data-dir=${profile}`], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
  });
  // Pipes, as `stdio` says.
  const send = callsOver(child.stdio[3] as Writable, child.stdio[4] as Readable);
  const { targetId } = await send("Target.createTarget", { url });
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  return {
    async evaluate(expression) {
      const options = { expression, awaitPromise: true, returnByValue: true };
      const answer = await send("Runtime.evaluate", options, String(sessionId));
      if (answer["exceptionDetails"]) throw new Error(JSON.stringify(answer["exceptionDetails"]));
      return (answer["result"] as { value?: unknown }).value;
    },
    async close() {
      const ended = child.exitCode === null ? once(child, "exit") : undefined;
      child.kill("SIGTERM");
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

type Call = (method: string, params: object, sessionId?: string) => Promise<Record<string, unknown>>;

/** Messages end with a zero byte. */
function callsOver(input: Writable, output: Readable): Call {
  const open = new Map<number, (reply: Reply) => void>();
  let rest = "";
  let lastId = 0;
  output.setEncoding("utf8");
  output.on("data", (text: string) => {
    const messages = (rest + text).split("\0");
    rest = messages.pop() ?? "";
    for (const message of messages) {
      const reply = JSON.parse(message) as Reply;
      if (reply.id !== undefined) open.get(reply.id)?.(reply);
    }
  });
  output.once("close", () => {
    for (const settle of open.values()) settle({ error: { message: "Chromium ended" } });
  });
  return (method, params, sessionId) =>
    new Promise((resolve, reject) => {
      const id = ++lastId;
      open.set(id, ({ result, error }) => {
        open.delete(id);
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result ?? {});
      });
      input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
}
