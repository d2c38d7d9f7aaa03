/** Runs jobs in pages of headless Chromium, which ask for them. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { startChromium } from "../../harness/chromium-process.ts";
import { bundleForHost } from "./hosted-bundle.ts";
import type { Host } from "./hosted-clients.ts";
import type { HostedAnswer, HostedJob } from "./job.ts";

/** A browser opens six connections to an origin at most, and a job may hold four long polls: each of those that run at a time has its own. */
const BROWSERS = 2;

/** Hands jobs to the pages and takes their answers. */
class JobQueue {
  readonly #script: string;
  readonly #waiting: { readonly id: number; readonly job: HostedJob }[] = [];
  readonly #idle: ServerResponse[] = [];
  readonly #open: Map<number, (answer: HostedAnswer) => void> = new Map();
  #lastId = 0;

  constructor(script: string) {
    this.#script = script;
  }

  perform(job: HostedJob): Promise<HostedAnswer> {
    const id = ++this.#lastId;
    this.#waiting.push({ id, job });
    this.#hand();
    return new Promise((resolve) => this.#open.set(id, resolve));
  }

  /** A page is gone: what is open may never be answered. */
  fail(error: string): void {
    for (const resolve of this.#open.values()) resolve({ error });
    this.#open.clear();
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const [, what = "", id = ""] = new URL(request.url ?? "/", "http://page").pathname.split("/");
    if (what === "") {
      response.writeHead(200, { "content-type": "text/html" });
      response.end('<!doctype html><title>jobs</title><script type="module" src="/script.js"></script>');
    } else if (what === "script.js") {
      response.writeHead(200, { "content-type": "text/javascript" }).end(this.#script);
    } else if (what === "job") {
      this.#idle.push(response);
      this.#hand();
    } else if (what === "answer") {
      let text = "";
      request.on("data", (chunk) => {
        text += String(chunk);
      });
      request.on("end", () => {
        // Sent by `chromium-entry.ts`.
        this.#open.get(Number(id))?.(JSON.parse(text) as HostedAnswer);
        this.#open.delete(Number(id));
        response.writeHead(200).end();
      });
    } else {
      response.writeHead(404).end();
    }
  }

  #hand(): void {
    while (this.#waiting.length > 0 && this.#idle.length > 0) {
      const response = this.#idle.shift()!;
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(this.#waiting.shift()));
    }
  }
}

export async function startChromiumHost(): Promise<Host> {
  const queue = new JobQueue(await bundleForHost("chromium-entry.ts", ["browser"]));
  const server = createServer((request, response) => queue.answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const browsers = Array.from({ length: BROWSERS }, () =>
    startChromium([`http://127.0.0.1:${port}/`], "ignore"),
  );
  for (const { child } of browsers)
    child.once("exit", (code, signal) => queue.fail(`Chromium ended (status ${code}, signal ${signal})`));
  return {
    version: browsers[0]!.version,
    perform: (job) => queue.perform(job),
    async close() {
      await Promise.all(browsers.map(({ close }) => close()));
      server.closeAllConnections();
      server.close();
    },
  };
}
