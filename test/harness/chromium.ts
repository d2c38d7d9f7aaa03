/** Drives one page of headless Chromium over its debugging pipe, without a port and without a package. */
import type { Readable, Writable } from "node:stream";
import { startChromium } from "./chromium-process.ts";

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
  const stdio = ["ignore", "ignore", "ignore", "pipe", "pipe"] as const;
  const { child, close } = startChromium(["--remote-debugging-pipe"], [...stdio]);
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
    close,
  };
}

type Call = (method: string, params: object, sessionId?: string) => Promise<Record<string, unknown>>;

/** Messages end with a zero byte. */
function callsOver(input: Writable, output: Readable): Call {
  const open = new Map<number, (reply: Reply) => void>();
  let rest = "";
  let lastId = 0;
  // What a killed Chromium did not read; who waits for an answer is told by the output's end.
  input.on("error", () => {});
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
